-- Rows of every table but the readings that were read but cannot count, with the reason: their park is not in the master,
-- they lie outside its validity, their fuel or unit is unknown, … Rows that only repeat another are not listed twice.
-- Grain: file_id, table_name, line
-- Order: file_id, table_name, line
with of_parks as (
    select file_id, 'enterprises' as table_name, line, raw, park_id
    from parsed.enterprises
    union all
    select file_id, 'projects' as table_name, line, raw, park_id
    from parsed.projects
    union all
    select file_id, 'meters' as table_name, line, raw, park_id
    from parsed.meters
    union all
    select file_id, 'expected_inputs' as table_name, line, raw, park_id
    from parsed.expected_inputs
    union all
    select file_id, 'baselines' as table_name, line, raw, park_id
    from parsed.baselines
    union all
    select file_id, 'indicators' as table_name, line, raw, park_id
    from parsed.indicators
    union all
    select file_id, 'offsets' as table_name, line, raw, park_id
    from parsed.offsets
),
judged as (
    select file_id, 'fuel_use' as table_name, line, raw, reason
    from staging.fuel_rows
    union all
    select file_id, 'heat_flows' as table_name, line, raw, reason
    from staging.heat_rows
    union all
    select file_id, 'process_outputs' as table_name, line, raw, reason
    from staging.process_rows
    union all
    select file_id, 'curtailment' as table_name, line, raw, reason
    from staging.curtailment_rows
    union all
    select file_id, table_name, line, raw, 'unknown_park' as reason
    from of_parks
    where not exists (select 1 from staging.parks as k where k.park_id = of_parks.park_id)
)
select j.file_id, j.table_name, j.line, j.raw, j.reason
from judged as j
left join staging.repeated_rows as d on j.file_id = d.file_id and j.table_name = d.table_name and j.line = d.line
where j.reason is not null and d.file_id is null
