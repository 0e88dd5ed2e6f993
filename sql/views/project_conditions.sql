-- Whether direct-connection and on-site projects keep the conditions of notices 650 and 688. A row is a project, year and
-- condition.
-- 中文: 各项目是否符合自发自用与上网比例要求？
-- Columns:
-- condition: self_use_of_generation, self_use_of_consumption (both at least the bound) or export_of_generation (at most).
-- value: Value of the project. [1]
-- bound: Least or most that the condition asks for. [1]
-- verdict: pass, fail, undecided, or not_applicable.
with conditions as (
    select
        y.project_id,
        y.park_id,
        y.year,
        unnest(['self_use_of_generation', 'self_use_of_consumption', 'export_of_generation']) as condition,
        unnest([y.self_use_of_generation, y.self_use_of_consumption, y.export_of_generation]) as value,
        unnest([p.self_use_of_generation_min, p.self_use_of_consumption_min, p.export_of_generation_max]) as bound,
        unnest(
            [y.self_use_of_generation_verdict, y.self_use_of_consumption_verdict, y.export_of_generation_verdict]
        ) as verdict
    from metrics.project_year as y
    left join reference.params as p on y.year = p.year
)
select
    project_id,
    park_id,
    year,
    condition,
    value,
    bound,
    verdict
from conditions
order by project_id, park_id, year, condition
