-- Values of the month in whose place another one counts: readings that a later delivery replaced, and what persons set. Both
-- values stay. A person's value comes after all deliveries; where nothing was delivered there is no old one. Readings of the
-- edited meters are looked up among those of the month; without edits nothing is read.
-- Partition: month
-- Grain: meter_id, interval_end, place
-- Order: meter_id, interval_end, place
with edits as (
    select
        k.meter_id,
        m.start + to_minutes(e.minute + k.interval_minutes) as interval_end,
        e.value,
        e.file_id,
        e.reason,
        e.document_sha256,
        e.author,
        e.approver
    from energy.edited_interval as e
    inner join energy.month_meters as k on e.slot = k.slot
    cross join run.month as m
),
standing as (
    select r.meter_id, r.interval_end, r.value, r.file_id, r.place
    from energy.ranked_readings as r
    where r.stands
    union all
    select r.meter_id, r.interval_end, r.value, r.file_id, 1 as place
    from parsed.meter_readings as r
    where
        r.meter_id in (select e.meter_id from edits as e)
        and r.meter_id not in (select t.meter_id from energy.repeated_readings as t)
)
select
    meter_id,
    interval_end,
    cast(place as integer) as place,
    old_value,
    value as new_value,
    old_file_id,
    file_id as new_file_id,
    cast(null as varchar) as reason,
    cast(null as varchar) as document_sha256,
    cast(null as varchar) as author,
    cast(null as varchar) as approver
from energy.ranked_readings
where is_correction
union all
select
    e.meter_id,
    e.interval_end,
    cast(coalesce(s.place, 0) + 1 as integer) as place,
    s.value as old_value,
    e.value as new_value,
    s.file_id as old_file_id,
    e.file_id as new_file_id,
    e.reason,
    e.document_sha256,
    e.author,
    e.approver
from edits as e
left join standing as s on e.meter_id = s.meter_id and e.interval_end = s.interval_end
