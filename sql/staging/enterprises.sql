-- The enterprises of the master: of several rows for an enterprise and valid_from the latest delivered one.
-- A later valid_from ends the row before it; blank validity means always.
-- Grain: enterprise_id, valid_from
-- Order: enterprise_id, valid_from
with latest as (
    select
        e.enterprise_id,
        e.park_id,
        e.name,
        coalesce(e.valid_from, date '0001-01-01') as valid_from,
        coalesce(e.valid_to, date '9999-12-31') as valid_to,
        e.file_id,
        e.line
    from parsed.enterprises as e
    inner join lake.files as f on e.file_id = f.file_id
    qualify row_number() over (partition by e.enterprise_id, e.valid_from order by f.rank desc, e.line desc) = 1
)
select
    * replace (
        least(
            valid_to,
            coalesce(lead(valid_from) over (partition by enterprise_id order by valid_from) - 1, date '9999-12-31')
        ) as valid_to
    )
from latest
