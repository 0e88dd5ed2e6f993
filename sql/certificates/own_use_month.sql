-- Own-use certificates of each project that came to enterprises of its park, by generation month. They prove the direct
-- power of a line whose owner is not the user; which lines count is in certificates.own_use_lines.
-- Grain: park_id, project_id, month
-- Order: park_id, project_id, month
select
    park_id,
    project_id,
    generation_month as month,
    cast(sum(count_mwh) as decimal(38, 0)) as own_use_mwh
from certificates.own_use_lines
group by park_id, project_id, generation_month
