-- A verdict that was reached agrees with its figure: I <= limit as E <= limit x C, and R_direct against its minimum.
-- Severity: critical
-- What to do: look at metrics.judged_year; a verdict and the figure beside it must never tell two stories.
-- 中文: 已作出的结论与数值一致：E≤限值×C，直供占比对照下限。
-- 处理: 核对 metrics.judged_year；结论与旁边的数值不得两样。
with judged as (
    select
        y.*,
        y.total_tco2 <= cast(y.limit_tco2_per_tce as decimal(18, 9)) * y.energy_tce as within_limit,
        p.direct_supply_share_min
    from metrics.park_year as y
    inner join reference.params as p on y.year = p.year
)
select
    park_id,
    year,
    core_verdict,
    total_tco2,
    energy_tce,
    limit_tco2_per_tce,
    size_class,
    direct_supply_verdict,
    direct_supply_share
from judged
where
    (core_verdict = 'pass' and within_limit is distinct from true)
    or (core_verdict = 'fail' and within_limit is distinct from false)
    or (core_verdict = 'not_applicable' and (limit_tco2_per_tce is not null or size_class is distinct from 'below_floor'))
    or (direct_supply_verdict = 'pass' and coalesce(direct_supply_share, -1) < direct_supply_share_min - 1e-12)
    or (direct_supply_verdict = 'fail' and coalesce(direct_supply_share, 2) > direct_supply_share_min + 1e-12)
