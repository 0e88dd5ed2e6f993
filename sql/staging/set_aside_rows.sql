-- Rows of every table but the readings that were read but cannot count, with the reason: their park is not in the master,
-- they lie outside its validity, their fuel or unit is unknown, … Rows that only repeat another are not listed twice.
-- Grain: file_id, table_name, line
-- Order: file_id, table_name, line
with judged as (
    select file_id, 'fuel_use' as table_name, line, raw, reason from staging.fuel_rows
    union all
    select file_id, 'heat_flows', line, raw, reason from staging.heat_rows
    union all
    select file_id, 'process_outputs', line, raw, reason from staging.process_rows
    union all
    select file_id, 'curtailment', line, raw, reason from staging.curtailment_rows
    union all
    select
        file_id, 'enterprises', line, raw,
        case when park_id not in (select park_id from staging.parks) then 'unknown_park' end
    from parsed.enterprises
    union all
    select
        file_id, 'projects', line, raw,
        case when park_id not in (select park_id from staging.parks) then 'unknown_park' end
    from parsed.projects
    union all
    select
        file_id, 'meters', line, raw,
        case when park_id not in (select park_id from staging.parks) then 'unknown_park' end
    from parsed.meters
    union all
    select
        file_id, 'expected_inputs', line, raw,
        case when park_id not in (select park_id from staging.parks) then 'unknown_park' end
    from parsed.expected_inputs
    union all
    select
        file_id, 'baselines', line, raw,
        case when park_id not in (select park_id from staging.parks) then 'unknown_park' end
    from parsed.baselines
    union all
    select
        file_id, 'indicators', line, raw,
        case when park_id not in (select park_id from staging.parks) then 'unknown_park' end
    from parsed.indicators
    union all
    select
        file_id, 'offsets', line, raw,
        case when park_id not in (select park_id from staging.parks) then 'unknown_park' end
    from parsed.offsets
)
select j.file_id, j.table_name, j.line, j.raw, j.reason
from judged as j
left join staging.repeated_rows as d on j.file_id = d.file_id and j.table_name = d.table_name and j.line = d.line
where j.reason is not null and d.file_id is null
