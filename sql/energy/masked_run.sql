-- The masking study of the month: real gaps laid on other days of the same meter, at the same time of day, one to four
-- weeks before or after, where the values are valid. What the estimate gives there can be compared with the truth. A gap
-- that a straight line fills needs a place with nothing else missing in or beside it; a longer one may hold up to half of
-- intervals that are themselves missing, they are left out of the comparison. At most eight of each kind for a meter.
-- Partition: month
-- Kept: no
-- Grain: mask_no
-- Order: mask_no
with gaps as (
    select
        g.series_no,
        g.interval_minutes,
        greatest(g.from_minute, 0) as from_minute,
        cast(least(g.to_minute, g.last_minute + g.interval_minutes) as integer) as to_minute,
        g.to_minute - g.from_minute <= p.linear_max_minutes and g.before_wh is not null and g.after_wh is not null as is_short,
        g.last_minute + g.interval_minutes as end_minute
    from energy.gap_run as g
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
),
placed as (
    select
        g.series_no,
        g.interval_minutes,
        g.is_short,
        w.weeks,
        g.from_minute + w.weeks * 10080 as from_minute,
        g.to_minute + w.weeks * 10080 as to_minute
    from gaps as g
    cross join (values (1), (-1), (2), (-2), (3), (-3), (4), (-4)) as w (weeks)
    where g.from_minute + w.weeks * 10080 >= g.interval_minutes and g.to_minute + w.weeks * 10080 + g.interval_minutes <= g.end_minute
),
overlapped as (
    select
        p.series_no,
        p.from_minute,
        p.to_minute,
        sum(
            least(g.to_minute, p.to_minute + p.interval_minutes) - greatest(g.from_minute, p.from_minute - p.interval_minutes)
        ) as missing_minutes
    from placed as p
    inner join energy.gap_run as g
        on p.series_no = g.series_no
            and g.from_minute < p.to_minute + p.interval_minutes and g.to_minute > p.from_minute - p.interval_minutes
    group by p.series_no, p.from_minute, p.to_minute
),
usable as (
    select
        p.series_no,
        p.interval_minutes,
        p.is_short,
        p.from_minute,
        p.to_minute,
        min(abs(p.weeks)) as weeks
    from placed as p
    left join overlapped as o
        on p.series_no = o.series_no and p.from_minute = o.from_minute and p.to_minute = o.to_minute
    where
        o.missing_minutes is null
        or (not p.is_short and 2 * o.missing_minutes <= p.to_minute - p.from_minute)
    group by p.series_no, p.interval_minutes, p.is_short, p.from_minute, p.to_minute
),
chosen as (
    select *
    from usable
    qualify row_number() over (partition by series_no, is_short order by weeks, from_minute, to_minute) <= 8
)
select
    cast(row_number() over (order by series_no, from_minute, to_minute, is_short) as integer) as mask_no,
    series_no,
    interval_minutes,
    is_short,
    from_minute,
    to_minute
from chosen
