-- Every delivered row that does not count, with its file, line and text, and why: rows that could not be read, rows of
-- documents that the master or the reference data does not cover, and readings, register reads, bills and edits no valid
-- meter accounts for.
-- Grain: file_id, table_name, line, reason
-- Order: file_id, table_name, line, reason, raw
with aside as (
    select file_id, table_name, line, raw, reason, sentence
    from quality.unreadable_rows
    union all
    select file_id, table_name, line, raw, reason, null
    from staging.set_aside_rows
    union all
    select file_id, table_name, line, raw, reason, null
    from staging.set_aside_meter_rows
    union all
    select r.file_id, 'meter_readings', l.line, l.raw, r.reason, null
    from energy.set_aside_readings as r
    left join lake.located_readings as l
        on r.file_id = l.file_id and r.meter_id = l.meter_id and r.interval_end = l.interval_end
)
select
    a.file_id,
    f.file_name,
    a.table_name,
    a.line,
    a.raw,
    a.reason,
    coalesce(a.sentence, c.sentence, a.reason) as sentence
from aside as a
inner join lake.files as f on a.file_id = f.file_id
left join reference.codes as c on a.reason = c.code
