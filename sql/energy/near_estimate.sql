-- The first two steps of the ladder. alternate: the value of the one check meter under the meter, if the totals of both
-- agree where both are valid. linear: a straight line between the valid neighbours of a short gap,
-- x_k = a + k (b - a) / (m + 1), rounded half up. Whether an estimate stands is judged in energy.sound_estimate; needs_more
-- where there is none or it might not: a line between two valid values of one day can break no rule but that of the night,
-- and the capacity where a person set a value above it.
-- Partition: month
-- Kept: no
-- Grain: slot, minute, mask_no
-- Order: slot, minute, mask_no
with checks as (
    select
        k.slot,
        min(c.slot) as check_slot
    from energy.month_meters as k
    inner join energy.month_meters as c
        on k.meter_id = c.parent_meter_id
            and k.park_id = c.park_id and k.point = c.point and k.interval_minutes = c.interval_minutes
            and k.first_day <= c.last_day and k.last_day >= c.first_day
    where c.role = 'check' and k.slot in (select slot from energy.gap_interval)
    group by k.slot
    having count(*) = 1
),
standing as (
    select i.slot, i.minute, i.energy_wh
    from energy.measured_interval as i
    left join energy.contradicted_stretch as c on i.slot = c.slot and i.minute >= c.from_minute and i.minute < c.to_minute
    where
        i.status = 'valid'
        and i.slot in (
            select slot from checks
            union all
            select check_slot from checks
        )
        and c.slot is null
),
compared as (
    select
        c.slot,
        c.check_slot,
        sum(a.energy_wh) as main_wh,
        sum(b.energy_wh) as check_wh
    from checks as c
    inner join standing as b on c.check_slot = b.slot
    inner join standing as a on c.slot = a.slot and b.minute = a.minute
    group by c.slot, c.check_slot
),
agreeing as (
    select c.slot, c.check_slot
    from checks as c
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    left join compared as d on c.slot = d.slot
    where d.slot is null or abs(d.main_wh - d.check_wh) <= p.alternate_max_difference * greatest(d.main_wh, d.check_wh)
),
candidates as (
    select
        g.slot,
        g.minute,
        g.mask_no,
        b.energy_wh as alternate_wh,
        case
            when g.before_wh is not null and g.after_wh is not null and g.run_to_minute - g.run_from_minute <= p.linear_max_minutes
                then (
                    2 * (
                        g.before_wh * ((g.run_to_minute - g.run_from_minute) // g.interval_minutes + 1)
                        + ((g.minute - g.run_from_minute) // g.interval_minutes + 1) * (g.after_wh - g.before_wh)
                    ) + (g.run_to_minute - g.run_from_minute) // g.interval_minutes + 1
                ) // (2 * ((g.run_to_minute - g.run_from_minute) // g.interval_minutes + 1))
        end as linear_wh,
        k.night_limit_wh is not null
        or coalesce(greatest(g.before_wh, g.after_wh) > k.capacity_limit_wh, false)
        or floor((g.run_from_minute - g.interval_minutes) / 1440.0) <> floor(g.run_to_minute / 1440.0) as may_break
    from energy.gap_interval as g
    inner join energy.month_meters as k on g.slot = k.slot
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    left join agreeing as a on g.slot = a.slot
    left join standing as b on a.check_slot = b.slot and g.minute = b.minute
)
select
    slot,
    minute,
    mask_no,
    alternate_wh,
    cast(linear_wh as bigint) as linear_wh,
    linear_wh is null or may_break or alternate_wh is not null as needs_more
from candidates
