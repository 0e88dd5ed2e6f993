-- Every term of the method for each park and window: E and its terms, C, and what the verdicts need beside them.
-- conversion_tco2, total and intensity are null where an enterprise's conversion came out below zero.
-- credit_tco2: what leaves as fossil power and heat; supplier_tco2: fuels burnt for power and heat supply, and heat bought.
-- Grain: park_id, year, window_kind, month
-- Order: park_id, year, window_kind, month
with fuel as (
    select
        w.park_id,
        w.year,
        w.window_kind,
        w.month,
        sum(f.emission_tco2) filter (where f.term in ('fuel', 'bunker')) as fuel_tco2,
        sum(f.emission_tco2) filter (where f.term = 'bunker') as bunker_tco2,
        sum(f.emission_tco2) filter (where f.activity in ('power_generation', 'heat_supply')) as supplier_tco2,
        sum(f.energy_tce) filter (where f.activity = 'power_generation') as power_fuel_tce,
        sum(f.energy_tce) as energy_tce,
        sum(f.feedstock_tce) as feedstock_tce
    from energy.park_window as w
    inner join emissions.fuel_leaves as f on w.park_id = f.park_id and f.month between w.first_month and w.last_month
    group by w.park_id, w.year, w.window_kind, w.month
),
converted as (
    select
        w.park_id,
        w.year,
        w.window_kind,
        w.month,
        f.enterprise_id,
        sum(f.emission_tco2) as emission_tco2
    from energy.park_window as w
    inner join emissions.fuel_leaves as f on w.park_id = f.park_id and f.month between w.first_month and w.last_month
    where f.term = 'conversion'
    group by w.park_id, w.year, w.window_kind, w.month, f.enterprise_id
),
conversion as (
    select
        park_id,
        year,
        window_kind,
        month,
        sum(emission_tco2) as conversion_tco2,
        bool_or(emission_tco2 < 0) as conversion_negative
    from converted
    group by park_id, year, window_kind, month
),
heat as (
    select
        w.park_id,
        w.year,
        w.window_kind,
        w.month,
        sum(h.emission_tco2) as heat_tco2,
        sum(h.emission_tco2) filter (where h.direction = 'in') as heat_in_tco2,
        sum(h.emission_tco2) filter (where h.direction = 'out') as heat_out_tco2,
        sum(h.energy_tce) as energy_tce,
        sum(h.energy_tce) filter (where h.kind = 'nonfossil' and h.direction = 'in' and not h.without_document) as nonfossil_tce
    from energy.park_window as w
    inner join emissions.heat_leaves as h on w.park_id = h.park_id and h.month between w.first_month and w.last_month
    group by w.park_id, w.year, w.window_kind, w.month
),
process as (
    select
        w.park_id,
        w.year,
        w.window_kind,
        w.month,
        sum(p.emission_tco2) as process_tco2
    from energy.park_window as w
    inner join emissions.process_leaves as p on w.park_id = p.park_id and p.month between w.first_month and w.last_month
    group by w.park_id, w.year, w.window_kind, w.month
),
curtailed as (
    select park_id, month, cast(curtailed_mwh as decimal(38, 6)) as curtailed_mwh
    from staging.curtailment_rows
    where stands and reason is null
    union all
    select park_id, month, energy_wh * cast(0.000001 as decimal(7, 6)) as curtailed_mwh
    from energy.meter_month
    where role = 'curtailment'
),
curtailment as (
    select
        w.park_id,
        w.year,
        w.window_kind,
        w.month,
        sum(c.curtailed_mwh) as curtailed_mwh
    from energy.park_window as w
    inner join curtailed as c on w.park_id = c.park_id and c.month between w.first_month and w.last_month
    group by w.park_id, w.year, w.window_kind, w.month
),
meters as (
    -- Heat is metered in kJ: 3.6 kJ are one Wh.
    select
        park_id,
        month,
        due,
        intervals_expected,
        intervals_valid,
        intervals_estimated,
        intervals_open,
        case when role in ('heat_import', 'heat_export') then energy_wh * 5 // 18 else energy_wh end as energy_wh,
        case
            when role in ('heat_import', 'heat_export') then (sender_estimated_wh + estimated_wh) * 5 // 18
            else sender_estimated_wh + estimated_wh
        end as estimated_wh,
        case when role in ('heat_import', 'heat_export') then missing_estimate_wh * 5 // 18 else missing_estimate_wh end
            as missing_estimate_wh
    from energy.meter_coverage
),
coverage as (
    select
        w.park_id,
        w.year,
        w.window_kind,
        w.month,
        sum(m.intervals_expected) as intervals_expected,
        sum(m.intervals_valid) as intervals_valid,
        sum(m.intervals_estimated) as intervals_estimated,
        sum(m.intervals_open) as intervals_open,
        sum(m.energy_wh) as metered_wh,
        sum(m.estimated_wh) as estimated_wh,
        sum(case when m.intervals_open > 0 then m.missing_estimate_wh else 0 end) as missing_estimate_wh
    from energy.park_window as w
    inner join meters as m on w.park_id = m.park_id and m.month between w.first_month and w.last_month
    where m.due
    group by w.park_id, w.year, w.window_kind, w.month
),
terms as (
    select
        w.*,
        e.residual_tco2,
        e.uncounted_tco2,
        e.fossil_export_tco2,
        e.contested_residual_tco2,
        e.nuclear_at_residual_tco2,
        e.latest_factor_tco2,
        e.latest_fossil_factor,
        e.energy_tce as electricity_tce,
        e.energy_low_tce as electricity_low_tce,
        e.energy_high_tce as electricity_high_tce,
        e.energy_calorific_tce as electricity_calorific_tce,
        e.residual_tco2 + e.uncounted_tco2 + e.fossil_export_tco2 as electricity_tco2,
        coalesce(f.fuel_tco2, 0) as fuel_tco2,
        coalesce(f.bunker_tco2, 0) as bunker_tco2,
        case when c.conversion_negative then null else coalesce(c.conversion_tco2, 0) end as conversion_tco2,
        coalesce(c.conversion_negative, false) as conversion_negative,
        coalesce(h.heat_tco2, 0) as heat_tco2,
        coalesce(p.process_tco2, 0) as process_tco2,
        coalesce(f.energy_tce, 0) + coalesce(h.energy_tce, 0) as other_tce,
        coalesce(f.feedstock_tce, 0) as feedstock_tce,
        coalesce(f.power_fuel_tce, 0) as power_fuel_tce,
        coalesce(h.nonfossil_tce, 0) as nonfossil_heat_tce,
        -e.fossil_export_tco2 - coalesce(h.heat_out_tco2, 0) as credit_tco2,
        coalesce(f.supplier_tco2, 0) + coalesce(h.heat_in_tco2, 0) as supplier_tco2,
        coalesce(u.curtailed_mwh, 0) as curtailed_mwh,
        coalesce(v.intervals_expected, 0) as intervals_expected,
        coalesce(v.intervals_valid, 0) as intervals_valid,
        coalesce(v.metered_wh, 0) as metered_wh,
        coalesce(v.intervals_estimated, 0) as intervals_estimated,
        coalesce(v.intervals_open, 0) as intervals_open,
        coalesce(v.estimated_wh, 0) as estimated_wh,
        coalesce(v.missing_estimate_wh, 0) as missing_estimate_wh
    from energy.park_window as w
    inner join emissions.electricity_leaves as e
        on w.park_id = e.park_id and w.year = e.year and w.window_kind = e.window_kind and w.month = e.month
    left join fuel as f
        on w.park_id = f.park_id and w.year = f.year and w.window_kind = f.window_kind and w.month = f.month
    left join conversion as c
        on w.park_id = c.park_id and w.year = c.year and w.window_kind = c.window_kind and w.month = c.month
    left join heat as h
        on w.park_id = h.park_id and w.year = h.year and w.window_kind = h.window_kind and w.month = h.month
    left join process as p
        on w.park_id = p.park_id and w.year = p.year and w.window_kind = p.window_kind and w.month = p.month
    left join curtailment as u
        on w.park_id = u.park_id and w.year = u.year and w.window_kind = u.window_kind and w.month = u.month
    left join coverage as v
        on w.park_id = v.park_id and w.year = v.year and w.window_kind = v.window_kind and w.month = v.month
)
select
    t.* replace (
        cast(t.fuel_tco2 as decimal(38, 6)) as fuel_tco2,
        cast(t.bunker_tco2 as decimal(38, 6)) as bunker_tco2,
        cast(t.conversion_tco2 as decimal(38, 6)) as conversion_tco2,
        cast(t.heat_tco2 as decimal(38, 6)) as heat_tco2,
        cast(t.process_tco2 as decimal(38, 6)) as process_tco2,
        cast(t.electricity_tco2 as decimal(38, 6)) as electricity_tco2,
        cast(t.other_tce as decimal(38, 6)) as other_tce,
        cast(t.feedstock_tce as decimal(38, 6)) as feedstock_tce,
        cast(t.power_fuel_tce as decimal(38, 6)) as power_fuel_tce,
        cast(t.nonfossil_heat_tce as decimal(38, 6)) as nonfossil_heat_tce,
        cast(t.credit_tco2 as decimal(38, 6)) as credit_tco2,
        cast(t.supplier_tco2 as decimal(38, 6)) as supplier_tco2,
        cast(t.curtailed_mwh as decimal(38, 6)) as curtailed_mwh,
        cast(t.intervals_expected as bigint) as intervals_expected,
        cast(t.intervals_valid as bigint) as intervals_valid,
        cast(t.metered_wh as bigint) as metered_wh,
        cast(t.intervals_estimated as bigint) as intervals_estimated,
        cast(t.intervals_open as bigint) as intervals_open,
        cast(t.estimated_wh as bigint) as estimated_wh,
        cast(t.missing_estimate_wh as bigint) as missing_estimate_wh
    ),
    cast(
        t.fuel_tco2 + t.conversion_tco2 + t.electricity_tco2 + t.heat_tco2 + t.process_tco2 as decimal(38, 6)
    ) as total_tco2,
    cast(t.electricity_tce + t.other_tce as decimal(38, 6)) as energy_tce,
    cast(t.electricity_calorific_tce + t.other_tce as decimal(38, 6)) as energy_calorific_tce
from terms as t
