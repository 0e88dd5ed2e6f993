-- The energy of a park's year as annex 2 of notice 910 asks for it: by carrier, from outside or own, burnt, converted or used
-- as feedstock, each with its part of C and of the energy emissions. Over all rows of a park and year energy_tce adds up to C,
-- emission_tco2 to E less process; quantities of electricity that are not sent out to U. A quantity is never negative but for
-- onsite_storage; what leaves (conversion outputs, heat and fossil power sent out) has negative tce and tCO2.
-- Power over direct lines comes from outside, as annex 4 counts it among the power received. Fuel entries do not say where
-- fuel comes from: what a conversion of the park puts out and what is recovered is own, all other fuel from outside.
-- Electricity in tce: C has one rounded leaf, so each row is the difference of rounded running sums.
-- onsite_storage is what is left of U: charge of own green power less discharge, and intervals whose balance is short.
-- Grain: park_id, year, carrier, item, unit
-- Order: park_id, year, carrier, item, unit
with fuels as (
    select
        f.park_id,
        f.year,
        f.fuel as carrier,
        case when f.activity = 'feedstock' and f.term <> 'feedstock' then 'feedstock_as_fuel' else f.activity end as item,
        case when f.term = 'bunker' then 'fuel' else f.term end as use_kind,
        case when f.activity in ('recovered_energy', 'conversion_output') then 'own' else 'external' end as supply,
        f.factor_unit as unit,
        r.base_per_factor_unit,
        sum(r.base_quantity) as base_quantity,
        sum(f.energy_tce) as energy_tce,
        sum(f.emission_tco2) as emission_tco2
    from emissions.fuel_leaves as f
    inner join staging.fuel_rows as r on f.file_id = r.file_id and f.line = r.line
    group by f.park_id, f.year, f.fuel, f.activity, f.term, f.factor_unit, r.base_per_factor_unit
),
heat as (
    select
        park_id,
        year,
        'heat_' || kind as carrier,
        'heat_' || direction as item,
        'heat' as use_kind,
        case when direction = 'in' then 'external' else 'sent_out' end as supply,
        'GJ' as unit,
        cast(sum(heat_gj) as decimal(38, 9)) as quantity,
        sum(energy_tce) as energy_tce,
        sum(emission_tco2) as emission_tco2
    from emissions.heat_leaves
    group by park_id, year, kind, direction
),
flows as (
    select
        *,
        least(sold_onsite_wh, onsite_used_wh) as onsite_uncounted_wh,
        uncounted_direct_wh + sold_onsite_wh - least(sold_onsite_wh, onsite_used_wh) as direct_uncounted_wh,
        fossil_wh - fossil_export_wh as own_fossil_wh,
        recovered_wh - recovered_export_wh as own_recovered_wh
    from energy.park_window
    where window_kind = 'year'
),
lines as (
    select
        f.park_id,
        f.year,
        i.item,
        i.place,
        i.supply,
        case i.item
            when 'grid_residual' then f.residual_wh
            when 'grid_green_trade' then f.green_trade_wh
            when 'grid_certificates' then f.gec_wh
            when 'direct_line' then f.direct_used_wh - f.direct_uncounted_wh
            when 'direct_line_uncounted' then f.direct_uncounted_wh
            when 'onsite_green' then f.onsite_used_wh - f.onsite_uncounted_wh
            when 'onsite_uncounted' then f.onsite_uncounted_wh
            when 'onsite_storage'
                then f.use_wh - f.inflow_wh - f.direct_used_wh - f.onsite_used_wh - f.own_fossil_wh - f.own_recovered_wh
            when 'onsite_fossil' then f.own_fossil_wh
            when 'onsite_recovered' then f.own_recovered_wh
            when 'fossil_export' then f.fossil_export_wh
            when 'recovered_export' then f.recovered_export_wh
            else f.green_export_wh
        end * cast(0.000001 as decimal(7, 6)) as energy_mwh,
        cast(i.counted as decimal(1, 0)) as counted
    from flows as f
    cross join (
        values
        ('grid_residual', 1, 'external', 1),
        ('grid_green_trade', 2, 'external', 1),
        ('grid_certificates', 3, 'external', 1),
        ('direct_line', 4, 'external', 1),
        ('direct_line_uncounted', 5, 'external', 1),
        ('onsite_green', 6, 'own', 1),
        ('onsite_uncounted', 7, 'own', 1),
        ('onsite_storage', 8, 'own', 1),
        ('onsite_fossil', 9, 'own', 0),
        ('onsite_recovered', 10, 'own', 0),
        ('fossil_export', 11, 'sent_out', -1),
        ('recovered_export', 12, 'sent_out', 0),
        ('green_export', 13, 'sent_out', 0)
    ) as i (item, place, supply, counted)
),
summed as (
    select
        l.*,
        sum(l.energy_mwh * l.counted) over (
            partition by l.park_id, l.year order by l.place rows between unbounded preceding and current row
        ) as upto_mwh
    from lines as l
),
electricity as (
    select
        s.park_id,
        s.year,
        'electricity' as carrier,
        s.item,
        'electricity' as use_kind,
        s.supply,
        'MWh' as unit,
        cast(s.energy_mwh as decimal(38, 9)) as quantity,
        round(s.upto_mwh * cast(p.electricity_coal_equivalent as decimal(9, 6)), 6)
        - round((s.upto_mwh - s.energy_mwh * s.counted) * cast(p.electricity_coal_equivalent as decimal(9, 6)), 6) as energy_tce,
        case s.item
            when 'grid_residual' then e.residual_tco2
            when 'direct_line_uncounted' then round(s.energy_mwh * cast(p.residual_electricity_factor as decimal(9, 6)), 6)
            when 'onsite_uncounted'
                then e.uncounted_tco2 - round((
                        (f.uncounted_direct_wh + f.sold_onsite_wh) * cast(0.000001 as decimal(7, 6)) - s.energy_mwh
                    ) * cast(p.residual_electricity_factor as decimal(9, 6)), 6)
            when 'fossil_export' then e.fossil_export_tco2
            else 0
        end as emission_tco2
    from summed as s
    inner join flows as f on s.park_id = f.park_id and s.year = f.year
    inner join run.params as p on s.year = p.year
    inner join emissions.electricity_leaves as e on s.park_id = e.park_id and s.year = e.year and e.window_kind = 'year'
),
everything as (
    select
        park_id,
        year,
        carrier,
        item,
        use_kind,
        supply,
        -- Exact where the factor's unit is a power of ten of the base unit; in integers, as a quotient of decimals is a DOUBLE.
        cast(
            (cast(cast(base_quantity as decimal(38, 9)) * 1000000000 as hugeint) * 2 + base_per_factor_unit)
            // (cast(base_per_factor_unit as hugeint) * 2) as decimal(38, 0)
        ) * cast(0.000000001 as decimal(10, 9)) as quantity,
        unit,
        energy_tce,
        emission_tco2
    from fuels
    union all
    select park_id, year, carrier, item, use_kind, supply, quantity, unit, energy_tce, emission_tco2 from heat
    union all
    select park_id, year, carrier, item, use_kind, supply, quantity, unit, energy_tce, emission_tco2 from electricity
)
select
    e.park_id,
    cast(e.year as integer) as year,
    e.carrier,
    e.item,
    e.use_kind,
    e.supply,
    cast(e.quantity as decimal(38, 9)) as quantity,
    e.unit,
    cast(e.energy_tce as decimal(38, 6)) as energy_tce,
    cast(e.emission_tco2 as decimal(38, 6)) as emission_tco2
from everything as e
inner join metrics.accounts as a on e.park_id = a.park_id and e.year = a.year
