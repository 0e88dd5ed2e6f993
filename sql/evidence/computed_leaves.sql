-- The leaves that are steps of the method: each is computed from other figures of the same park and year, as its row in
-- evidence.formulas says. Where the step is another figure as it stands, source_id is the name of its column.
-- Kept: no
-- Grain: park_id, year, term, source_id
-- Order: park_id, year, term, source_id
with years as (
    select
        w.*,
        w.onsite_used_wh * cast(p.onsite_counts_as_direct as bigint) as onsite_direct_wh,
        w.sold_onsite_wh * cast(p.onsite_counts_as_direct as bigint) as sold_direct_wh,
        w.nuclear_counted_wh * (1 - cast(p.nuclear_counts_as_direct as bigint)) as nuclear_left_out_wh,
        cast(round(w.inflow_wh * cast(0.000001 as decimal(7, 6)) * x.tco2_per_mwh, 6) as decimal(38, 6)) as location_tco2
    from metrics.park_window as w
    inner join run.params as p on w.year = p.year
    left join metrics.location_factor as x on w.park_id = x.park_id and w.year = x.year
    where w.window_kind = 'year'
),
steps as (
    select
        y.park_id,
        y.year,
        unnest([
            { 'term': 'residual_grid_mwh', 'source_id': 'grid_import', 'energy_wh': y.inflow_wh },
            { 'term': 'residual_grid_mwh', 'source_id': 'green_trade', 'energy_wh': -y.green_trade_wh },
            { 'term': 'residual_grid_mwh', 'source_id': 'gec', 'energy_wh': -y.gec_wh },
            { 'term': 'direct_green_mwh', 'source_id': 'direct_supply_mwh', 'energy_wh': y.direct_used_wh },
            { 'term': 'direct_green_mwh', 'source_id': 'uncounted_direct_mwh', 'energy_wh': -y.uncounted_direct_wh },
            { 'term': 'direct_green_mwh', 'source_id': 'onsite_nonfossil_mwh', 'energy_wh': y.onsite_direct_wh },
            { 'term': 'direct_green_mwh', 'source_id': 'sold_elsewhere', 'energy_wh': -y.sold_direct_wh },
            { 'term': 'direct_green_mwh', 'source_id': 'nuclear_green_mwh', 'energy_wh': -y.nuclear_left_out_wh },
            { 'term': 'electricity_tco2', 'source_id': 'residual_grid', 'energy_wh': y.residual_wh },
            { 'term': 'electricity_tco2', 'source_id': 'uncounted_green', 'energy_wh': y.uncounted_direct_wh + y.sold_onsite_wh },
            { 'term': 'electricity_tco2', 'source_id': 'fossil_export', 'energy_wh': -y.fossil_export_wh },
            { 'term': 'total_tco2', 'source_id': 'fuel_tco2', 'energy_wh': null },
            { 'term': 'total_tco2', 'source_id': 'conversion_tco2', 'energy_wh': null },
            { 'term': 'total_tco2', 'source_id': 'electricity_tco2', 'energy_wh': null },
            { 'term': 'total_tco2', 'source_id': 'heat_tco2', 'energy_wh': null },
            { 'term': 'total_tco2', 'source_id': 'process_tco2', 'energy_wh': null },
            { 'term': 'location_based_tco2', 'source_id': 'fuel_tco2', 'energy_wh': null },
            { 'term': 'location_based_tco2', 'source_id': 'conversion_tco2', 'energy_wh': null },
            { 'term': 'location_based_tco2', 'source_id': 'heat_tco2', 'energy_wh': null },
            { 'term': 'location_based_tco2', 'source_id': 'process_tco2', 'energy_wh': null },
            { 'term': 'location_based_tco2', 'source_id': 'grid_import', 'energy_wh': y.inflow_wh },
            { 'term': 'net_tco2', 'source_id': 'total_tco2', 'energy_wh': null },
            { 'term': 'energy_tce', 'source_id': 'electricity', 'energy_wh': null },
            { 'term': 'energy_calorific_tce', 'source_id': 'energy_tce', 'energy_wh': null },
            { 'term': 'energy_calorific_tce', 'source_id': 'electricity_coal_equivalent', 'energy_wh': null },
            { 'term': 'energy_calorific_tce', 'source_id': 'electricity_calorific', 'energy_wh': null }
        ]) as step
    from years as y
),
amounts as (
    select
        s.park_id,
        s.year,
        s.step.term as term,
        s.step.source_id as source_id,
        s.step.energy_wh * cast(0.000001 as decimal(7, 6)) as energy_mwh,
        case
            when s.step.term = 'electricity_tco2' and s.step.source_id = 'residual_grid' then y.residual_tco2
            when s.step.term = 'electricity_tco2' and s.step.source_id = 'uncounted_green' then y.uncounted_tco2
            when s.step.term = 'electricity_tco2' then y.fossil_export_tco2
            when s.step.term not in ('total_tco2', 'location_based_tco2', 'net_tco2') or y.total_tco2 is null then null
            when s.step.source_id = 'fuel_tco2' then y.fuel_tco2
            when s.step.source_id = 'conversion_tco2' then y.conversion_tco2
            when s.step.source_id = 'electricity_tco2' then y.electricity_tco2
            when s.step.source_id = 'heat_tco2' then y.heat_tco2
            when s.step.source_id = 'process_tco2' then y.process_tco2
            when s.step.source_id = 'total_tco2' then y.total_tco2
            when s.step.source_id = 'grid_import' then y.location_tco2
        end as emission_tco2,
        case s.step.source_id
            when 'electricity' then y.electricity_tce
            when 'energy_tce' then y.energy_tce
            when 'electricity_coal_equivalent' then -y.electricity_tce
            when 'electricity_calorific' then y.electricity_calorific_tce
        end as energy_tce
    from steps as s
    inner join years as y on s.park_id = y.park_id and s.year = y.year
)
select
    park_id,
    year,
    term,
    source_id,
    energy_mwh,
    emission_tco2,
    energy_tce,
    case
        when term = 'residual_grid_mwh' then 'N = In - T - G'
        when term = 'direct_green_mwh' then 'Numerator of R_direct'
        when term = 'electricity_tco2' then 'Energy x residual electricity factor, rounded half up to 6 decimals.'
        when term = 'total_tco2' then 'E = E_fuel + E_conv + E_el + E_heat + E_process'
        when term = 'location_based_tco2' then 'E - E_el + In x factor of the provincial grid'
        when term = 'net_tco2' then 'E less retired offsets'
        when term = 'energy_tce' then '(U - fossil generation - recovered generation + recovered export) x c_eq'
        else 'C with electricity on the calorific basis'
    end as sentence
from amounts
-- without a total or a provincial factor there is no such figure
where case when ends_with(term, '_mwh') then energy_mwh when ends_with(term, '_tco2') then emission_tco2 else energy_tce end is not null
