-- Bills, replacements and edits that a later delivery of the same entry replaced by other content; the earlier is kept and
-- named here. Register reads are in staging.register_corrections.
-- Grain: table_name, file_id, line
-- Order: table_name, file_id, line
with rows_in as (
    select
        'meter_periods' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.meter_id, cast(x."from" as varchar), cast(x."to" as varchar), x.kind) as entry,
        cast(x.energy as varchar) as content
    from parsed.meter_periods as x
    union all
    select
        'meter_replacements' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.meter_id, cast(x."at" as varchar)) as entry,
        concat_ws('/', cast(x.old_final as varchar), cast(x.new_initial as varchar), coalesce(cast(x.multiplier as varchar), '')) as content
    from parsed.meter_replacements as x
    union all
    select
        'reading_edits' as table_name, x.file_id, x.line, x.raw,
        concat_ws('/', x.meter_id, cast(x."from" as varchar), cast(x."to" as varchar)) as entry,
        concat_ws('/', cast(x.value as varchar), x.reason, x.document_sha256, x.author, x.approver) as content
    from parsed.reading_edits as x
),
contents as (
    select
        r.table_name,
        r.entry,
        r.content,
        min(r.file_id) as file_id,
        arg_min(r.line, r.file_id || lpad(cast(r.line as varchar), 10, '0')) as line,
        arg_min(r.raw, r.file_id || lpad(cast(r.line as varchar), 10, '0')) as raw,
        max(f.rank * cast(4294967296 as bigint) + r.line) as place
    from rows_in as r
    inner join lake.files as f on r.file_id = f.file_id
    group by r.table_name, r.entry, r.content
),
ranked as (
    select
        c.*,
        first_value(c.file_id) over w as kept_file_id,
        first_value(c.line) over w as kept_line,
        first_value(c.raw) over w as kept_raw,
        row_number() over w as place_from_last
    from contents as c
    window w as (partition by c.table_name, c.entry order by c.place desc)
)
select table_name, entry, file_id, line, raw, kept_file_id, kept_line, kept_raw
from ranked
where place_from_last > 1
