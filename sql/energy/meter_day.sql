-- How complete each meter is on each day of the month: the days all of whose intervals are valid and measured may stand in
-- for others. valid_pattern has a 1 for each valid interval of the day and a 0 for the others; first_wh and last_wh are the
-- first and last valid values, highest_wh the three highest, by which an estimate is judged as a spike. last_minute is the
-- start of the last valid interval, in minutes from the start of the month. A day without a valid value has no row.
-- Partition: month
-- Grain: slot, day
-- Order: slot, day
select
    m.month,
    i.slot,
    m.first_day + i.minute // 1440 as day,
    cast(count(*) filter (where i.source not in ('register_spread', 'period_spread')) as integer) as intervals_valid,
    cast(sum(i.energy_wh) as bigint) as valid_wh,
    max(i.energy_wh, 3) as highest_wh,
    left(
        cast(bitstring_agg(i.minute % 1440 // k.interval_minutes, 0, 1439) as varchar), 1440 // k.interval_minutes
    ) as valid_pattern,
    arg_min(i.energy_wh, i.minute) as first_wh,
    arg_max(i.energy_wh, i.minute) as last_wh,
    max(i.minute) as last_minute
from energy.measured_interval as i
inner join energy.month_meters as k on i.slot = k.slot
cross join run.month as m
where i.status = 'valid'
group by m.month, i.slot, m.first_day + i.minute // 1440, k.interval_minutes
