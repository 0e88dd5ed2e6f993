-- Delivered rows that a later delivery of the same entry replaced by other content: the earlier is kept and named here.
-- Entries: of master data the key with its valid_from, of documents what names them, of the ledgers
-- the line's id or, where it has none, its key.
-- Grain: table_name, file_id, line
-- Order: table_name, file_id, line
with rows_in as (
    select 'fuel_use' as table_name, file_id, line, raw, entry, stands from staging.fuel_rows
    union all
    select 'heat_flows' as table_name, file_id, line, raw, entry, stands from staging.heat_rows
    union all
    select 'process_outputs' as table_name, file_id, line, raw, entry, stands from staging.process_rows
    union all
    select 'curtailment' as table_name, file_id, line, raw, entry, stands from staging.curtailment_rows
    union all
    select
        'parks' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.park_id, coalesce(cast(x.valid_from as varchar), '')) as entry, k.file_id is not null as stands
    from parsed.parks as x
    left join staging.parks as k on x.file_id = k.file_id and x.line = k.line
    union all
    select
        'enterprises' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.enterprise_id, coalesce(cast(x.valid_from as varchar), '')) as entry, k.file_id is not null as stands
    from parsed.enterprises as x
    left join staging.enterprises as k on x.file_id = k.file_id and x.line = k.line and x.enterprise_id = k.enterprise_id
    union all
    select
        'projects' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.project_id, coalesce(cast(x.valid_from as varchar), '')) as entry, k.file_id is not null as stands
    from parsed.projects as x
    left join staging.projects as k on x.file_id = k.file_id and x.line = k.line
    union all
    select
        'meters' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.meter_id, coalesce(cast(x.valid_from as varchar), '')) as entry, k.file_id is not null as stands
    from parsed.meters as x
    left join staging.meters as k on x.file_id = k.file_id and x.line = k.line and x.meter_id = k.meter_id
    union all
    select 'gec_trades' as table_name, file_id, line, raw, trade_id as entry, false as stands
    from parsed.gec_trades
    union all
    select 'gec_cancellations' as table_name, file_id, line, raw, cancellation_id as entry, false as stands
    from parsed.gec_cancellations
    union all
    select
        'gec_issuances' as table_name, file_id, line, raw,
        concat(project_code, '/', generation_month, '/', serial_from, '-', serial_to) as entry, false as stands
    from parsed.gec_issuances
    union all
    select 'green_power_settlements' as table_name, file_id, line, raw, concat(trade_id, '/', month) as entry, false as stands
    from parsed.green_power_settlements
    union all
    select 'gec_recognition' as table_name, file_id, line, raw, concat_ws('/', enterprise_id, year, scope) as entry, false as stands
    from parsed.gec_recognition
),
kept as (
    select
        table_name, entry, arg_min(file_id, file_id || ':' || line) as kept_file_id, arg_min(line, file_id || ':' || line) as kept_line,
        arg_min(raw, file_id || ':' || line) as kept_raw
    from rows_in
    where stands
    group by table_name, entry
)
select r.table_name, r.entry, r.file_id, r.line, r.raw, k.kept_file_id, k.kept_line, k.kept_raw
from rows_in as r
inner join kept as k on r.table_name = k.table_name and r.entry = k.entry
where not r.stands and r.raw <> k.kept_raw
union all
select r.table_name, r.entry, l.file_id, l.line, r.raw, l.kept_file_id, l.kept_line, k.raw as kept_raw
from staging.repeated_ledger_lines as l
inner join rows_in as r on l.table_name = r.table_name and l.file_id = r.file_id and l.line = r.line
inner join rows_in as k on l.table_name = k.table_name and l.kept_file_id = k.file_id and l.kept_line = k.line
where l.kind = 'superseded'
