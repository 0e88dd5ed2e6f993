-- What would decide a park whose interval straddles its limit: the fewest meters, the most uncertain first, whose estimated
-- energy, if it were measured, would bring the interval to one side of the limit. decides is false where the estimates of
-- all meters are not enough (accuracy classes remain).
-- Grain: park_id, year
-- Order: park_id, year
with straddling as (
    select
        i.park_id,
        i.year,
        i.intensity_tco2_per_tce as intensity,
        cast(j.limit_tco2_per_tce as double) as limit_tco2_per_tce
    from metrics.intensity_interval as i
    inner join metrics.judged_year as j on i.park_id = j.park_id and i.year = j.year
    where i.intensity_low <= j.limit_tco2_per_tce and i.intensity_high > j.limit_tco2_per_tce
),
squares as (
    select
        s.park_id,
        s.year,
        s.meter_id,
        s.source_kind,
        s.energy_mwh,
        cast(least(s.half_width_tco2_per_tce * s.half_width_tco2_per_tce, 1000000000000) as decimal(38, 24)) as square,
        cast(greatest(least(s.bias_tco2_per_tce, 1000000), -1000000) as decimal(38, 24)) as bias
    from metrics.uncertainty_sources as s
    where s.half_width_tco2_per_tce is not null
),
meters as (
    select
        park_id,
        year,
        meter_id,
        sum(case when source_kind = 'estimate' then energy_mwh else 0 end) as energy_mwh,
        sum(case when source_kind = 'estimate' then square else 0 end) as estimate_variance,
        sum(square) as variance,
        sum(bias) as bias
    from squares
    group by park_id, year, meter_id
),
ranked as (
    select
        m.*,
        t.intensity,
        t.limit_tco2_per_tce,
        row_number() over likely_first as place,
        sum(m.energy_mwh) over likely_first as removed_mwh,
        sum(m.estimate_variance) over likely_first as removed_variance,
        sum(m.bias) over likely_first as removed_bias,
        sum(m.variance) over whole as total_variance,
        sum(m.bias) over whole as total_bias
    from meters as m
    inner join straddling as t on m.park_id = t.park_id and m.year = t.year
    window
        likely_first as (
            partition by m.park_id, m.year
            order by cast(m.estimate_variance as double) + cast(m.bias as double) * cast(m.bias as double) desc, m.meter_id
            rows between unbounded preceding and current row
        ),
        whole as (partition by m.park_id, m.year)
),
tried as (
    select
        park_id,
        year,
        meter_id,
        place,
        removed_mwh,
        limit_tco2_per_tce,
        intensity - cast(removed_bias as double) as intensity,
        intensity - cast(total_bias as double) as centre,
        sqrt(cast(total_variance - removed_variance as double)) as half_width
    from ranked
    where estimate_variance > 0 or bias <> 0
),
enough as (
    select
        park_id,
        year,
        min(place) as place
    from tried
    where
        least(intensity, centre - half_width) > limit_tco2_per_tce
        or greatest(intensity, centre + half_width) <= limit_tco2_per_tce
    group by park_id, year
)
select
    t.park_id,
    t.year,
    max(t.removed_mwh) as decisive_mwh,
    list_sort(list(t.meter_id)) as meters,
    count(e.place) > 0 as decides
from tried as t
left join enough as e on t.park_id = e.park_id and t.year = e.year
where t.place <= coalesce(e.place, t.place)
group by t.park_id, t.year
