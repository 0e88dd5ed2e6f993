-- The published year of each park: energy, emissions, intensity against its limit and baselines, shares, verdicts.
-- Ratios are DOUBLE, made by the last division of exact terms; margin is limit minus intensity.
-- Grain: park_id, year
-- Order: park_id, year
with years as (
    select
        w.*,
        a.base_year,
        j.limit_tco2_per_tce,
        j.size_class,
        j.direct_green_wh,
        j.core_verdict,
        j.direct_supply_verdict,
        j.overall_verdict,
        j.reasons,
        cast(w.total_tco2 as double) / nullif(cast(w.energy_tce as double), 0) as intensity,
        w.direct_used_wh + w.onsite_used_wh - w.uncounted_direct_wh - w.sold_onsite_wh as green_used_wh,
        cast(p.electricity_coal_equivalent as decimal(9, 6)) as c_eq
    from metrics.park_window as w
    inner join metrics.accounts as a on w.park_id = a.park_id and w.year = a.year
    inner join metrics.judged_year as j on w.park_id = j.park_id and w.year = j.year
    inner join run.params as p on w.year = p.year
    where w.window_kind = 'year'
),
average as (
    select cast(arg_max(tco2_per_tce, year) as double) as tco2_per_tce
    from reference.baselines
    where scope = 'national_average_of_existing_parks'
),
declared as (
    select
        b.park_id,
        b.year,
        cast(b.tco2_per_tce as double) as tco2_per_tce
    from parsed.baselines as b
    inner join lake.files as f on b.file_id = f.file_id
    qualify row_number() over (partition by b.park_id, b.year order by f.rank desc, b.line desc) = 1
),
cancelled_offsets as (
    select o.park_id, o.year, sum(cast(o.quantity_t as decimal(38, 6))) as offset_tco2
    from (
        select distinct park_id, year, quantity_t, registry, serial
        from parsed.offsets
    ) as o
    group by o.park_id, o.year
)
select
    y.park_id,
    cast(y.year as integer) as year,
    y.use_wh * cast(0.000001 as decimal(7, 6)) as electricity_use_mwh,
    y.inflow_wh * cast(0.000001 as decimal(7, 6)) as grid_import_mwh,
    y.export_wh * cast(0.000001 as decimal(7, 6)) as grid_export_mwh,
    y.fossil_export_wh * cast(0.000001 as decimal(7, 6)) as fossil_export_mwh,
    y.direct_used_wh * cast(0.000001 as decimal(7, 6)) as direct_supply_mwh,
    y.onsite_used_wh * cast(0.000001 as decimal(7, 6)) as onsite_nonfossil_mwh,
    (y.uncounted_direct_wh + y.sold_onsite_wh) * cast(0.000001 as decimal(7, 6)) as uncounted_green_mwh,
    y.uncounted_direct_wh * cast(0.000001 as decimal(7, 6)) as uncounted_direct_mwh,
    y.direct_green_wh * cast(0.000001 as decimal(7, 6)) as direct_green_mwh,
    y.nuclear_counted_wh * cast(0.000001 as decimal(7, 6)) as nuclear_green_mwh,
    y.fossil_wh * cast(0.000001 as decimal(7, 6)) as own_fossil_generation_mwh,
    y.recovered_wh * cast(0.000001 as decimal(7, 6)) as recovered_generation_mwh,
    y.recovered_export_wh * cast(0.000001 as decimal(7, 6)) as recovered_export_mwh,
    y.green_trade_wh * cast(0.000001 as decimal(7, 6)) as green_trade_mwh,
    y.gec_wh * cast(0.000001 as decimal(7, 6)) as gec_mwh,
    y.residual_wh * cast(0.000001 as decimal(7, 6)) as residual_grid_mwh,
    y.curtailed_mwh,
    (y.charge_wh - y.discharge_wh) * cast(0.000001 as decimal(7, 6)) as storage_loss_mwh,
    y.fuel_tco2,
    y.conversion_tco2,
    y.electricity_tco2,
    y.heat_tco2,
    y.process_tco2,
    y.bunker_tco2,
    y.total_tco2,
    y.energy_tce,
    y.energy_calorific_tce,
    y.feedstock_tce,
    y.nonfossil_heat_tce,
    y.intensity as intensity_tco2_per_tce,
    i.intensity_low,
    i.intensity_high,
    v.tco2_per_tce as baseline_average_tco2_per_tce,
    coalesce(b.intensity, d.tco2_per_tce) as baseline_base_year_tco2_per_tce,
    case when b.intensity is not null then 'computed' when d.tco2_per_tce is not null then 'declared' end as baseline_base_year_kind,
    y.intensity / v.tco2_per_tce as ratio_to_average,
    1 - y.intensity / nullif(coalesce(b.intensity, d.tco2_per_tce), 0) as reduction_from_base_year,
    cast(y.limit_tco2_per_tce as double) as limit_tco2_per_tce,
    cast(y.limit_tco2_per_tce as double) - y.intensity as margin_tco2_per_tce,
    y.size_class,
    cast(y.direct_green_wh as double) / nullif(cast(y.use_wh as double), 0) as direct_supply_share,
    cast(y.direct_used_wh - y.uncounted_direct_wh as double) / nullif(cast(y.use_wh as double), 0) as direct_line_share,
    cast(y.green_used_wh + y.green_trade_wh + y.gec_wh as double) / nullif(cast(y.use_wh as double), 0) as green_share,
    cast(
        cast((y.green_used_wh + y.green_trade_wh + y.gec_wh) * cast(0.000001 as decimal(7, 6)) * y.c_eq as decimal(38, 12))
        + cast(y.nonfossil_heat_tce as decimal(37, 12)) as double
    ) / nullif(cast(y.energy_tce as double), 0) as nonfossil_energy_share,
    cast(
        y.total_tco2 - y.electricity_tco2
        + round(y.inflow_wh * cast(0.000001 as decimal(7, 6)) * x.tco2_per_mwh, 6) as decimal(38, 6)
    ) as location_based_tco2,
    cast(y.total_tco2 - coalesce(o.offset_tco2, 0) as decimal(38, 6)) as net_tco2,
    cast(y.estimated_wh as double) / nullif(cast(y.metered_wh as double), 0) as estimated_share,
    cast(y.intervals_valid as double) / nullif(y.intervals_expected, 0) as coverage,
    y.core_verdict,
    y.direct_supply_verdict,
    y.overall_verdict,
    y.reasons
from years as y
cross join average as v
left join metrics.intensity_interval as i on y.park_id = i.park_id and y.year = i.year
left join years as b on y.park_id = b.park_id and y.base_year = b.year
left join declared as d on y.park_id = d.park_id and y.base_year = d.year
left join metrics.location_factor as x on y.park_id = x.park_id and y.year = x.year
left join cancelled_offsets as o on y.park_id = o.park_id and y.year = o.year
