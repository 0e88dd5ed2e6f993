-- The leaves of electricity in each window, each rounded half up to 6 decimals: N and D_x + S_x at the residual factor,
-- minus the fossil export at the same factor (annex 4, two 3 (1)); in tce one leaf for the electricity term of C:
-- (U - fossil generation - recovered generation + recovered export) x c_eq, and the same on other bases for comparison.
-- Direct, on-site, traded and cancelled green power has the factor of green electricity, 0.
-- Grain: park_id, year, window_kind, month
-- Order: park_id, year, window_kind, month
with amounts as (
    select
        w.*,
        w.residual_wh * cast(0.000001 as decimal(7, 6)) as residual_mwh,
        w.contested_residual_wh * cast(0.000001 as decimal(7, 6)) as contested_residual_mwh,
        (w.uncounted_direct_wh + w.sold_onsite_wh) * cast(0.000001 as decimal(7, 6)) as uncounted_mwh,
        w.nuclear_counted_wh * cast(0.000001 as decimal(7, 6)) as nuclear_mwh,
        w.fossil_export_wh * cast(0.000001 as decimal(7, 6)) as fossil_export_mwh,
        (w.use_wh - w.fossil_wh - w.recovered_wh + w.recovered_export_wh) * cast(0.000001 as decimal(7, 6)) as energy_mwh,
        cast(p.residual_electricity_factor as decimal(9, 6)) as residual_factor,
        p.electricity_coal_equivalent,
        p.electricity_coal_equivalent_low,
        p.electricity_coal_equivalent_high,
        p.electricity_calorific_equivalent
    from energy.park_window as w
    inner join run.params as p on w.year = p.year
),
latest as (
    select cast(arg_max(kg_co2_per_kwh, year) as decimal(9, 6)) as latest_fossil_factor
    from reference.electricity_factors
    where scope = 'national_fossil_power'
)
select
    a.park_id,
    a.year,
    a.window_kind,
    a.month,
    cast(round(a.residual_mwh * a.residual_factor, 6) as decimal(38, 6)) as residual_tco2,
    cast(round(a.uncounted_mwh * a.residual_factor, 6) as decimal(38, 6)) as uncounted_tco2,
    cast(-round(a.fossil_export_mwh * a.residual_factor, 6) as decimal(38, 6)) as fossil_export_tco2,
    cast(round(a.contested_residual_mwh * a.residual_factor, 6) as decimal(38, 6)) as contested_residual_tco2,
    cast(round(a.nuclear_mwh * a.residual_factor, 6) as decimal(38, 6)) as nuclear_at_residual_tco2,
    cast(round((a.residual_mwh + a.uncounted_mwh - a.fossil_export_mwh) * l.latest_fossil_factor, 6) as decimal(38, 6))
        as latest_factor_tco2,
    l.latest_fossil_factor,
    cast(round(a.energy_mwh * cast(a.electricity_coal_equivalent as decimal(9, 6)), 6) as decimal(38, 6)) as energy_tce,
    cast(round(a.energy_mwh * cast(a.electricity_coal_equivalent_low as decimal(9, 6)), 6) as decimal(38, 6)) as energy_low_tce,
    cast(round(a.energy_mwh * cast(a.electricity_coal_equivalent_high as decimal(9, 6)), 6) as decimal(38, 6)) as energy_high_tce,
    cast(round(a.energy_mwh * cast(a.electricity_calorific_equivalent as decimal(9, 6)), 6) as decimal(38, 6))
        as energy_calorific_tce
from amounts as a
cross join latest as l
