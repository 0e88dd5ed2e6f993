-- The gaps of the month: maximal runs of intervals of one meter that are not valid, from their start to their end in minutes
-- from the start of the month, with the values just before and after. A run may begin or end in a neighbouring month; it
-- is looked at as far as a straight line could reach. before_wh and after_wh are null where no valid value stands there.
-- Where the validity of the meter begins or ends a run is cut; the time outside is a run that is not due. Days on which the
-- same meter goes on with another ratio do not cut.
-- Nothing is a gap after the last interval that any meter of the month has: what has not happened yet is not missing.
-- Partition: month
-- Kept: no
-- Around: energy.measured_interval -1 +1, energy.month_meters -1 +1
-- Grain: series_no, from_minute
-- Order: series_no, from_minute
with near_meters as (
    select
        k.series_no,
        n.month,
        n.slot,
        n.meter_id,
        k.interval_minutes,
        cast(date_diff('minute', m.start, cast(n.month || '-01' as timestamp)) as integer) as start_minute,
        n.from_end_minute - n.interval_minutes as from_minute,
        n.to_end_minute - n.interval_minutes as to_minute
    from (select distinct series_no, meter_id, point, interval_minutes, month from energy.month_meters) as k
    cross join run.month as m
    inner join energy.month_meters as n
        on k.meter_id = n.meter_id and k.point = n.point and k.interval_minutes = n.interval_minutes
    where k.month = m.month
),
failed as (
    select
        n.month,
        n.slot,
        date_diff('minute', cast(n.month || '-01' as timestamp), c.from_at) as from_minute,
        date_diff('minute', cast(n.month || '-01' as timestamp), c.to_at) as to_minute
    from energy.register_check as c
    inner join near_meters as n on c.meter_id = n.meter_id
    where c.disagrees
),
standing as (
    select i.month, i.slot, i.minute, i.energy_wh
    from energy.measured_interval as i
    where
        i.status = 'valid'
        and not exists (
            select 1
            from failed as f
            where f.month = i.month and f.slot = i.slot and i.minute >= f.from_minute and i.minute < f.to_minute
        )
),
limits as (
    select
        m.month,
        date_diff('minute', m.start, m."end") as month_minutes,
        cast(p.linear_max_minutes as integer) as reach_minutes
    from run.month as m
    inner join run.params as p on year(m.first_day) = p.year
),
horizon as (
    select max(i.minute) as last_minute
    from energy.measured_interval as i
    cross join run.month as m
    where i.month = m.month
),
counted as (
    select s.slot, count(*) as intervals_valid
    from standing as s
    cross join run.month as m
    where s.month = m.month
    group by s.slot
),
incomplete as (
    select distinct k.series_no, k.interval_minutes
    from energy.month_meters as k
    cross join run.month as m
    left join counted as c on k.slot = c.slot
    where k.month = m.month and coalesce(c.intervals_valid, 0) < k.intervals_expected
),
spans as (
    select
        n.series_no,
        n.interval_minutes,
        greatest(n.from_minute + n.start_minute, -l.reach_minutes - n.interval_minutes) as from_minute,
        least(n.to_minute + n.start_minute, l.month_minutes + l.reach_minutes + n.interval_minutes) as to_minute
    from near_meters as n
    inner join incomplete as i on n.series_no = i.series_no
    cross join limits as l
),
edges as (
    select series_no, interval_minutes, from_minute as minute, true as is_due
    from spans
    where from_minute < to_minute
    union all
    select series_no, interval_minutes, to_minute as minute, false as is_due
    from spans
    where from_minute < to_minute
    union all
    select i.series_no, i.interval_minutes, -l.reach_minutes - 2 * i.interval_minutes as minute, false as is_due
    from incomplete as i
    cross join limits as l
    union all
    select
        i.series_no,
        i.interval_minutes,
        l.month_minutes + l.reach_minutes + 2 * i.interval_minutes as minute,
        false as is_due
    from incomplete as i
    cross join limits as l
),
points as (
    select
        n.series_no,
        n.interval_minutes,
        s.minute + n.start_minute as from_minute,
        s.minute + n.start_minute + n.interval_minutes as to_minute,
        s.energy_wh,
        true as is_due
    from standing as s
    inner join near_meters as n on s.month = n.month and s.slot = n.slot
    cross join limits as l
    where
        n.series_no in (select series_no from incomplete)
        and s.minute + n.start_minute >= -l.reach_minutes - n.interval_minutes
        and s.minute + n.start_minute <= l.month_minutes + l.reach_minutes
    union all
    select series_no, interval_minutes, minute as from_minute, minute as to_minute, null as energy_wh, bool_and(is_due) as is_due
    from edges
    group by series_no, interval_minutes, minute
    having count(*) = 1
),
followed as (
    select
        *,
        lead(from_minute) over following as next_minute,
        lead(energy_wh) over following as next_wh
    from points
    window following as (partition by series_no order by from_minute, to_minute)
)
select
    f.series_no,
    cast(f.to_minute as integer) as from_minute,
    cast(f.next_minute as integer) as to_minute,
    cast(f.interval_minutes as integer) as interval_minutes,
    f.is_due,
    f.energy_wh as before_wh,
    f.next_wh as after_wh,
    cast(h.last_minute as integer) as last_minute
from followed as f
cross join limits as l
cross join horizon as h
where
    f.next_minute > f.to_minute
    and f.next_minute > 0
    and f.to_minute < l.month_minutes
    and f.to_minute <= h.last_minute
