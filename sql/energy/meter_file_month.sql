-- What each meter gave in the month by the file it came from and how (source), or by the method that estimated it: the
-- leaves of every electricity figure. Values that a register contradicts are in none of the files. first_day_no and day_sum
-- tell how late a file was: the earliest day of its intervals and the sum of their days, from the first of the month.
-- Partition: month
-- Grain: meter_id, first_day, file_id, source, method
-- Order: meter_id, first_day, file_id, source, method
with contradicted as (
    select slot, minute
    from energy.estimated_interval
    where replaces = 'register_sum'
),
given as (
    select
        i.slot,
        i.file_id,
        i.source,
        null as method,
        count(*) as intervals,
        sum(i.energy_wh) as energy_wh,
        min(i.minute) // 1440 as first_day_no,
        sum(i.minute // 1440) as day_sum
    from energy.measured_interval as i
    left join contradicted as c on i.slot = c.slot and i.minute = c.minute
    where i.status = 'valid' and c.slot is null
    group by i.slot, i.file_id, i.source
    union all
    select
        e.slot,
        null as file_id,
        'estimate' as source,
        e.method,
        count(*) as intervals,
        sum(e.energy_wh) as energy_wh,
        null as first_day_no,
        null as day_sum
    from energy.estimated_interval as e
    where e.energy_wh is not null
    group by e.slot, e.method
)
select
    m.month,
    k.meter_id,
    k.first_day,
    k.park_id,
    k.role,
    k.project_id,
    g.slot,
    g.file_id,
    g.source,
    g.method,
    g.intervals,
    cast(g.energy_wh as bigint) as energy_wh,
    g.first_day_no,
    cast(g.day_sum as bigint) as day_sum
from given as g
inner join energy.month_meters as k on g.slot = k.slot
cross join run.month as m
