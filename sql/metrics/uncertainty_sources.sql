-- What makes the intensity of a park uncertain: each meter's estimates by method, and the accuracy class of each meter.
-- energy_mwh is the energy in question, half_width_mwh the 95 % half-width of its error, bias_mwh how far the conservative
-- step is known to lie beside the truth on average; sensitivity is the change of the intensity with one MWh more at the
-- meter. basis: masks (of the meter), pooled (fewer masks than pool_masks: mostly of other meters), unknown (no mask tells
-- anything: the energy itself is the half-width), register (bounded by its tolerance), class, none (sender's estimates:
-- nobody tells their error; half_width is null and they widen nothing).
-- Gaps of a meter err independently, their squares add up; where the mean error of a method is not zero (beyond its own
-- 95 %), it adds up over all gaps. Conservative values all err to one side: they add up like one error.
-- Where the spread itself rests on few masks, Student's t takes the place of the normal factor (expansion in 1 / nu,
-- Abramowitz and Stegun 26.7.5; nu after Welch and Satterthwaite).
-- Grain: park_id, year, source_kind, meter_id, method
-- Order: park_id, year, source_kind, meter_id, method
with sized as (
    select
        *,
        mean_square * spread_mwh2 as variance_mwh2,
        sqrt(greatest(mean_square - mean_error * mean_error, 0)) * spread_mwh as deviation_mwh,
        mean_error * spread_mwh as bias_mwh
    from metrics.estimate_errors
),
totals as (
    select
        meter_id,
        year,
        method,
        sum(gaps) as gaps,
        sum(masks) as masks,
        sum(energy_wh) as energy_wh,
        cast(sum(cast(masks_counted as decimal(38, 12))) as double) as masks_counted,
        cast(sum(cast(variance_mwh2 as decimal(38, 12))) as double) as variance_mwh2,
        cast(sum(cast(deviation_mwh as decimal(38, 12))) as double) as deviation_mwh,
        cast(sum(cast(bias_mwh as decimal(38, 12))) as double) as bias_mwh,
        cast(sum(cast(spread_mwh2 as decimal(38, 12))) as double) as spread_mwh2,
        cast(sum(cast(spread_mwh as decimal(38, 12))) as double) as spread_mwh,
        bool_or(mean_square is null) as is_unknown
    from sized
    group by meter_id, year, method
),
freedom as (
    select
        s.meter_id,
        s.year,
        s.method,
        1 / cast(sum(cast(
            (s.variance_mwh2 / t.variance_mwh2) * (s.variance_mwh2 / t.variance_mwh2) / greatest(s.degrees_of_freedom, 1)
            as decimal(38, 12)
        )) as double) as nu
    from sized as s
    inner join totals as t on s.meter_id = t.meter_id and s.year = t.year and s.method = t.method
    where t.variance_mwh2 > 0
    group by s.meter_id, s.year, s.method
),
factors as (
    select
        t.*,
        cast(p.coverage_factor as double) as z,
        coalesce(f.nu, 1000000) as nu,
        t.bias_mwh / nullif(t.spread_mwh, 0) as mean_error,
        cast(p.pool_masks as double) as pool_masks,
        cast(p.mask_count as double) as mask_count
    from totals as t
    inner join run.params as p on t.year = p.year
    left join freedom as f on t.meter_id = f.meter_id and t.year = f.year and t.method = f.method
),
estimates as (
    select
        *,
        z + (pow(z, 3) + z) / (4 * nu) + (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * nu * nu)
        + (3 * pow(z, 7) + 19 * pow(z, 5) + 17 * pow(z, 3) - 15 * z) / (384 * nu * nu * nu) as factor,
        case
            when method = 'conservative' then deviation_mwh
            when
                masks_counted >= mask_count
                and mean_error * mean_error * masks_counted > z * z * variance_mwh2 / spread_mwh2
                then sqrt(variance_mwh2 + mean_error * mean_error * greatest(spread_mwh * spread_mwh - spread_mwh2, 0))
            else sqrt(variance_mwh2)
        end as standard_mwh
    from factors
),
known_totals as (
    select distinct e.meter_id, e.year, e.method, c.from_at, coalesce(c.tolerance_wh, 0) as tolerance_wh
    from (
        select
            k.meter_id,
            cast(left(e.month, 4) as integer) as year,
            e.method,
            cast(e.month || '-01' as timestamp) + to_minutes(e.minute) as interval_at
        from energy.estimated_interval as e
        inner join energy.month_meters as k on e.month = k.month and e.slot = k.slot
        where e.method in ('scaled', 'register_spread', 'period_spread')
    ) as e
    asof inner join energy.register_check as c on e.meter_id = c.meter_id and e.interval_at >= c.from_at
),
fitted as (
    select
        k.meter_id,
        cast(left(e.month, 4) as integer) as year,
        e.method,
        count(distinct e.month || e.run_from_minute) as gaps,
        sum(e.energy_wh) as energy_wh
    from energy.estimated_interval as e
    inner join energy.month_meters as k on e.month = k.month and e.slot = k.slot
    where e.method in ('scaled', 'register_spread', 'period_spread')
    group by k.meter_id, left(e.month, 4), e.method
),
bounded as (
    select f.meter_id, f.year, f.method, f.gaps, f.energy_wh, sqrt(sum(cast(k.tolerance_wh as hugeint) * k.tolerance_wh)) as half_width_wh
    from fitted as f
    inner join known_totals as k on f.meter_id = k.meter_id and f.year = k.year and f.method = k.method
    group by f.meter_id, f.year, f.method, f.gaps, f.energy_wh
),
years as (
    select
        meter_id,
        cast(left(month, 4) as integer) as year,
        sum(sender_estimated_wh) as sender_estimated_wh
    from energy.meter_month
    where role <> 'check'
    group by meter_id, left(month, 4)
),
sources as (
    select
        'estimate' as source_kind,
        meter_id,
        year,
        method,
        gaps,
        masks,
        case when is_unknown then 'unknown' when masks_counted >= pool_masks then 'masks' else 'pooled' end as basis,
        energy_wh,
        case when is_unknown then energy_wh / 1000000 else factor * standard_mwh end as half_width_mwh,
        case when method = 'conservative' and not is_unknown then bias_mwh else 0 end as bias_mwh
    from estimates
    union all
    select 'estimate', meter_id, year, method, gaps, 0, 'register', energy_wh, half_width_wh / 1000000, 0
    from bounded
    union all
    select 'estimate', meter_id, year, 'sender_estimate', null, 0, 'none', sender_estimated_wh, null, 0
    from years
    where sender_estimated_wh > 0
    union all
    select 'meter_class', meter_id, year, 'accuracy_class', null, 0, 'class', energy_wh, class_half_width_wh / 1000000, 0
    from metrics.meter_sensitivity
    where class_half_width_wh > 0
),
scaled as (
    select
        s.*,
        n.park_id,
        n.sensitivity,
        -- a conservative import stands outside what certificates may cover; the true one would be covered as far as they reach
        case
            when n.role = 'grid_import' and s.method = 'conservative'
                then (n.free_share * s.energy_wh / 1000000) * n.grid_sensitivity
            else 0
        end as uncovered_tco2_per_tce,
        case when n.role in ('heat_import', 'heat_export') then 3.6 else 1 end as gj_per_mwh
    from sources as s
    inner join metrics.meter_sensitivity as n on s.meter_id = n.meter_id and s.year = n.year
)
select
    park_id,
    year,
    source_kind,
    meter_id,
    method,
    basis,
    cast(gaps as bigint) as gaps,
    cast(masks as bigint) as masks,
    cast(energy_wh / (1000000 * gj_per_mwh) as decimal(38, 6)) as energy_mwh,
    cast(half_width_mwh / gj_per_mwh as decimal(38, 6)) as half_width_mwh,
    cast(bias_mwh / gj_per_mwh as decimal(38, 6)) as bias_mwh,
    case when sensitivity = 0 then 0 else sensitivity end as sensitivity,
    abs(sensitivity) * half_width_mwh / gj_per_mwh as half_width_tco2_per_tce,
    case when bias_mwh = 0 then 0 else sensitivity * bias_mwh / gj_per_mwh end + uncovered_tco2_per_tce as bias_tco2_per_tce
from scaled
