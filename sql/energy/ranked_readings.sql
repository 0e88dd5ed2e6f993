-- All readings of the repeated meters with their place in the order of delivery: the last one stands. A row is a
-- duplicate if it equals the one delivered before it, otherwise it corrects it.
-- Partition: month
-- Kept: no
-- Grain: meter_id, interval_end, place
-- Order: meter_id, interval_end, place
with ranked as (
    select
        r.*,
        row_number() over delivered as place,
        lag(r.file_id) over delivered as old_file_id,
        lag(r.value) over delivered as old_value,
        lag(coalesce(r.flag, 'A')) over delivered as old_flag,
        lag(coalesce(r.multiplier, 0)) over delivered as old_multiplier,
        row_number() over (
            partition by r.meter_id, r.interval_end order by f.rank desc, r.value desc, r.flag desc, r.multiplier desc
        ) = 1 as stands
    from parsed.meter_readings as r
    inner join lake.files as f on r.file_id = f.file_id
    where r.meter_id in (select meter_id from energy.repeated_readings)
    window delivered as (
        partition by r.meter_id, r.interval_end order by f.rank, r.value, r.flag, r.multiplier
    )
)
select
    meter_id,
    interval_end,
    value,
    flag,
    multiplier,
    file_id,
    place,
    stands,
    old_file_id,
    old_value,
    place > 1
    and value is not distinct from old_value
    and coalesce(flag, 'A') = old_flag
    and coalesce(multiplier, 0) = old_multiplier as is_duplicate
from ranked
