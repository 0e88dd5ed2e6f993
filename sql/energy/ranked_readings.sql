-- All readings of the repeated meters with their place in the order of delivery. A row is a duplicate if it equals the one
-- delivered before it, otherwise it corrects it; the last that is no duplicate stands. Where all rows of an interval are
-- equal no order is needed, and none is used: what arrived first must not show.
-- Partition: month
-- Kept: no
-- Grain: meter_id, interval_end, place
-- Order: meter_id, interval_end, place
with delivered as (
    select
        r.meter_id,
        r.interval_end,
        r.value,
        r.flag,
        r.multiplier,
        r.file_id,
        f.rank,
        coalesce(cast(r.value as varchar), '') || '/' || coalesce(r.flag, 'A') || '/' || coalesce(cast(r.multiplier as varchar), '')
            as content
    from parsed.meter_readings as r
    inner join lake.files as f on r.file_id = f.file_id
    where r.meter_id in (select meter_id from energy.repeated_readings)
),
ordered as (
    select
        d.*,
        case
            when min(d.content) over same = max(d.content) over same then 0 else d.rank
        end as decisive_rank
    from delivered as d
    window same as (partition by d.meter_id, d.interval_end)
),
placed as (
    select
        o.*,
        row_number() over in_order as place,
        lag(o.file_id) over in_order as old_file_id,
        lag(o.value) over in_order as old_value,
        coalesce(lag(o.content) over in_order = o.content, false) as is_duplicate
    from ordered as o
    window in_order as (partition by o.meter_id, o.interval_end order by o.decisive_rank, o.file_id, o.content)
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
    place = max(case when is_duplicate then 0 else place end) over (partition by meter_id, interval_end) as stands
from placed
