-- The profile by hour of the day is the hourly basis seen another way: its matched energy adds up to that basis where the
-- whole year has hours, and green supply and load are each matched energy and a rest that is not negative.
-- Severity: critical
-- What to do: look at energy.matching_month; profile and bases come from the same rows.
-- 中文: 逐时曲线与小时口径一致：匹配电量之和相等，绿电和负荷各等于匹配加余量，余量不小于零。
-- 处理: 核对 energy.matching_month：曲线与各口径出自同一批行。
with profile as (
    select
        park_id,
        year,
        sum(green_supply_mwh) as green_supply_mwh,
        sum(load_mwh) as load_mwh,
        sum(matched_mwh) as matched_mwh,
        bool_and(
            green_supply_mwh = matched_mwh + surplus_mwh
            and load_mwh = matched_mwh + deficit_mwh
            and surplus_mwh >= 0
            and deficit_mwh >= 0
        ) as rows_add_up
    from metrics.matching_profile
    group by park_id, year
)
select
    m.park_id,
    m.year,
    m.matched_mwh,
    p.matched_mwh as profile_mwh
from metrics.matching as m
left join profile as p on m.park_id = p.park_id and m.year = p.year
where
    m.basis = 'hour'
    and (
        not p.rows_add_up
        or (
            m.matched_mwh is not null
            and (
                m.matched_mwh is distinct from p.matched_mwh
                or m.green_supply_mwh is distinct from p.green_supply_mwh
                or m.load_mwh is distinct from p.load_mwh
            )
        )
    )
