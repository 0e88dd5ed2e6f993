-- How complete each meter is on each day of the month: the days all of whose intervals are valid and measured may stand in
-- for others.
-- Partition: month
-- Grain: slot, day
-- Order: slot, day
select
    m.month,
    i.slot,
    m.first_day + i.minute // 1440 as day,
    cast(count(*) as integer) as intervals_valid,
    cast(sum(i.energy_wh) as bigint) as valid_wh,
    max(i.energy_wh, 3) as highest_wh
from energy.measured_interval as i
cross join run.month as m
where i.status = 'valid' and i.source in ('reading', 'sender_estimate', 'register', 'edit')
group by m.month, i.slot, m.first_day + i.minute // 1440
