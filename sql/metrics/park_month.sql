-- The published months of each park: the terms of the month, of the year to date and of the twelve months that end with it.
-- A window with open intervals (neither measured nor estimated) is undecided; missing_energy_mwh is what it probably lacks.
-- Provisional until the year is complete: certificates count with the month in which their power was generated, so a
-- month changes as they arrive; the year to date of December is the year.
-- Grain: park_id, month, window_kind
-- Order: park_id, month, window_kind
select
    w.park_id,
    cast(w.year as integer) as year,
    w.month,
    w.window_kind,
    w.use_wh * cast(0.000001 as decimal(7, 6)) as electricity_use_mwh,
    w.inflow_wh * cast(0.000001 as decimal(7, 6)) as grid_import_mwh,
    w.export_wh * cast(0.000001 as decimal(7, 6)) as grid_export_mwh,
    w.fossil_export_wh * cast(0.000001 as decimal(7, 6)) as fossil_export_mwh,
    w.direct_used_wh * cast(0.000001 as decimal(7, 6)) as direct_supply_mwh,
    w.onsite_used_wh * cast(0.000001 as decimal(7, 6)) as onsite_nonfossil_mwh,
    (w.uncounted_direct_wh + w.sold_onsite_wh) * cast(0.000001 as decimal(7, 6)) as uncounted_green_mwh,
    w.fossil_wh * cast(0.000001 as decimal(7, 6)) as own_fossil_generation_mwh,
    w.green_trade_wh * cast(0.000001 as decimal(7, 6)) as green_trade_mwh,
    w.gec_wh * cast(0.000001 as decimal(7, 6)) as gec_mwh,
    w.residual_wh * cast(0.000001 as decimal(7, 6)) as residual_grid_mwh,
    w.curtailed_mwh,
    (w.charge_wh - w.discharge_wh) * cast(0.000001 as decimal(7, 6)) as storage_loss_mwh,
    w.fuel_tco2,
    w.conversion_tco2,
    w.electricity_tco2,
    w.heat_tco2,
    w.process_tco2,
    w.bunker_tco2,
    w.total_tco2,
    w.energy_tce,
    w.energy_calorific_tce,
    cast(w.total_tco2 as double) / nullif(cast(w.energy_tce as double), 0) as intensity_tco2_per_tce,
    cast(w.intervals_valid as double) / nullif(w.intervals_expected, 0) as coverage,
    cast(w.estimated_wh as double) / nullif(cast(w.metered_wh as double), 0) as estimated_share,
    w.intervals_estimated,
    w.intervals_open,
    w.missing_estimate_wh * cast(0.000001 as decimal(7, 6)) as missing_energy_mwh,
    case when w.intervals_open > 0 then 'undecided' else 'complete' end as completeness,
    j.core_verdict = 'undecided' or w.intervals_open > 0 as provisional
from metrics.park_window as w
inner join metrics.judged_year as j on w.park_id = j.park_id and w.year = j.year
where w.window_kind <> 'year'
