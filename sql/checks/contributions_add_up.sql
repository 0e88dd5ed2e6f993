-- The contributions to a figure of a park's year add up to it exactly; a figure without contributions is 0 or has no value.
-- Severity: critical
-- What to do: look at evidence.contributions for that park and term; a source is missing or counted twice.
-- 中文: 园区年度各项数值等于其来源之和，分毫不差；没有来源的数值为零或为空。
-- 处理: 核对该园区、该项的 evidence.contributions：有来源缺失或重复。
with amounts as (
    select
        park_id,
        year,
        columns('(_mwh|_tco2|^(energy|energy_calorific|feedstock|nonfossil_heat)_tce)$')
    from metrics.park_year
),
figures as (
    select
        park_id,
        year,
        term,
        amount
    from (unpivot amounts on columns(* exclude (park_id, year)) into name term value amount)
),
given as (
    select
        park_id,
        year,
        term,
        sum(
            case
                when ends_with(term, '_mwh') then energy_mwh
                when ends_with(term, '_tco2') then emission_tco2
                else energy_tce
            end
        ) as contributed
    from evidence.contributions
    group by park_id, year, term
)
select
    f.park_id,
    f.year,
    f.term,
    f.amount,
    g.contributed
from figures as f
left join given as g on f.park_id = g.park_id and f.year = g.year and f.term = g.term
where f.amount <> coalesce(g.contributed, 0)
