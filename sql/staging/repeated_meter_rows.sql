-- Register reads, bills, replacements and edits that only repeat a row delivered before: duplicates, counted once. Which of
-- equal rows is the repetition goes by file_id and line; of register reads see staging.repeated_registers.
-- Grain: file_id, table_name, line
-- Order: file_id, table_name, line
with numbered as (
    select
        x.file_id, 'meter_periods' as table_name, x.line,
        row_number() over (partition by x.meter_id, x."from", x."to", x.energy, x.kind order by x.file_id, x.line) as place
    from parsed.meter_periods as x
    union all
    select
        x.file_id, 'meter_replacements', x.line,
        row_number() over (
            partition by x.meter_id, x."at", x.old_final, x.new_initial, x.multiplier order by x.file_id, x.line
        )
    from parsed.meter_replacements as x
    union all
    select
        x.file_id, 'reading_edits', x.line,
        row_number() over (
            partition by x.meter_id, x."from", x."to", x.value, x.reason, x.document_sha256, x.author, x.approver
            order by x.file_id, x.line
        )
    from parsed.reading_edits as x
)
select file_id, table_name, line
from numbered
where place > 1
union all
select file_id, 'meter_registers' as table_name, line
from staging.repeated_registers
where is_duplicate and not is_reading
