-- The 95 % interval of each park's intensity: the root of the sum of squares over its sources of uncertainty (IPCC
-- propagation; E and C move together through one meter, which the sensitivities hold). Conservative estimates are known to
-- lie to one side: the interval is moved by that bias, and stretched so that it still holds the intensity. It does not
-- reach below zero where the intensity does not. Prescribed constants carry no uncertainty. low = high = intensity where
-- nothing is estimated and no meter names its class; null where there is no intensity.
-- Grain: park_id, year
-- Order: park_id, year
with years as (
    select
        park_id,
        cast(year as integer) as year,
        cast(total_tco2 as double) / nullif(cast(energy_tce as double), 0) as intensity
    from metrics.park_window
    where window_kind = 'year'
),
sums as (
    select
        park_id,
        year,
        sum(cast(
            least(half_width_tco2_per_tce * half_width_tco2_per_tce, 1000000000000) as decimal(38, 24)
        )) as variance,
        sum(cast(greatest(least(bias_tco2_per_tce, 1000000), -1000000) as decimal(38, 24))) as bias
    from metrics.uncertainty_sources
    where half_width_tco2_per_tce is not null
    group by park_id, year
),
combined as (
    select
        y.*,
        sqrt(coalesce(cast(s.variance as double), 0)) as half_width,
        coalesce(cast(s.bias as double), 0) as bias
    from years as y
    left join sums as s on y.park_id = s.park_id and y.year = s.year
)
select
    park_id,
    year,
    intensity as intensity_tco2_per_tce,
    case when intensity is not null then half_width end as half_width_tco2_per_tce,
    case when intensity is not null then bias end as bias_tco2_per_tce,
    case
        when intensity is not null then greatest(least(intensity - bias - half_width, intensity), least(intensity, 0))
    end as intensity_low,
    case when intensity is not null then greatest(intensity - bias + half_width, intensity) end as intensity_high
from combined
