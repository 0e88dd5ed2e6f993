-- The parks of the master as this publication knows them: the latest row of each.
-- Grain: park_id
-- Order: park_id
select
    park_id,
    name_zh,
    name_en,
    province_zh,
    boundary_type,
    base_year,
    valid_from,
    valid_to
from staging.parks
qualify row_number() over (partition by park_id order by valid_from desc) = 1
