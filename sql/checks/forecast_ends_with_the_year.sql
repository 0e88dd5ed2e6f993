-- After December the forecast of a park is its year: emissions, energy, intensity, direct supply, and the power without certificates.
-- Severity: warning
-- What to do: compare metrics.trajectory with metrics.park_year; an amount of the forecast is missing or counted twice.
-- 中文: 十二月之后，园区的预测就是其年度结果：排放、能源、强度、直供、无证电量。
-- 处理: 对照 metrics.trajectory 与 metrics.park_year：预测中有缺失或重复。
with differences as (
    select
        t.park_id,
        t.year,
        cast(t.total_tco2 - y.total_tco2 as double) as total_difference,
        cast(t.energy_tce - y.energy_tce as double) as energy_difference,
        cast(t.residual_grid_mwh - y.residual_grid_mwh as double) as residual_difference,
        t.intensity_tco2_per_tce - y.intensity_tco2_per_tce as intensity_difference,
        t.direct_supply_share - y.direct_supply_share as share_difference,
        t.core_outlook <> y.core_verdict or t.direct_supply_outlook <> y.direct_supply_verdict as verdict_differs,
        1e-9 * greatest(1, abs(cast(y.total_tco2 as double)), cast(y.energy_tce as double)) + 1e-5 as tolerance
    from metrics.trajectory as t
    inner join metrics.park_year as y on t.park_id = y.park_id and t.year = y.year
    where t.pattern = 'closed'
)
select *
from differences
where
    verdict_differs
    or greatest(abs(total_difference), abs(energy_difference), abs(residual_difference)) > tolerance
    or greatest(abs(intensity_difference), abs(share_difference)) > 1e-6
