-- All readings of the repeated meters with their place in the order of delivery. A row is a duplicate if it equals the one
-- delivered before it, otherwise it corrects it; the last stands. Where all rows of an interval are equal no order is
-- needed and none shows: the row of the smallest file_id stands, whichever came first. Within a file the canonical rows
-- lie in the order in which they were captured, or delivered.
-- Partition: month
-- Kept: no
-- Grain: meter_id, interval_end, place
-- Order: meter_id, interval_end, place
with ordered as (
    select
        r.meter_id,
        r.interval_end,
        r.value,
        r.flag,
        r.multiplier,
        r.file_id,
        row_number() over delivered as place,
        count(*) over whole as rows_in_all,
        lag(r.file_id) over delivered as old_file_id,
        lag(r.value) over delivered as old_value,
        lag(r.flag) over delivered as old_flag,
        lag(r.multiplier) over delivered as old_multiplier,
        min(r.file_id) over whole as first_file_id,
        (
            (count(r.value) over whole = 0 or count(r.value) over whole = count(*) over whole)
            and coalesce(min(r.value) over whole = max(r.value) over whole, true)
            and min(coalesce(r.flag, 'A')) over whole = max(coalesce(r.flag, 'A')) over whole
            and min(coalesce(r.multiplier, 0)) over whole = max(coalesce(r.multiplier, 0)) over whole
        ) as all_equal
    from parsed.meter_readings as r
    inner join energy.repeated_readings as t on r.meter_id = t.meter_id
    inner join lake.files as f on r.file_id = f.file_id
    window
        delivered as (
            partition by t.meter_no, r.interval_end order by f.rank, r.file_row_number, r.value, r.flag, r.multiplier
        ),
        whole as (
            partition by t.meter_no, r.interval_end order by f.rank, r.file_row_number, r.value, r.flag, r.multiplier
            rows between unbounded preceding and unbounded following
        )
),
compared as (
    select
        *,
        case
            when all_equal then not (file_id = first_file_id and coalesce(old_file_id <> file_id, true))
            else (
                place > 1
                and coalesce(value = old_value, value is null and old_value is null)
                and coalesce(flag, 'A') = coalesce(old_flag, 'A')
                and coalesce(multiplier, 0) = coalesce(old_multiplier, 0)
            )
        end as is_duplicate
    from ordered
)
select
    meter_id,
    interval_end,
    value,
    flag,
    multiplier,
    file_id,
    place,
    old_file_id,
    old_value,
    is_duplicate,
    (place > 1 and not is_duplicate and not all_equal) as is_correction,
    case when all_equal then not is_duplicate else place = rows_in_all end as stands
from compared
