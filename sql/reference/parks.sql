-- The parks of the master as this publication knows them: the latest row of each, and the years of its construction period from
-- the official list or the operator's own reference/parks.csv.
-- Grain: park_id
-- Order: park_id
with periods as (
    select park_id, build_start, build_end
    from reference.parks
    qualify row_number() over (partition by park_id order by origin desc, list_no asc) = 1
)
select
    s.park_id,
    s.name_zh,
    s.name_en,
    s.province_zh,
    s.boundary_type,
    s.base_year,
    s.valid_from,
    s.valid_to,
    cast(p.build_start as integer) as build_start,
    cast(p.build_end as integer) as build_end
from staging.parks as s
left join periods as p on s.park_id = p.park_id
qualify row_number() over (partition by s.park_id order by s.valid_from desc) = 1
