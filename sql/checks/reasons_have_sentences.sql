-- Reasons are a sorted list without repetition, every undecided verdict has one, and each code has its sentence in
-- quality.findings for that park.
-- Severity: critical
-- What to do: look at the model of quality.findings; a code alone tells an operator nothing.
-- 中文: 原因代码有序不重复，待定结论必有原因，每个代码在该园区的 quality.findings 中有说明。
-- 处理: 核对 quality.findings 的模型；只有代码，运营方无从得知。
with reasons as (
    select
        park_id,
        year,
        unnest(reasons) as code
    from metrics.park_year
)
select
    park_id,
    year,
    array_to_string(reasons, ' ') as problem
from metrics.park_year
where
    reasons <> list_sort(list_distinct(reasons))
    or ('undecided' in (core_verdict, direct_supply_verdict) and len(reasons) = 0)
union all
select
    r.park_id,
    r.year,
    r.code
from reasons as r
where not exists (
        select 1
        from quality.findings as f
        where f.code = r.code and f.park_id = r.park_id and coalesce(f.year, r.year) = r.year
    )
