-- One leaf per fuel row: tCO2 and tce, each rounded half up to 6 decimals (notice 910, annex 4, two 1 and 2).
-- tCO2 = quantity x NCV x carbon content x oxidation x 44/12, or quantity x tco2_per_unit; oxidation is 1 in conversion.
-- tce  = quantity x NCV / 29.3076, or quantity x tce_per_unit. Outputs of a conversion are negative.
-- Everything is integer: leaf = round(base_quantity x multiplier / divisor), in millionths, with the whole part of the
-- quantity and its fraction divided one after the other so that no digit is lost in 38.
-- term: fuel, bunker (counted in fuel too), conversion, feedstock and recovered (listed, not counted).
-- Feedstock is left out only if the same named enterprise has a process output or a conversion stream above 0 that year.
-- Grain: file_id, line
-- Order: file_id, line
with users as (
    select distinct park_id, enterprise_id, year
    from staging.process_rows
    where stands and reason is null and enterprise_id is not null and quantity_t > 0
    union
    select distinct park_id, enterprise_id, year
    from staging.fuel_rows
    where
        stands and reason is null and enterprise_id is not null and quantity > 0
        and activity in ('conversion_input', 'conversion_output')
),
chosen as (
    select
        r.*,
        p.feedstock_in_energy,
        p.measured_fuel_factors = 1 and r.document_id is not null
        and (r.measured_ncv_gj_per_unit is not null or r.measured_carbon_tc_per_gj is not null) as measured,
        case
            when p.measured_fuel_factors = 1 and r.document_id is not null
                then coalesce(r.measured_ncv_gj_per_unit, r.table_ncv_gj_per_unit)
            else r.table_ncv_gj_per_unit
        end as ncv_gj_per_unit,
        case
            when p.measured_fuel_factors = 1 and r.document_id is not null
                then coalesce(r.measured_carbon_tc_per_gj, r.table_carbon_tc_per_gj)
            else r.table_carbon_tc_per_gj
        end as carbon_tc_per_gj,
        case when r.activity in ('conversion_input', 'conversion_output') then 1 else r.oxidation_factor end as oxidation,
        case
            when r.activity in ('conversion_input', 'conversion_output') then 'conversion'
            when r.activity = 'recovered_energy' then 'recovered'
            when r.activity = 'feedstock' and u.enterprise_id is not null then 'feedstock'
            when r.activity = 'bunker' then 'bunker'
            else 'fuel'
        end as term,
        p.carbon_to_co2_numerator,
        p.carbon_to_co2_denominator,
        p.energy_per_tce
    from staging.fuel_rows as r
    inner join run.params as p on r.year = p.year
    left join users as u on r.park_id = u.park_id and r.enterprise_id = u.enterprise_id and r.year = u.year
    where r.stands and r.reason is null
),
ratios as (
    select
        c.*,
        cast(floor(c.base_quantity) as hugeint) as whole,
        cast((c.base_quantity - floor(c.base_quantity)) * 1000000000000000 as hugeint) as fraction_e15,
        case
            when
                c.tco2_per_unit is not null and c.term <> 'conversion'
                then cast(cast(c.tco2_per_unit as decimal(38, 9)) * 1000000000 as hugeint)
            else cast(cast(c.ncv_gj_per_unit as decimal(38, 9)) * 1000000 as hugeint)
                * cast(cast(c.carbon_tc_per_gj as decimal(38, 9)) * 1000000 as hugeint)
                * cast(cast(c.oxidation as decimal(38, 9)) * 1000000 as hugeint) * cast(c.carbon_to_co2_numerator as hugeint)
        end as tco2_multiplier,
        case
            when c.tco2_per_unit is not null and c.term <> 'conversion' then cast(c.base_per_factor_unit as hugeint) * 1000
            else cast(c.base_per_factor_unit as hugeint) * 1000000000000 * cast(c.carbon_to_co2_denominator as hugeint)
        end as tco2_divisor,
        case
            when c.ncv_gj_per_unit is null then cast(cast(c.tce_per_unit as decimal(38, 9)) * 1000000000 as hugeint)
            else cast(cast(c.ncv_gj_per_unit as decimal(38, 9)) * 1000000 as hugeint) * 1000000000
        end as tce_multiplier,
        case
            when c.ncv_gj_per_unit is null then cast(c.base_per_factor_unit as hugeint) * 1000
            else cast(c.base_per_factor_unit as hugeint) * cast(cast(c.energy_per_tce as decimal(38, 9)) * 1000000000 as hugeint)
        end as tce_divisor
    from chosen as c
),
leaves as (
    select
        r.*,
        (r.whole * r.tco2_multiplier) // r.tco2_divisor
        + (
            ((r.whole * r.tco2_multiplier) % r.tco2_divisor) * 1000000000000000
            + r.fraction_e15 * r.tco2_multiplier
            + r.tco2_divisor * 500000000000000
        ) // (r.tco2_divisor * 1000000000000000) as micro_tco2,
        (r.whole * r.tce_multiplier) // r.tce_divisor
        + (
            ((r.whole * r.tce_multiplier) % r.tce_divisor) * 1000000000000000
            + r.fraction_e15 * r.tce_multiplier
            + r.tce_divisor * 500000000000000
        ) // (r.tce_divisor * 1000000000000000) as micro_tce
    from ratios as r
)
select
    l.file_id,
    l.line,
    l.park_id,
    l.month,
    l.year,
    l.enterprise_id,
    l.fuel,
    l.activity,
    l.term,
    l.quantity,
    l.unit,
    l.document_id,
    l.measured,
    l.ncv_gj_per_unit,
    l.carbon_tc_per_gj,
    l.oxidation,
    l.tco2_per_unit,
    l.tce_per_unit,
    l.factor_unit,
    l.factor_valid_from,
    l.factor_source,
    cast(
        case
            when l.term in ('recovered', 'feedstock') then 0
            when l.activity = 'conversion_output' then -l.micro_tco2
            else l.micro_tco2
        end as decimal(38, 0)
    ) * cast(0.000001 as decimal(7, 6)) as emission_tco2,
    cast(
        case
            when l.term = 'recovered' or (l.term = 'feedstock' and l.feedstock_in_energy = 0) then 0
            when l.activity = 'conversion_output' then -l.micro_tce
            else l.micro_tce
        end as decimal(38, 0)
    ) * cast(0.000001 as decimal(7, 6)) as energy_tce,
    cast(case when l.term = 'feedstock' then l.micro_tce else 0 end as decimal(38, 0)) * cast(0.000001 as decimal(7, 6)) as feedstock_tce
from leaves as l
