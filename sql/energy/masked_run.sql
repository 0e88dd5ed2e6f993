-- The masking study of the month: real gaps laid on other days of the same meter, at the same time of day, where the values
-- are valid. What the estimate gives there can be compared with the truth. A gap of up to a day moves by whole weeks, so
-- that it keeps its day of the week; a longer one by whole days, or there would be too few places for it in a month. A gap
-- that a straight line fills needs a place with nothing else missing in or beside it; a longer one may hold up to half of
-- intervals that are themselves missing, they are left out of the comparison. Of the places for gaps of one size, each
-- size up to twice the one before, so many are taken, spread evenly over the month.
-- Partition: month
-- Kept: no
-- Grain: mask_no
-- Order: mask_no
with spans as (
    select
        series_no,
        min(from_end_minute - interval_minutes) as first_minute,
        max(to_end_minute - interval_minutes) as end_minute
    from energy.month_meters
    group by series_no
),
gaps as (
    select
        g.series_no,
        g.interval_minutes,
        greatest(g.from_minute, 0) as from_minute,
        cast(least(g.to_minute, g.last_minute + g.interval_minutes) as integer) as to_minute,
        g.to_minute - g.from_minute <= p.linear_max_minutes and g.before_wh is not null and g.after_wh is not null as is_short,
        v.first_minute + g.interval_minutes as earliest_minute,
        least(g.last_minute + g.interval_minutes, v.end_minute) - g.interval_minutes as latest_minute,
        cast(p.mask_max_distance as integer) as farthest_days
    from energy.gap_run as g
    inner join spans as v on g.series_no = v.series_no
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
),
moved as (
    select
        *,
        cast(unnest(generate_series(-farthest_days, farthest_days)) as integer) * 1440 as minutes
    from gaps
),
placed as (
    select distinct
        g.series_no,
        g.interval_minutes,
        g.is_short,
        cast(ceil(log2((g.to_minute - g.from_minute) / cast(g.interval_minutes as double))) as integer) as size_no,
        g.from_minute + g.minutes as from_minute,
        g.to_minute + g.minutes as to_minute
    from moved as g
    where
        g.minutes <> 0
        and (g.to_minute - g.from_minute > 1440 or g.minutes % 10080 = 0)
        and g.from_minute + g.minutes >= g.earliest_minute
        and g.to_minute + g.minutes <= g.latest_minute
),
overlapped as (
    select
        p.series_no,
        p.from_minute,
        p.to_minute,
        sum(
            least(g.to_minute, p.to_minute + p.interval_minutes) - greatest(g.from_minute, p.from_minute - p.interval_minutes)
        ) as missing_minutes
    from (select distinct series_no, interval_minutes, from_minute, to_minute from placed) as p
    inner join energy.gap_run as g
        on p.series_no = g.series_no
            and g.from_minute < p.to_minute + p.interval_minutes and g.to_minute > p.from_minute - p.interval_minutes
    group by p.series_no, p.from_minute, p.to_minute
),
usable as (
    select
        p.*,
        row_number() over (partition by p.series_no, p.is_short, p.size_no order by p.from_minute, p.to_minute) as place,
        count(*) over (partition by p.series_no, p.is_short, p.size_no) as places
    from placed as p
    left join overlapped as o
        on p.series_no = o.series_no and p.from_minute = o.from_minute and p.to_minute = o.to_minute
    where
        o.missing_minutes is null
        or (not p.is_short and 2 * o.missing_minutes <= p.to_minute - p.from_minute)
),
chosen as (
    select u.*
    from usable as u
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    where
        u.place * cast(p.mask_count as integer) // u.places
        <> (u.place - 1) * cast(p.mask_count as integer) // u.places
)
select
    cast(row_number() over (order by series_no, from_minute, to_minute, is_short) as integer) as mask_no,
    series_no,
    interval_minutes,
    is_short,
    from_minute,
    to_minute
from chosen
