-- What the enterprises' electricity emits by market, with what no enterprise bears, is the park's electricity_tco2; their grid power
-- without certificate is the park's N, their green supply that does not count its D_x + S_x. Of rounding no more is left than the
-- half of a millionth of a tonne for each amount that was rounded.
-- Severity: critical
-- What to do: look at metrics.enterprise_year and metrics.electricity_not_assigned; emissions were lost or counted twice.
-- 中文: 企业用电排放与未落到企业的部分之和等于园区电力排放，无证电量与不计绿电亦然；舍入误差不超过每项半个百万分之一吨。
-- 处理: 核对 metrics.enterprise_year 与 metrics.electricity_not_assigned：排放丢失或重复。
with enterprises as (
    select
        park_id,
        year,
        count(*) as enterprises,
        sum(residual_grid_mwh) as residual_mwh,
        sum(uncounted_green_mwh) as uncounted_mwh,
        sum(market_based_tco2) as market_based_tco2
    from metrics.enterprise_year
    group by park_id, year
),
rest as (
    select
        park_id,
        year,
        sum(energy_mwh) filter (where item = 'grid_draw') as draw_mwh,
        sum(energy_mwh) filter (where item = 'uncounted_green') as uncounted_mwh,
        sum(market_based_tco2) as market_based_tco2,
        max(abs(market_based_tco2)) filter (where item = 'rounding') as rounding_tco2
    from metrics.electricity_not_assigned
    group by park_id, year
)
select
    y.park_id,
    y.year,
    y.electricity_tco2,
    e.market_based_tco2 as enterprises_tco2,
    r.market_based_tco2 as not_assigned_tco2,
    r.rounding_tco2
from metrics.park_year as y
left join enterprises as e on y.park_id = e.park_id and y.year = e.year
left join rest as r on y.park_id = r.park_id and y.year = r.year
where
    y.electricity_tco2 is distinct from coalesce(e.market_based_tco2, 0) + r.market_based_tco2
    or y.residual_grid_mwh is distinct from coalesce(e.residual_mwh, 0) + r.draw_mwh
    or y.uncounted_green_mwh is distinct from coalesce(e.uncounted_mwh, 0) + r.uncounted_mwh
    or r.rounding_tco2 * 2000000 > coalesce(e.enterprises, 0) + 5
