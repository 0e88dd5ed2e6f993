-- The meters of the month as series over the months around it: which slots of other months go on with the same meter at the
-- same point and interval. start_minute is where the slot's month begins, in minutes from the start of this month; from_minute
-- and to_minute are its span, in minutes from the start of its own.
-- Partition: month
-- Kept: no
-- Around: energy.month_meters -3 +2
-- Grain: slot
-- Order: slot
select
    k.series_no,
    n.slot,
    n.meter_id,
    n.month,
    n.month = m.month as is_own,
    n.interval_minutes,
    n.first_day,
    n.last_day,
    cast(date_diff('minute', m.start, cast(n.month || '-01' as timestamp)) as integer) as start_minute,
    n.from_end_minute - n.interval_minutes as from_minute,
    n.to_end_minute - n.interval_minutes as to_minute
from (select distinct series_no, meter_id, point, interval_minutes, month from energy.month_meters) as k
cross join run.month as m
inner join energy.month_meters as n
    on k.meter_id = n.meter_id and k.point = n.point and k.interval_minutes = n.interval_minutes
where k.month = m.month
