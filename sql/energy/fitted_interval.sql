-- Estimates made to agree with registers and bills: where one tells what the intervals of a stretch add up to, straight lines
-- and like days are scaled to what is left of it, to the Wh: rounded down, the last interval takes the remainder. Without a
-- shape the rest is spread evenly (register_spread, period_spread). Values of a check meter stay as they are. A stretch of
-- which not every open interval is known here, or that leaves less than nothing, fits nothing.
-- Grain: slot, minute
-- Order: slot, minute
with totals as (
    select
        meter_id,
        from_at,
        to_at,
        source,
        remainder_wh,
        intervals_expected - case when disagrees then 0 else intervals_valid end as intervals_open
    from energy.register_check
    where remainder_wh is not null
),
estimates as (
    select
        k.meter_id,
        g.slot,
        g.minute,
        cast(k.month || '-01' as timestamp) + to_minutes(g.minute) as from_at,
        g.method,
        g.energy_wh
    from energy.gap_estimate as g
    inner join energy.month_meters as k on g.slot = k.slot
    where k.meter_id in (select meter_id from totals)
),
bracketed as (
    select
        e.meter_id,
        t.from_at as total_from_at,
        t.source,
        t.remainder_wh,
        t.intervals_open,
        e.slot,
        e.minute,
        e.from_at,
        e.method,
        e.energy_wh
    from estimates as e
    asof inner join totals as t on e.meter_id = t.meter_id and e.from_at >= t.from_at
    where e.from_at < t.to_at
),
stretches as (
    select
        meter_id,
        total_from_at,
        min(remainder_wh) - coalesce(sum(energy_wh) filter (where method = 'alternate'), 0) as remainder_wh,
        count(*) filter (where method is distinct from 'alternate') as intervals,
        coalesce(sum(energy_wh) filter (where method in ('linear', 'like_day')), 0) as shape_wh,
        bool_and(coalesce(method in ('alternate', 'linear', 'like_day'), false)) as has_shape
    from bracketed
    group by meter_id, total_from_at
    having count(*) = min(intervals_open)
),
placed as (
    select
        b.meter_id,
        b.total_from_at,
        b.slot,
        b.minute,
        b.source,
        s.remainder_wh,
        s.intervals,
        s.has_shape and s.shape_wh > 0 as is_scaled,
        case when s.has_shape and s.shape_wh > 0 then cast(s.remainder_wh as hugeint) * b.energy_wh // s.shape_wh end as scaled_wh,
        row_number() over (partition by b.meter_id, b.total_from_at order by b.from_at) as place
    from bracketed as b
    inner join stretches as s on b.meter_id = s.meter_id and b.total_from_at = s.total_from_at
    where b.method is distinct from 'alternate' and s.remainder_wh >= 0
)
select
    p.slot,
    p.minute,
    case when p.is_scaled then 'scaled' when p.source = 'register' then 'register_spread' else 'period_spread' end as method,
    cast(
        case
            when not p.is_scaled
                then cast(p.remainder_wh as hugeint) * p.place // p.intervals
                    - cast(p.remainder_wh as hugeint) * (p.place - 1) // p.intervals
            when p.place = p.intervals
                then p.remainder_wh - (sum(p.scaled_wh) over (partition by p.meter_id, p.total_from_at) - p.scaled_wh)
            else p.scaled_wh
        end as bigint
    ) as energy_wh
from placed as p
