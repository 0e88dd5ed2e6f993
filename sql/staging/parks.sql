-- The parks of the master: of several rows for a park and valid_from the latest delivered one. 
-- A later valid_from ends the row before it; blank validity means always.
-- Grain: park_id, valid_from
-- Order: park_id, valid_from
with latest as (
    select
        p.park_id,
        p.name_zh,
        p.name_en,
        p.province_zh,
        p.boundary_type,
        cast(p.base_year as integer) as base_year,
        coalesce(p.valid_from, date '0001-01-01') as valid_from,
        coalesce(p.valid_to, date '9999-12-31') as valid_to,
        p.file_id,
        p.line
    from parsed.parks as p
    inner join lake.files as f on p.file_id = f.file_id
    qualify row_number() over (partition by p.park_id, p.valid_from order by f.rank desc, p.line desc) = 1
)
select
    * replace (
        least(
            valid_to,
            coalesce(lead(valid_from) over (partition by park_id order by valid_from) - 1, date '9999-12-31')
        ) as valid_to
    )
from latest
