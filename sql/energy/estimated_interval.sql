-- Every interval of the month that was not valid: why, what had been delivered, and what stands in its place by which
-- method; energy_wh is null where nothing does. Where a register or a bill tells what the intervals of a stretch add up to,
-- straight lines and like days are scaled to it, to the Wh: the last interval takes the remainder. Without a shape the
-- remainder is spread evenly (register_spread, period_spread).
-- Partition: month
-- Grain: slot, minute
-- Order: slot, minute
with real as (
    select l.*, k.meter_id, m.month, m.start + to_minutes(l.minute) as from_at, m.start as month_start, m."end" as month_end
    from energy.ladder as l
    inner join energy.month_meters as k on l.slot = k.slot
    cross join run.month as m
    where l.mask_no = 0
),
bracketed as (
    select
        r.slot,
        r.minute,
        r.method,
        r.energy_wh,
        c.from_at,
        c.source,
        c.remainder_wh,
        c.intervals_expected - case when c.disagrees then 0 else c.intervals_valid end as intervals_open
    from real as r
    asof inner join (select * from energy.register_check where remainder_wh is not null) as c
        on r.meter_id = c.meter_id and r.from_at >= c.from_at
    where r.from_at < c.to_at
),
stretches as (
    select
        slot,
        from_at,
        source,
        min(remainder_wh) - coalesce(sum(energy_wh) filter (where method = 'alternate'), 0) as remainder_wh,
        count(*) filter (where method is distinct from 'alternate') as intervals,
        coalesce(sum(energy_wh) filter (where method in ('linear', 'like_day')), 0) as shape_wh,
        bool_and(coalesce(method in ('alternate', 'linear', 'like_day'), false)) as has_shape
    from bracketed
    group by slot, from_at, source
    having count(*) = min(intervals_open)
),
placed as (
    select
        b.slot,
        b.minute,
        b.from_at,
        s.source,
        s.remainder_wh,
        s.intervals,
        s.has_shape and s.shape_wh > 0 as is_scaled,
        case when s.has_shape and s.shape_wh > 0 then cast(s.remainder_wh as hugeint) * b.energy_wh // s.shape_wh end as scaled_wh,
        row_number() over (partition by b.slot, b.from_at order by b.minute) as place
    from bracketed as b
    inner join stretches as s on b.slot = s.slot and b.from_at = s.from_at
    where b.method is distinct from 'alternate' and s.remainder_wh >= 0
),
fitted as (
    select
        p.slot,
        p.minute,
        case when p.is_scaled then 'scaled' when p.source = 'register' then 'register_spread' else 'period_spread' end as method,
        case
            when not p.is_scaled
                then cast(p.remainder_wh as hugeint) * p.place // p.intervals
                    - cast(p.remainder_wh as hugeint) * (p.place - 1) // p.intervals
            when p.place = p.intervals
                then p.remainder_wh - (sum(p.scaled_wh) over (partition by p.slot, p.from_at) - p.scaled_wh)
            else p.scaled_wh
        end as energy_wh
    from placed as p
)
select
    r.month,
    r.slot,
    r.minute,
    r.replaces,
    r.delivered_wh,
    r.file_id,
    coalesce(f.method, r.method) as method,
    cast(coalesce(f.energy_wh, r.energy_wh) as bigint) as energy_wh,
    greatest(r.run_from_minute, 0) as run_from_minute,
    cast(r.run_to_minute - r.run_from_minute as integer) as run_minutes
from real as r
left join fitted as f on r.slot = f.slot and r.minute = f.minute
