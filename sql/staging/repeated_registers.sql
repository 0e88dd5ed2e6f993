-- Register reads delivered more than once for one moment, with their place in the order of delivery. A row is a duplicate
-- if it equals the one delivered before it, otherwise it corrects it; the last stands. Where all rows are equal no order is
-- needed and none shows: the row of the smallest file_id stands. Within a file the read that was captured later is the later
-- one, else the lower line. At the moment of a replacement the last value of the old register is a read by itself.
-- Readings that were delivered for a meter which the master calls a register are register reads too (is_reading).
-- Grain: meter_id, read_at, is_old, place
-- Order: meter_id, read_at, is_old, place
with delivered as (
    select meter_id, read_at, value, flag, multiplier, file_id, line, captured_at, false as is_reading
    from parsed.meter_registers
    union all
    select
        r.meter_id, r.interval_end as read_at, cast(r.value as decimal(38, 12)) as value, r.flag, r.multiplier, r.file_id,
        cast(null as integer) as line, cast(null as timestamp) as captured_at, true as is_reading
    from parsed.meter_readings as r
    inner join staging.register_meters as k
        on r.meter_id = k.meter_id and r.interval_end >= k.first_at and r.interval_end <= k.last_at
),
moments as (
    select meter_id, read_at
    from delivered
    group by meter_id, read_at
    having count(*) > 1
),
placed as (
    select
        d.*,
        coalesce(x.old_final = d.value, false) as is_old,
        f.rank
    from delivered as d
    inner join moments as t on d.meter_id = t.meter_id and d.read_at = t.read_at
    inner join lake.files as f on d.file_id = f.file_id
    left join staging.register_replacements as x on d.meter_id = x.meter_id and d.read_at = x.replaced_at
),
ordered as (
    select
        p.*,
        row_number() over delivery as place,
        count(*) over whole as rows_in_all,
        row_number() over (
            partition by p.meter_id, p.read_at, p.is_old order by p.file_id, p.line nulls first
        ) as place_by_file,
        lag(p.file_id) over delivery as old_file_id,
        lag(p.value) over delivery as old_value,
        lag(p.flag) over delivery as old_flag,
        lag(p.multiplier) over delivery as old_multiplier,
        lag(p.is_reading) over delivery as old_is_reading,
        (
            count(p.value) over whole in (0, count(*) over whole)
            and coalesce(min(p.value) over whole = max(p.value) over whole, true)
            and min(coalesce(p.flag, 'A')) over whole = max(coalesce(p.flag, 'A')) over whole
            and min(coalesce(p.multiplier, 0)) over whole = max(coalesce(p.multiplier, 0)) over whole
        ) as all_equal
    from placed as p
    window
        delivery as (
            partition by p.meter_id, p.read_at, p.is_old
            order by p.rank, p.captured_at nulls first, p.line nulls first, p.value, p.flag, p.multiplier
        ),
        whole as (partition by p.meter_id, p.read_at, p.is_old)
)
select
    meter_id,
    read_at,
    is_old,
    cast(place as integer) as place,
    value,
    flag,
    multiplier,
    file_id,
    line,
    is_reading,
    old_value,
    old_file_id,
    old_is_reading,
    case
        when all_equal then place_by_file > 1
        else (
            place > 1
            and coalesce(value = old_value, value is null and old_value is null)
            and coalesce(flag, 'A') = coalesce(old_flag, 'A')
            and coalesce(multiplier, 0) = coalesce(old_multiplier, 0)
        )
    end as is_duplicate,
    not all_equal and place > 1
    and not (
        coalesce(value = old_value, value is null and old_value is null)
        and coalesce(flag, 'A') = coalesce(old_flag, 'A')
        and coalesce(multiplier, 0) = coalesce(old_multiplier, 0)
    ) as is_correction,
    case when all_equal then place_by_file = 1 else place = rows_in_all end as stands
from ordered
