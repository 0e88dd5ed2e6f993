-- Every factor that entered a figure, with its value, unit, validity and source. status: prescribed by the method,
-- default of the fuel table (not yet the national database), or measured, documented or declared by the park.
-- Grain: park_id, year, term, factor, value, source
-- Order: park_id, year, term, factor, value, source, valid_from, status
with latest as (
    select
        a.park_id,
        a.year,
        x.parameter,
        x.unit,
        cast(x.valid_from as date) as valid_from,
        x.source,
        row_number() over (
            partition by a.park_id, a.year, x.parameter
            order by
                (cast(x.valid_from as date) <= a.last_day and coalesce(cast(x.valid_to as date) >= a.last_day, true)) desc,
                x.origin = 'operator' desc,
                cast(x.valid_from as date) <= a.last_day desc,
                case when cast(x.valid_from as date) <= a.last_day then cast(x.valid_from as date) end desc,
                cast(x.valid_from as date)
        ) as preference
    from metrics.accounts as a
    cross join reference.method_parameters as x
),
valued as (
    unpivot (
        select
            year, residual_electricity_factor, green_electricity_factor, fossil_heat_factor_default, nonfossil_heat_factor,
            electricity_coal_equivalent, heat_coal_equivalent, energy_per_tce, electricity_calorific_equivalent,
            electricity_coal_equivalent_low, electricity_coal_equivalent_high, intensity_limit_small, intensity_limit_large,
            size_class_floor, size_class_large, feedstock_in_energy, direct_supply_share_min, onsite_counts_as_direct,
            nuclear_counts_as_direct
        from run.params
    )
    on
    residual_electricity_factor, green_electricity_factor, fossil_heat_factor_default, nonfossil_heat_factor,
    electricity_coal_equivalent, heat_coal_equivalent, energy_per_tce, electricity_calorific_equivalent,
    electricity_coal_equivalent_low, electricity_coal_equivalent_high, intensity_limit_small, intensity_limit_large,
    size_class_floor, size_class_large, feedstock_in_energy, direct_supply_share_min, onsite_counts_as_direct,
    nuclear_counts_as_direct
    into name parameter value amount
),
prescribed as (
    select
        l.park_id,
        l.year,
        case
            when l.parameter in ('residual_electricity_factor', 'green_electricity_factor') then 'electricity_tco2'
            when l.parameter in ('fossil_heat_factor_default', 'nonfossil_heat_factor') then 'heat_tco2'
            when l.parameter = 'electricity_calorific_equivalent' then 'energy_calorific_tce'
            when l.parameter in ('onsite_counts_as_direct', 'nuclear_counts_as_direct') then 'direct_green_mwh'
            when l.parameter = 'direct_supply_share_min' then 'direct_supply_verdict'
            when l.parameter in ('electricity_coal_equivalent', 'heat_coal_equivalent', 'energy_per_tce') then 'energy_tce'
            else 'limit_tco2_per_tce'
        end as term,
        l.parameter as factor,
        v.amount as value,
        l.unit,
        l.valid_from,
        l.source,
        'prescribed' as status
    from latest as l
    inner join valued as v on l.year = v.year and l.parameter = v.parameter
    where l.preference = 1
),
fuels as (
    select
        f.park_id,
        f.year,
        case when f.term = 'conversion' then 'conversion_tco2' else 'fuel_tco2' end as term,
        f.fuel,
        f.factor_unit,
        f.measured,
        f.factor_valid_from,
        f.factor_source,
        case when f.measured then coalesce('document ' || f.document_id, 'stated') else f.factor_source end as source,
        unnest([
            { 'factor': 'ncv', 'value': f.ncv_gj_per_unit, 'unit': 'GJ/' || f.factor_unit },
            { 'factor': 'carbon_content', 'value': f.carbon_tc_per_gj, 'unit': 'tC/GJ' },
            { 'factor': 'oxidation', 'value': f.oxidation, 'unit': '1' },
            { 'factor': 'tco2_per_unit', 'value': f.tco2_per_unit, 'unit': 'tCO2/' || f.factor_unit },
            { 'factor': 'tce_per_unit', 'value': f.tce_per_unit, 'unit': 'tce/' || f.factor_unit }
        ]) as named
    from emissions.fuel_leaves as f
    where f.term <> 'recovered'
),
declared as (
    select
        b.park_id,
        b.year,
        b.tco2_per_tce,
        'declared in file ' || b.file_id || ', line ' || b.line as source
    from parsed.baselines as b
    inner join lake.files as f on b.file_id = f.file_id
    qualify row_number() over (partition by b.park_id, b.year order by f.rank desc, b.line desc) = 1
),
baselines as (
    select
        a.park_id,
        a.year,
        'baseline_average_tco2_per_tce' as term,
        b.scope as factor,
        b.tco2_per_tce,
        b.year as valid_year,
        b.source,
        'prescribed' as status
    from reference.baselines as b
    cross join metrics.accounts as a
    where b.scope = 'national_average_of_existing_parks'
    qualify row_number() over (partition by a.park_id, a.year order by b.year desc) = 1
    union all
    select
        a.park_id,
        a.year,
        'baseline_base_year_tco2_per_tce',
        'declared_base_year',
        d.tco2_per_tce,
        d.year as declared_year,
        d.source,
        'measured'
    from metrics.accounts as a
    inner join declared as d on a.park_id = d.park_id and a.base_year = d.year
),
collected as (
    select park_id, year, term, factor, cast(value as decimal(38, 9)) as value, unit, valid_from, source, status
    from prescribed
    union
    select
        park_id, year, term, fuel || '.' || named.factor, cast(named.value as decimal(38, 9)), named.unit, factor_valid_from,
        source, case when measured then 'measured' else 'default' end
    from fuels
    where named.value is not null
    union
    select
        park_id, year, 'heat_tco2', kind || '_heat', cast(factor_tco2_per_gj as decimal(38, 9)), 'tCO2/GJ', null,
        coalesce('document ' || document_id, 'stated'), 'measured'
    from emissions.heat_leaves
    where measured
    union
    select
        park_id, year, 'process_tco2', product, cast(factor_tco2_per_t as decimal(38, 9)), 'tCO2/t', null,
        coalesce(factor_source, 'document ' || document_id, 'stated'), 'measured'
    from emissions.process_leaves
    union
    select
        park_id, year, 'location_based_tco2', 'average_grid_factor.' || region, cast(tco2_per_mwh as decimal(38, 9)), 'tCO2/MWh',
        cast(factor_year || '-01-01' as date), source, 'prescribed'
    from metrics.location_factor
    union
    select
        park_id, year, term, factor, cast(tco2_per_tce as decimal(38, 9)), 'tCO2/tce', cast(valid_year || '-01-01' as date),
        source, status
    from baselines
)
select
    c.park_id,
    cast(c.year as integer) as year,
    c.term,
    c.factor,
    c.value,
    c.unit,
    c.valid_from,
    c.source,
    c.status
from collected as c
inner join metrics.accounts as a on c.park_id = a.park_id and c.year = a.year
