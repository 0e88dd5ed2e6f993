-- What each meter gave in the month by the file it came from, or by the method that estimated it: the leaves of every
-- electricity figure. first_day_no and day_sum tell how late a file was: the earliest day of its intervals and the sum of their
-- days, counted from the first of the month.
-- Partition: month
-- Grain: meter_id, first_day, file_id, method
-- Order: meter_id, first_day, file_id, method
with read as (
    select
        slot,
        file_id,
        method,
        count(*) as intervals,
        cast(sum(energy_wh) as bigint) as energy_wh,
        min(minute) // 1440 as first_day_no,
        cast(sum(minute // 1440) as bigint) as day_sum
    from energy.interval_energy
    group by slot, file_id, method
)
select
    m.month,
    k.meter_id,
    k.first_day,
    k.park_id,
    k.role,
    k.project_id,
    r.file_id,
    r.method,
    r.intervals,
    r.energy_wh,
    r.first_day_no,
    r.day_sum
from read as r
inner join energy.month_meters as k on r.slot = k.slot
cross join run.month as m
