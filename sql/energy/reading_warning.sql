-- Valid readings that someone should look at; they stay as they are. zero_run: zeros in a row on a meter of use or import;
-- flat_line: other equal values in a row; both of at least 16 intervals without a gap. Zeros of import are not listed where the
-- park sends energy out in half of these intervals or more: nothing need come in then. jump: a value of more than four times
-- the one before it and more than a fifth of the meter's capacity above it; without a capacity the rule does not apply.
-- spike_kept: a day whose highest value would be a spike, of a meter whose days have no profile (before_wh: its third highest).
-- What a person or an even spread has set is equal by itself and left out. The last 16 intervals of the month before count
-- too: a run over the border is listed in each month in which it is long enough so, and from_minute is then below 0.
-- energy_wh: the value of the run, or the one after the jump; before_wh: the one before it.
-- Any 16 intervals in a row fill one of the fixed blocks of 8: only meters with an even block, or a capacity, are sorted.
-- Partition: month
-- Around: energy.measured_interval -1 +0, energy.month_meters -1 +0
-- Grain: slot, code, from_minute
-- Order: slot, code, from_minute
with params as (
    select
        m.month, m.first_day, m.start, p.jump_factor, p.spike_excess_factor, p.zero_run_export_share,
        cast(p.run_min_intervals as integer) as run_intervals
    from run.month as m
    inner join run.params as p on year(m.first_day) = p.year
),
meters as (
    select
        k.*, p.first_day as month_day, p.start, p.jump_factor, p.spike_excess_factor, p.run_intervals, p.zero_run_export_share,
        k.point in ('use', 'grid_import') as counts_zeros
    from energy.month_meters as k
    inner join params as p on k.month = p.month
),
tails as (
    select
        k.slot,
        n.slot as old_slot,
        cast(date_diff('minute', k.start, cast(n.month || '-01' as timestamp)) as integer) as start_minute,
        -k.interval_minutes * k.run_intervals as from_minute
    from meters as k
    inner join params as p on k.first_day = p.first_day
    inner join energy.month_meters as n
        on k.meter_id = n.meter_id and k.point = n.point and k.interval_minutes = n.interval_minutes
    where n.month < k.month
),
points as not materialized (
    select i.slot, i.minute, i.energy_wh
    from energy.measured_interval as i
    inner join meters as k on i.slot = k.slot
    where i.status = 'valid' and i.source in ('reading', 'sender_estimate', 'register')
    union all
    select t.slot, i.minute + t.start_minute as minute, i.energy_wh
    from energy.measured_interval as i
    inner join tails as t on i.slot = t.old_slot
    where
        i.minute + t.start_minute >= t.from_minute
        and i.status = 'valid' and i.source in ('reading', 'sender_estimate', 'register')
),
blocks as (
    select p.slot
    from points as p
    inner join meters as k on p.slot = k.slot
    group by p.slot, (p.minute + 144000) // ((k.run_intervals + 1) // 2 * k.interval_minutes), k.run_intervals, k.counts_zeros
    having
        count(*) = (k.run_intervals + 1) // 2
        and min(p.energy_wh) = max(p.energy_wh)
        and (min(p.energy_wh) > 0 or k.counts_zeros)
),
suspects as (
    select slot from blocks
    union
    select slot from meters
    where jump_limit_wh is not null
),
followed as (
    select
        slot,
        minute,
        energy_wh,
        lag(energy_wh) over w as before_wh,
        lag(minute) over w as before_minute
    from points
    where slot in (select slot from suspects)
    window w as (partition by slot order by minute)
),
pairs as (
    select f.slot, f.minute, f.energy_wh, f.before_wh, k.interval_minutes, k.jump_factor, k.run_intervals
    from followed as f
    inner join meters as k on f.slot = k.slot
    where
        (
            (f.energy_wh = f.before_wh and (f.energy_wh > 0 or k.counts_zeros))
            or f.energy_wh - f.before_wh > k.jump_limit_wh
        )
        and f.minute - f.before_minute = k.interval_minutes
),
equals as (
    select *, minute - interval_minutes * row_number() over (partition by slot order by minute) as island
    from pairs
    where energy_wh = before_wh
),
runs as (
    select
        slot,
        energy_wh,
        min(minute) - min(interval_minutes) as from_minute,
        max(minute) + min(interval_minutes) as to_minute,
        count(*) + 1 as intervals
    from equals
    group by slot, island, energy_wh
    having count(*) + 1 >= min(run_intervals) and max(minute) >= 0
),
zero_imports as (
    select r.slot, r.from_minute, r.to_minute, r.intervals, k.park_id, k.start, k.interval_minutes, k.zero_run_export_share
    from runs as r
    inner join meters as k on r.slot = k.slot
    where r.energy_wh = 0 and k.point = 'grid_import'
),
export_meters as (
    select distinct
        z.slot,
        z.interval_minutes,
        e.slot as export_slot,
        e.interval_minutes as export_minutes,
        cast(date_diff('minute', z.start, cast(e.month || '-01' as timestamp)) as integer) as start_minute
    from zero_imports as z
    inner join energy.month_meters as e on z.park_id = e.park_id
    where e.point = 'grid_export'
),
exporting as (
    select distinct
        x.slot,
        unnest(range(
            i.minute + x.start_minute + 144000, i.minute + x.start_minute + 144000 + x.export_minutes, x.interval_minutes
        )) // x.interval_minutes as interval_no
    from energy.measured_interval as i
    inner join export_meters as x on i.slot = x.export_slot
    where i.status = 'valid' and i.energy_wh > 0
),
explained as (
    select z.slot, z.from_minute
    from zero_imports as z
    inner join exporting as e
        on
            z.slot = e.slot
            and e.interval_no >= (z.from_minute + 144000) // z.interval_minutes
            and e.interval_no < (z.to_minute + 144000) // z.interval_minutes
    group by z.slot, z.from_minute
    having count(*) >= min(z.zero_run_export_share) * min(z.intervals)
),
found as (
    select
        r.slot,
        case when r.energy_wh = 0 then 'zero_run' else 'flat_line' end as code,
        r.from_minute,
        r.to_minute,
        r.intervals,
        r.energy_wh,
        null as before_wh
    from runs as r
    left join explained as e on r.slot = e.slot and r.from_minute = e.from_minute
    where e.slot is null
    union all
    select slot, 'jump' as code, minute as from_minute, minute + interval_minutes as to_minute, 1 as intervals, energy_wh, before_wh
    from pairs
    where minute >= 0 and energy_wh > before_wh and energy_wh > jump_factor * before_wh
    union all
    select
        d.slot,
        'spike_kept' as code,
        date_diff('day', k.month_day, d.day) * 1440 as from_minute,
        date_diff('day', k.month_day, d.day) * 1440 + 1440 as to_minute,
        1 as intervals,
        d.highest_wh[1] as energy_wh,
        d.highest_wh[3] as before_wh
    from energy.meter_day as d
    inner join meters as k on d.slot = k.slot
    where
        not k.has_profile
        and len(d.highest_wh) = 3
        and d.highest_wh[3] > 0
        and d.highest_wh[1] - d.highest_wh[3] > k.spike_excess_factor * d.highest_wh[3]
)
select
    p.month,
    f.slot,
    f.code,
    cast(f.from_minute as integer) as from_minute,
    cast(f.to_minute as integer) as to_minute,
    cast(f.intervals as integer) as intervals,
    f.energy_wh,
    cast(f.before_wh as bigint) as before_wh
from found as f
cross join params as p
