-- The forecast of each park's year after each month that is closed, and what is left to do until the construction period ends.
-- Each amount grows from the months so far along its pattern (metrics.trajectory_months): rest = rate x pattern of the rest, rate
-- = amount so far / pattern so far. Certificates count as they stand now, up to each enterprise's draw at that import.
-- Band: Student's t (coverage_factor, months - 1) times the deviation of the ratio predictor (Royall 1970, Biometrika 57:377):
-- sigma2 x (rest + rest2 / so far), sigma2 = sum of (amount - rate x pattern)2 / pattern over the months, / (months - 1).
-- Along days months are alike only by chance and seasons last: the rest errs together, and so do the months so far,
-- sigma2 x (rest x months left + rest2 x months / so far). Deviations of one month go together through E, C and shares.
-- Upwards and downwards the import meets certificates in different measure: the band has two sides.
-- No band reaches below zero where its amount does not; it is null after fewer than forecast_months_min months. After December
-- the forecast is the year and its outlook the verdict.
-- limit_gap_mwh: residual power (certificates) by which E lies above the limit x C; negative: below it.
-- Path from the forecast to build_end, C unchanged: factor of I per year, or equal steps of it, of tCO2 and of residual MWh.
-- Grain: park_id, year, month
-- Order: park_id, year, month
with summed as (
    select
        *,
        cast(sum(pattern) over (
            partition by park_id, year, series order by month_no rows between unbounded preceding and current row
        ) as double) as so_far,
        cast(sum(pattern) over (
            partition by park_id, year, series order by month_no desc rows between unbounded preceding and current row
        ) - pattern as double) as rest
    from metrics.trajectory_months
),
rated as (
    select
        *,
        cast(to_date as double) / so_far as rate,
        case
            when is_seasonal then rest + rest * rest / so_far
            else rest * (12 - month_no) + rest * rest * month_no / so_far
        end as spread
    from summed
    where closed
),
forecasts as (
    select
        park_id,
        year,
        month,
        month_no,
        count(*) filter (where is_seasonal and to_date <> 0) as seasonal_series,
        count(*) filter (where not is_seasonal and to_date <> 0) as steady_series,
        max(cast(to_date as double) + rate * rest) filter (where series = 'use') as use_mwh,
        max(cast(to_date as double) + rate * rest) filter (where series = 'supply') as supply_mwh,
        max(cast(to_date as double) + rate * rest) filter (where series = 'direct') as direct_mwh,
        max(cast(to_date as double) + rate * rest) filter (where series = 'other') as other_tco2,
        max(cast(to_date as double) + rate * rest) filter (where series = 'energy') as energy_tce
    from rated
    group by park_id, year, month, month_no
),
deviations as (
    select
        r.park_id,
        r.year,
        r.month,
        m.month_no,
        r.series,
        sqrt(r.spread / cast(m.pattern as double)) * (cast(m.amount as double) - r.rate * cast(m.pattern as double)) as deviation
    from rated as r
    inner join metrics.trajectory_months as m
        on r.park_id = m.park_id and r.year = m.year and r.series = m.series and r.month_no >= m.month_no
),
together as (
    select
        park_id,
        year,
        month,
        month_no,
        max(deviation) filter (where series = 'use') as use_mwh,
        max(deviation) filter (where series = 'use') - max(deviation) filter (where series = 'supply') as import_mwh,
        max(deviation) filter (where series = 'direct') as direct_mwh,
        max(deviation) filter (where series = 'other') as other_tco2,
        max(deviation) filter (where series = 'energy') as energy_tce
    from deviations
    group by park_id, year, month, month_no
),
squares as (
    select
        park_id,
        year,
        month,
        cast(sum(cast(use_mwh * use_mwh as decimal(38, 6))) as double) as use_use,
        cast(sum(cast(direct_mwh * direct_mwh as decimal(38, 6))) as double) as direct_direct,
        cast(sum(cast(use_mwh * direct_mwh as decimal(38, 6))) as double) as use_direct,
        cast(sum(cast(import_mwh * import_mwh as decimal(38, 6))) as double) as import_import,
        cast(sum(cast(other_tco2 * other_tco2 as decimal(38, 6))) as double) as other_other,
        cast(sum(cast(energy_tce * energy_tce as decimal(38, 6))) as double) as energy_energy,
        cast(sum(cast(import_mwh * other_tco2 as decimal(38, 6))) as double) as import_other,
        cast(sum(cast(import_mwh * energy_tce as decimal(38, 6))) as double) as import_energy,
        cast(sum(cast(other_tco2 * energy_tce as decimal(38, 6))) as double) as other_energy
    from together
    group by park_id, year, month
),
factors as (
    select
        f.*,
        s.use_use,
        s.direct_direct,
        s.use_direct,
        s.import_import,
        s.other_other,
        s.energy_energy,
        s.import_other,
        s.import_energy,
        s.other_energy,
        greatest(f.use_mwh - f.supply_mwh, 0) as import_mwh,
        cast(p.residual_electricity_factor as double) as factor,
        cast(p.coverage_factor as double) as z,
        case when f.month_no >= p.forecast_months_min then f.month_no - 1 end as nu
    from forecasts as f
    inner join squares as s on f.park_id = s.park_id and f.year = s.year and f.month = s.month
    inner join run.params as p on f.year = p.year
),
quantiles as (
    -- Abramowitz and Stegun 26.7.5; of the variance, so divided by its degrees of freedom.
    select
        *,
        (
            z + (pow(z, 3) + z) / (4 * nu) + (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * pow(nu, 2))
            + (3 * pow(z, 7) + 19 * pow(z, 5) + 17 * pow(z, 3) - 15 * z) / (384 * pow(nu, 3))
            + (79 * pow(z, 9) + 776 * pow(z, 7) + 1482 * pow(z, 5) - 1920 * pow(z, 3) - 945 * z) / (92160 * pow(nu, 4))
        ) / sqrt(nu) as reach
    from factors
),
covered as (
    select
        q.park_id,
        q.year,
        q.month,
        q.reach * sqrt(q.import_import) as import_width,
        sum(cast((e.trade_wh + e.usable_wh) / 1000000 as decimal(38, 6))) as standing_mwh,
        sum(cast(least(
            (e.trade_wh + e.usable_wh) / 1000000, e.grid_offtake_wh / w.inflow_wh * q.import_mwh
        ) as decimal(38, 6))) as covered_mwh,
        sum(cast(least(
            (e.trade_wh + e.usable_wh) / 1000000,
            e.grid_offtake_wh / w.inflow_wh * greatest(q.import_mwh - q.reach * sqrt(q.import_import), 0)
        ) as decimal(38, 6))) as covered_low_mwh,
        sum(cast(least(
            (e.trade_wh + e.usable_wh) / 1000000,
            e.grid_offtake_wh / w.inflow_wh * (q.import_mwh + q.reach * sqrt(q.import_import))
        ) as decimal(38, 6))) as covered_high_mwh
    from quantiles as q
    inner join metrics.park_window as w on q.park_id = w.park_id and q.year = w.year and w.window_kind = 'year'
    left join metrics.enterprise_window as e
        on q.park_id = e.park_id and q.year = e.year and e.window_kind = 'year' and w.inflow_wh > 0
    group by q.park_id, q.year, q.month, q.reach, q.import_import
),
valued as (
    select
        q.*,
        coalesce(c.import_width, 0) as import_width,
        coalesce(c.standing_mwh, 0) as standing_mwh,
        coalesce(c.covered_mwh, 0) as covered_mwh,
        1 - coalesce(cast(c.covered_high_mwh - c.covered_mwh as double) / nullif(c.import_width, 0), 0) as slope_up,
        1 - coalesce(
            cast(c.covered_mwh - c.covered_low_mwh as double) / nullif(least(c.import_width, q.import_mwh), 0), 0
        ) as slope_down,
        q.other_tco2 + q.factor * (q.import_mwh - coalesce(cast(c.covered_mwh as double), 0)) as total_tco2,
        q.direct_mwh / nullif(q.use_mwh, 0) as direct_supply_share
    from quantiles as q
    inner join covered as c on q.park_id = c.park_id and q.year = c.year and q.month = c.month
),
sided as (
    -- the variance of E where a MWh of import moves it by one factor, upwards and downwards, and its covariance with C
    select
        *,
        case when energy_tce > 0 then total_tco2 / energy_tce end as intensity,
        other_other + 2 * slope_up * factor * import_other + pow(slope_up * factor, 2) * import_import as total_up,
        other_other + 2 * slope_down * factor * import_other + pow(slope_down * factor, 2) * import_import as total_down,
        other_energy + slope_up * factor * import_energy as total_energy_up,
        other_energy + slope_down * factor * import_energy as total_energy_down
    from valued
),
banded as (
    select
        *,
        reach * sqrt(greatest(total_up, 0)) as total_above,
        reach * sqrt(greatest(total_down, 0)) as total_below,
        reach * sqrt(energy_energy) as energy_width,
        reach * sqrt(greatest(total_up + intensity * intensity * energy_energy - 2 * intensity * total_energy_up, 0)) / energy_tce
            as intensity_above,
        reach * sqrt(greatest(total_down + intensity * intensity * energy_energy - 2 * intensity * total_energy_down, 0)) / energy_tce
            as intensity_below,
        reach * sqrt(greatest(
            direct_direct + direct_supply_share * direct_supply_share * use_use - 2 * direct_supply_share * use_direct, 0
        )) / nullif(use_mwh, 0) as share_width
    from sided
),
limited as (
    -- the size class at both ends of c_eq, with feedstock in and out, in the proportions of the months so far
    select
        b.*,
        a.cutoff,
        j.core_verdict,
        j.direct_supply_verdict,
        p.direct_supply_share_min,
        k.build_end,
        k.build_end - b.year as years_left,
        case
            when b.intensity is null then null
            when
                b.energy_tce * cast(
                    greatest(w.electricity_low_tce, w.electricity_tce, w.electricity_high_tce) + w.other_tce + w.feedstock_tce
                    - case when p.feedstock_in_energy = 1 then w.feedstock_tce else 0 end as double
                ) < cast(p.size_class_floor as double) * cast(w.energy_tce as double)
                then null
            when
                b.energy_tce * cast(
                    least(w.electricity_low_tce, w.electricity_tce, w.electricity_high_tce) + w.other_tce
                    - case when p.feedstock_in_energy = 1 then w.feedstock_tce else 0 end as double
                ) >= cast(p.size_class_large as double) * cast(w.energy_tce as double)
                then cast(p.intensity_limit_large as double)
            else cast(p.intensity_limit_small as double)
        end as limit_tco2_per_tce
    from banded as b
    inner join metrics.park_window as w
        on b.park_id = w.park_id and b.year = w.year and b.month = w.month and w.window_kind = 'year_to_date'
    inner join metrics.accounts as a on b.park_id = a.park_id and b.year = a.year
    inner join metrics.judged_year as j on b.park_id = j.park_id and b.year = j.year
    inner join run.params as p on b.year = p.year
    left join reference.parks as k on b.park_id = k.park_id
),
pathed as (
    select
        *,
        total_tco2 - limit_tco2_per_tce * energy_tce as gap_tco2,
        case when intensity > limit_tco2_per_tce and years_left > 0 then years_left end as path_years
    from limited
)
select
    park_id,
    year,
    month,
    month_no as months_closed,
    case
        when month_no = 12 then 'closed'
        when steady_series = 0 then 'year_before'
        when seasonal_series = 0 then 'days'
        else 'mixed'
    end as pattern,
    cutoff,
    cast(use_mwh as decimal(38, 6)) as electricity_use_mwh,
    cast(import_mwh as decimal(38, 6)) as grid_import_mwh,
    cast(standing_mwh as decimal(38, 6)) as certificates_standing_mwh,
    cast(standing_mwh - covered_mwh as decimal(38, 6)) as certificates_surplus_mwh,
    cast(import_mwh - cast(covered_mwh as double) as decimal(38, 6)) as residual_grid_mwh,
    cast(total_tco2 as decimal(38, 6)) as total_tco2,
    cast(case when total_below is not null then greatest(total_tco2 - total_below, least(total_tco2, 0)) end as decimal(38, 6))
        as total_low_tco2,
    cast(total_tco2 + total_above as decimal(38, 6)) as total_high_tco2,
    cast(energy_tce as decimal(38, 6)) as energy_tce,
    cast(case when energy_width is not null then greatest(energy_tce - energy_width, least(energy_tce, 0)) end as decimal(38, 6))
        as energy_low_tce,
    cast(energy_tce + energy_width as decimal(38, 6)) as energy_high_tce,
    intensity as intensity_tco2_per_tce,
    case when intensity_below is not null then greatest(intensity - intensity_below, least(intensity, 0)) end as intensity_low,
    intensity + intensity_above as intensity_high,
    limit_tco2_per_tce,
    case
        when month_no = 12 then core_verdict
        when intensity is not null and limit_tco2_per_tce is null then 'not_applicable'
        when intensity + intensity_above <= limit_tco2_per_tce then 'pass'
        when intensity - intensity_below > limit_tco2_per_tce then 'fail'
        else 'undecided'
    end as core_outlook,
    direct_supply_share,
    case when share_width is not null then greatest(direct_supply_share - share_width, 0) end as direct_supply_low,
    case when share_width is not null then least(direct_supply_share + share_width, 1) end as direct_supply_high,
    case
        when month_no = 12 then direct_supply_verdict
        when use_mwh = 0 then 'not_applicable'
        when direct_supply_share - share_width >= cast(direct_supply_share_min as double) then 'pass'
        when direct_supply_share + share_width < cast(direct_supply_share_min as double) then 'fail'
        else 'undecided'
    end as direct_supply_outlook,
    cast(gap_tco2 / factor as decimal(38, 6)) as limit_gap_mwh,
    build_end,
    cast(years_left as integer) as years_left,
    case
        when limit_tco2_per_tce >= 0 then pow(limit_tco2_per_tce / intensity, 1.0 / path_years)
    end as path_factor,
    (intensity - limit_tco2_per_tce) / path_years as path_step_tco2_per_tce,
    cast(gap_tco2 / path_years as decimal(38, 6)) as path_step_tco2,
    cast(gap_tco2 / factor / path_years as decimal(38, 6)) as path_step_mwh
from pathed
