-- The hours of a park's days add up to its load (metrics.matching) and to the green power used, D + S (metrics.park_year), and
-- every day has 24 hours. A year without any day has no load either.
-- Severity: critical
-- What to do: look at energy.park_hour and energy.interval_balance; the heat map would show another year than the figures.
-- 中文: 园区各日24小时之和等于其负荷和使用的绿电（D＋S），每天都有24小时。
-- 处理: 核对 energy.park_hour 与 energy.interval_balance；否则热力图与数值不是同一年。
with days as (
    select
        park_id,
        year,
        list_sum(load_mwh_by_hour) as load_mwh,
        list_sum(green_used_mwh_by_hour) as green_used_mwh,
        len(load_mwh_by_hour) = 24 and len(green_used_mwh_by_hour) = 24 as has_24_hours
    from metrics.park_day
),
years as (
    select
        park_id,
        year,
        sum(load_mwh) as load_mwh,
        sum(green_used_mwh) as green_used_mwh,
        bool_and(has_24_hours) as has_24_hours
    from days
    group by park_id, year
)
select
    m.park_id,
    m.year,
    y.load_mwh,
    m.load_mwh as load_of_year_mwh,
    y.green_used_mwh,
    p.direct_supply_mwh + p.onsite_nonfossil_mwh as green_of_year_mwh
from metrics.matching as m
left join years as y on m.park_id = y.park_id and m.year = y.year
left join metrics.park_year as p on m.park_id = p.park_id and m.year = p.year
where
    m.basis = 'year'
    and (
        m.load_mwh is distinct from y.load_mwh
        or y.green_used_mwh <> p.direct_supply_mwh + p.onsite_nonfossil_mwh
        or not y.has_24_hours
    )
