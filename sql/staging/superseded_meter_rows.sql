-- Bills, replacements and edits that a later delivery of the same entry replaced by other content; the earlier is kept and
-- named here. Register reads are in staging.register_corrections.
-- Grain: table_name, file_id, line
-- Order: table_name, file_id, line
with rows_in as (
    select
        'meter_periods' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.meter_id, cast(x."from" as varchar), cast(x."to" as varchar), x.kind) as entry,
        f.rank
    from parsed.meter_periods as x
    inner join lake.files as f on x.file_id = f.file_id
    union all
    select
        'meter_replacements' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.meter_id, cast(x."at" as varchar)) as entry,
        f.rank
    from parsed.meter_replacements as x
    inner join lake.files as f on x.file_id = f.file_id
    union all
    select
        'reading_edits' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.meter_id, cast(x."from" as varchar), cast(x."to" as varchar)) as entry,
        f.rank
    from parsed.reading_edits as x
    inner join lake.files as f on x.file_id = f.file_id
),
contents as (
    select
        table_name,
        entry,
        raw,
        min(file_id) as file_id,
        arg_min(line, file_id || ':' || line) as line,
        max(rank * cast(4294967296 as bigint) + line) as place
    from rows_in
    group by table_name, entry, raw
),
ranked as (
    select
        c.*,
        first_value(c.file_id) over w as kept_file_id,
        first_value(c.line) over w as kept_line,
        first_value(c.raw) over w as kept_raw
    from contents as c
    window w as (partition by c.table_name, c.entry order by c.place desc)
)
select r.table_name, r.entry, r.file_id, r.line, r.raw, r.kept_file_id, r.kept_line, r.kept_raw
from ranked as r
left join staging.repeated_meter_rows as d on r.file_id = d.file_id and r.table_name = d.table_name and r.line = d.line
where r.raw <> r.kept_raw and d.file_id is null
