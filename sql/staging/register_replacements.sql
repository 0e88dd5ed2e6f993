-- The replacements of meters that stand: what the old register showed last and the new one first. Of several deliveries of
-- one moment the later counts; equal rows are one.
-- number counts the replacements of a meter; the reads between two of them are of one register.
-- Grain: meter_id, replaced_at
-- Order: meter_id, replaced_at
with contents as (
    select
        r.meter_id,
        r."at" as replaced_at,
        r.old_final,
        r.new_initial,
        r.multiplier,
        min(r.file_id) as file_id,
        arg_min(r.line, r.file_id || lpad(cast(r.line as varchar), 10, '0')) as line,
        max(f.rank * cast(4294967296 as bigint) + r.line) as place
    from parsed.meter_replacements as r
    inner join lake.files as f on r.file_id = f.file_id
    where r.meter_id in (select m.meter_id from staging.meters as m)
    group by r.meter_id, r."at", r.old_final, r.new_initial, r.multiplier
),
standing as (
    select *
    from contents
    qualify row_number() over (partition by meter_id, replaced_at order by place desc) = 1
)
select
    meter_id,
    replaced_at,
    old_final,
    new_initial,
    multiplier,
    cast(row_number() over (partition by meter_id order by replaced_at) as integer) as number,
    file_id,
    line
from standing
