-- What each park delivered for each month, in the terms of expected_inputs: table and key. A key may name the row in
-- several ways: a fuel, or fuel and activity (natural_gas/final_use); a heat direction, kind, or both (in/fossil); a
-- product; a project; an indicator.
-- Grain: park_id, table_name, month, enterprise_id, key
-- Order: park_id, table_name, month, enterprise_id, key
with rows_in as (
    select park_id, 'fuel_use' as table_name, month, enterprise_id, [fuel, fuel || '/' || activity] as keys
    from staging.fuel_rows
    where stands and reason is null
    union all
    select park_id, 'heat_flows', month, null, [direction, kind, direction || '/' || kind]
    from staging.heat_rows
    where stands and reason is null
    union all
    select park_id, 'process_outputs', month, enterprise_id, [product]
    from staging.process_rows
    where stands and reason is null
    union all
    select park_id, 'curtailment', month, null, [project_id]
    from staging.curtailment_rows
    where stands and reason is null
    union all
    select park_id, 'indicators', cast(year as varchar) || '-12', null, [indicator]
    from parsed.indicators
    union all
    select c.park_id, 'meter_readings', c.month, null, [c.meter_id]
    from energy.meter_coverage as c
    where c.intervals_valid > 0
)
select distinct
    park_id,
    table_name,
    month,
    coalesce(enterprise_id, '') as enterprise_id,
    unnest(keys) as key
from rows_in
