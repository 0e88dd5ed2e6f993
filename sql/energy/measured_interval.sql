-- Every interval of the month for which something was delivered: its energy, where it came from, and whether it stands.
-- An edit by a person comes before a reading, a reading before a difference of registers. status is valid, or the rule of
-- validation that the value breaks; what a value that fails really was is estimated in the next step.
-- spike, of meters whose days have a profile: of the values of a local day p1 is the highest and p3 the third highest;
-- p3 > 0 and p1 - p3 > 1.8 x p3 make all values equal to p1 spikes.
-- Partition: month
-- Grain: slot, minute
-- Order: slot, minute
with delivered as not materialized (
    select
        r.slot,
        r.minute,
        r.energy_wh,
        r.status,
        case when r.flag = 'E' then 'sender_estimate' else 'reading' end as source,
        r.file_id
    from energy.read_interval as r
    left join energy.edited_interval as e on r.slot = e.slot and r.minute = e.minute
    where r.status not in ('no_valid_meter', 'off_grid') and e.slot is null
    union all
    select e.slot, e.minute, e.energy_wh, e.status, 'edit' as source, e.file_id
    from energy.edited_interval as e
    union all
    select
        g.slot,
        g.minute,
        g.energy_wh,
        case
            when g.source <> 'register' then 'valid'
            when g.energy_wh > k.capacity_limit_wh then 'over_capacity'
            when
                g.energy_wh > k.night_limit_wh
                and (g.minute % 1440 >= p.night_start_minute or g.minute % 1440 + k.interval_minutes <= p.night_end_minute)
                then 'solar_at_night'
            else 'valid'
        end as status,
        g.source,
        g.file_id
    from energy.register_interval as g
    inner join energy.month_meters as k on g.slot = k.slot
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    left join energy.edited_interval as e on g.slot = e.slot and g.minute = e.minute
    where e.slot is null
),
days as (
    select
        slot,
        minute // 1440 as day,
        max(energy_wh, 3) as highest
    from delivered
    where energy_wh is not null
    group by slot, minute // 1440
),
spikes as (
    select d.slot, d.day, d.highest[1] as spike_wh
    from days as d
    inner join energy.month_meters as k on d.slot = k.slot
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    where
        k.has_profile
        and len(d.highest) = 3
        and d.highest[3] > 0
        and d.highest[1] - d.highest[3] > p.spike_excess_factor * d.highest[3]
)
select
    d.slot,
    d.minute,
    d.energy_wh,
    cast(
        case
            when d.status = 'valid' and d.source in ('reading', 'sender_estimate', 'register') and s.slot is not null then 'spike'
            else d.status
        end as enum('valid', 'no_value', 'out_of_range', 'negative', 'over_capacity', 'solar_at_night', 'spike')
    ) as status,
    cast(
        d.source as enum('reading', 'sender_estimate', 'edit', 'register', 'register_spread', 'period_spread')
    ) as source,
    d.file_id
from delivered as d
left join spikes as s on d.slot = s.slot and d.minute // 1440 = s.day and d.energy_wh = s.spike_wh
