-- The first three steps judged like readings, step by step: not above the capacity, no sun at night, no spike among the
-- valid values of the day and the estimates of the same step. The first that holds is the estimate; a real gap or mask
-- interval without one goes on to the conservative value.
-- Partition: month
-- Kept: no
-- Grain: slot, minute, mask_no
-- Order: slot, minute, mask_no
with offered as (
    select slot, minute, mask_no, 1 as step, alternate_wh as energy_wh
    from energy.near_estimate
    where alternate_wh is not null
    union all
    select slot, minute, mask_no, 2 as step, linear_wh as energy_wh
    from energy.near_estimate
    where linear_wh is not null
    union all
    select slot, minute, mask_no, 3 as step, like_day_wh as energy_wh
    from energy.like_day_estimate
),
highest as (
    select slot, mask_no, step, minute // 1440 as day, max(energy_wh, 3) as offered_wh
    from offered
    group by slot, mask_no, step, minute // 1440
),
days as (
    select
        h.slot,
        h.mask_no,
        h.step,
        h.day,
        list_reverse_sort(list_concat(h.offered_wh, coalesce(d.highest_wh, [])))[1:3] as highest_wh
    from highest as h
    cross join run.month as m
    left join energy.meter_day as d on h.slot = d.slot and m.first_day + h.day = d.day
)
select
    o.slot,
    o.minute,
    o.mask_no,
    min(o.step) as step,
    arg_min(o.energy_wh, o.step) as energy_wh
from offered as o
inner join days as d on o.slot = d.slot and o.mask_no = d.mask_no and o.step = d.step and o.minute // 1440 = d.day
inner join energy.month_meters as k on o.slot = k.slot
cross join run.month as m
inner join run.params as p on year(m.first_day) = p.year
where
    not coalesce(o.energy_wh > k.capacity_limit_wh, false)
    and not coalesce(
        o.energy_wh > k.night_limit_wh
        and (o.minute % 1440 >= p.night_start_minute or o.minute % 1440 + k.interval_minutes <= p.night_end_minute),
        false
    )
    and not (
        k.has_profile
        and len(d.highest_wh) = 3
        and d.highest_wh[3] > 0
        and o.energy_wh = d.highest_wh[1]
        and d.highest_wh[1] - d.highest_wh[3] > p.spike_excess_factor * d.highest_wh[3]
    )
group by o.slot, o.minute, o.mask_no
