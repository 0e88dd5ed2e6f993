-- Register reads, bills, replacements and edits that cannot count, with the reason: the master does not know their meter or
-- its park, or the meter is not valid at their time. Rows that only repeat another are in staging.repeated_meter_rows.
-- Grain: file_id, table_name, line
-- Order: file_id, table_name, line
with masters as (
    select
        m.meter_id,
        m.park_id in (select k.park_id from staging.parks as k) as is_known_park,
        cast(m.valid_from as timestamp) as from_at,
        cast(m.valid_to + 1 as timestamp) as to_at,
        coalesce(lag(m.valid_to + 1) over (partition by m.meter_id order by m.valid_from) = m.valid_from, false) as follows
    from staging.meters as m
),
meters as (
    select meter_id, bool_or(is_known_park) as is_known_park
    from masters
    group by meter_id
),
rows_in as (
    select file_id, 'meter_registers' as table_name, line, meter_id, read_at as from_at, read_at as to_at
    from parsed.meter_registers
    union all
    select file_id, 'meter_periods' as table_name, line, meter_id, "from" as from_at, "to" as to_at
    from parsed.meter_periods
    union all
    select file_id, 'meter_replacements' as table_name, line, meter_id, "at" as from_at, "at" as to_at
    from parsed.meter_replacements
    union all
    select file_id, 'reading_edits' as table_name, line, meter_id, "from" as from_at, "to" as to_at
    from parsed.reading_edits
),
judged as (
    select
        r.*,
        case
            when m.meter_id is null then 'unknown_meter'
            when not m.is_known_park then 'unknown_park'
            when not exists (
                    select 1
                    from masters as v
                    where
                        v.meter_id = r.meter_id
                        and (
                            (r.from_at < v.to_at and r.to_at > v.from_at)
                            or (r.from_at = r.to_at and (r.to_at = v.to_at or (r.from_at = v.from_at and not v.follows)))
                        )
                ) then 'outside_validity'
        end as reason
    from rows_in as r
    left join meters as m on r.meter_id = m.meter_id
),
aside as (
    select j.file_id, j.table_name, j.line, j.reason
    from judged as j
    left join staging.repeated_meter_rows as d on j.file_id = d.file_id and j.table_name = d.table_name and j.line = d.line
    where j.reason is not null and d.file_id is null
),
texts as (
    select file_id, 'meter_registers' as table_name, line, raw from parsed.meter_registers
    union all
    select file_id, 'meter_periods' as table_name, line, raw from parsed.meter_periods
    union all
    select file_id, 'meter_replacements' as table_name, line, raw from parsed.meter_replacements
    union all
    select file_id, 'reading_edits' as table_name, line, raw from parsed.reading_edits
)
select a.file_id, a.table_name, a.line, t.raw, a.reason
from aside as a
inner join texts as t on a.file_id = t.file_id and a.table_name = t.table_name and a.line = t.line
