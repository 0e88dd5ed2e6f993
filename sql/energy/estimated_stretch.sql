-- Long stretches of consecutive intervals of one meter that the estimation ladder filled, over the borders of months: those
-- longer than a week. What a register or a bill spread, what the sender estimated and what stayed open ends a stretch.
-- Grain: meter_id, from_at
-- Order: meter_id, from_at, role
with filled as (
    select
        k.meter_id,
        k.point,
        k.park_id,
        k.role,
        k.interval_minutes,
        date_diff('minute', timestamp '2000-01-01', cast(e.month || '-01' as timestamp)) + e.minute as minute,
        e.energy_wh
    from energy.estimated_interval as e
    inner join energy.month_meters as k on e.month = k.month and e.slot = k.slot
    where e.method in ('alternate', 'linear', 'like_day', 'scaled', 'conservative')
),
numbered as (
    select
        *,
        minute - interval_minutes * row_number() over (
            partition by meter_id, point, park_id, role, interval_minutes order by minute
        ) as island
    from filled
),
stretches as (
    select
        meter_id,
        park_id,
        point,
        role,
        timestamp '2000-01-01' + to_minutes(min(minute)) as from_at,
        timestamp '2000-01-01' + to_minutes(max(minute) + interval_minutes) as to_at,
        max(minute) + interval_minutes - min(minute) as minutes,
        sum(energy_wh) as energy_wh
    from numbered
    group by meter_id, park_id, point, role, interval_minutes, island
)
select
    s.meter_id,
    s.park_id,
    s.point,
    s.role,
    s.from_at,
    s.to_at,
    cast(s.minutes as integer) as minutes,
    cast(s.energy_wh as bigint) as energy_wh
from stretches as s
inner join run.params as p on year(s.from_at) = p.year
where s.minutes > p.prolonged_warn_days * 1440
