-- I = E / C, and the ratio to the baseline, the reduction and the margin follow from it.
-- Severity: critical
-- What to do: look at metrics.park_year; a ratio must be made by one division of the published terms.
-- 中文: 强度为总排放除以能源消费，与限值、基准之比及余量均由它得出。
-- 处理: 核对 metrics.park_year 与 metrics.judged_year。
with ratios as (
    select
        park_id,
        year,
        total_tco2,
        energy_tce,
        intensity_tco2_per_tce,
        cast(total_tco2 as double) / nullif(cast(energy_tce as double), 0) as expected,
        ratio_to_average - intensity_tco2_per_tce / baseline_average_tco2_per_tce as ratio_error,
        reduction_from_base_year - (1 - intensity_tco2_per_tce / nullif(baseline_base_year_tco2_per_tce, 0)) as reduction_error,
        margin_tco2_per_tce - (limit_tco2_per_tce - intensity_tco2_per_tce) as margin_error
    from metrics.park_year
)
select *
from ratios
where
    (intensity_tco2_per_tce is null) <> (expected is null)
    or abs(intensity_tco2_per_tce - expected) > 1e-12 * greatest(1, abs(expected))
    or greatest(abs(ratio_error), abs(reduction_error), abs(margin_error)) > 1e-9
