-- intensity_low and intensity_high are what the published sources of uncertainty combine to: the root of the sum of the squares
-- of their half-widths, about the intensity less the sum of their biases, stretched to hold the intensity.
-- Severity: critical
-- What to do: compare metrics.uncertainty_sources with metrics.intensity_interval; a source is missing or counted twice.
-- 中文: 强度区间由已发布的不确定性来源合成：半宽平方和的根，减去偏差之和，并包含强度值。
-- 处理: 对照 metrics.uncertainty_sources 与 metrics.intensity_interval：有来源缺失或重复。
with sums as (
    select
        park_id,
        year,
        sqrt(sum(least(half_width_tco2_per_tce * half_width_tco2_per_tce, 1000000000000))) as half_width,
        sum(greatest(least(bias_tco2_per_tce, 1000000), -1000000)) as bias
    from metrics.uncertainty_sources
    where half_width_tco2_per_tce is not null
    group by park_id, year
),
expected as (
    select
        y.park_id,
        y.year,
        y.intensity_low,
        y.intensity_high,
        y.intensity_tco2_per_tce as intensity,
        y.intensity_tco2_per_tce - coalesce(s.bias, 0) - coalesce(s.half_width, 0) as low,
        y.intensity_tco2_per_tce - coalesce(s.bias, 0) + coalesce(s.half_width, 0) as high
    from metrics.park_year as y
    left join sums as s on y.park_id = s.park_id and y.year = s.year
)
select park_id, year, intensity, intensity_low, intensity_high, low, high
from expected
where
    (intensity is null) <> (intensity_low is null)
    or (intensity is null) <> (intensity_high is null)
    or abs(intensity_low - greatest(least(low, intensity), least(intensity, 0))) > 1e-9 * greatest(1, abs(high - low))
    or abs(intensity_high - greatest(high, intensity)) > 1e-9 * greatest(1, abs(high - low))
