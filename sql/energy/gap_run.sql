-- The gaps of the month: maximal runs of intervals of one meter that are not valid, from their start to their end in minutes
-- from the start of the month. A run may begin on the last day of the month before or end on the first of the next; where
-- the validity of the meter begins or ends it is cut, where the same meter goes on with another ratio it is not.
-- before_wh and after_wh are the values just beside a run that a straight line can fill; null where no valid one stands
-- there, and for longer runs. While nothing of the next month has come, nothing is a gap after the last interval that any
-- meter delivered (last_minute): what has not happened yet is not missing.
-- Partition: month
-- Kept: no
-- Around: energy.meter_day -1 +1
-- Grain: series_no, from_minute
-- Order: series_no, from_minute
with due as (
    select
        n.series_no,
        n.slot,
        n.interval_minutes,
        cast(date_diff('day', m.first_day, d.day) * 1440 as integer) as day_minute,
        coalesce(v.valid_pattern, repeat('0', 1440 // n.interval_minutes)) as valid_pattern
    from energy.series_slot as n
    cross join run.month as m
    cross join (
        select cast(unnest(generate_series(first_day - interval 1 day, last_day + interval 1 day, interval 1 day)) as date) as day
        from run.month
    ) as d
    left join energy.meter_day as v on n.slot = v.slot and d.day = v.day
    where d.day between n.first_day and n.last_day
),
pieces as (
    select series_no, slot, interval_minutes, day_minute, string_split(valid_pattern, '0') as pieces
    from due
    where contains(valid_pattern, '0')
),
counted as (
    select
        series_no,
        slot,
        interval_minutes,
        day_minute,
        unnest(pieces) as piece,
        generate_subscripts(pieces, 1) as piece_no,
        len(pieces) as pieces
    from pieces
),
missing as (
    select
        series_no,
        interval_minutes,
        cast(day_minute + interval_minutes * (
            sum(len(piece) + 1) over (partition by slot, day_minute order by piece_no) - 1
        ) as integer) as minute
    from counted
    qualify piece_no < pieces
    union
    select
        n.series_no,
        n.interval_minutes,
        cast(unnest(generate_series(
            c.from_minute + n.start_minute, c.to_minute + n.start_minute - n.interval_minutes, n.interval_minutes
        )) as integer) as minute
    from energy.contradicted_stretch as c
    inner join energy.series_slot as n on c.slot = n.slot
),
numbered as (
    select *, minute - interval_minutes * row_number() over (partition by series_no order by minute) as island
    from missing
),
runs as (
    select
        series_no,
        interval_minutes,
        min(minute) as from_minute,
        max(minute) + interval_minutes as to_minute
    from numbered
    group by series_no, interval_minutes, island
),
horizon as (
    select
        coalesce(max(i.minute), -1) as last_minute,
        (select count(*) > 0 from energy.meter_day as d inner join run.month as m on d.month > m.month) as goes_on
    from energy.measured_interval as i
),
own_runs as (
    select
        r.*,
        case
            when h.goes_on then cast(date_diff('minute', m.start, m."end") as integer) - r.interval_minutes
            else h.last_minute
        end as last_minute,
        date_diff('minute', m.start, m."end") as month_minutes,
        r.to_minute - r.from_minute <= p.linear_max_minutes as is_short
    from runs as r
    cross join run.month as m
    cross join horizon as h
    inner join run.params as p on year(m.first_day) = p.year
    where r.to_minute > 0 and (h.goes_on or r.from_minute <= h.last_minute)
),
beside as (
    select series_no, from_minute, from_minute - interval_minutes as minute, true as is_before
    from own_runs
    where is_short
    union all
    select series_no, from_minute, to_minute as minute, false as is_before
    from own_runs
    where is_short
),
neighbours as (
    select b.series_no, b.from_minute, b.is_before, i.energy_wh
    from beside as b
    inner join energy.series_slot as n
        on b.series_no = n.series_no and n.is_own and b.minute >= n.from_minute and b.minute < n.to_minute
    inner join energy.measured_interval as i on n.slot = i.slot and b.minute = i.minute and i.status = 'valid'
    union all
    select b.series_no, b.from_minute, b.is_before, case when b.is_before then d.last_wh else d.first_wh end as energy_wh
    from beside as b
    inner join own_runs as r on b.series_no = r.series_no and b.from_minute = r.from_minute
    inner join energy.series_slot as n on b.series_no = n.series_no and not n.is_own
    inner join energy.meter_day as d on n.slot = d.slot
    cross join run.month as m
    where
        b.minute >= n.from_minute + n.start_minute and b.minute < n.to_minute + n.start_minute
        and (
            (b.minute < 0 and d.day = m.first_day - 1)
            or (b.minute >= r.month_minutes and d.day = m.last_day + 1)
        )
        and not exists (
            select 1
            from energy.contradicted_stretch as c
            where
                c.slot = d.slot
                and c.from_minute < date_diff('day', n.first_day, d.day) * 1440 + n.from_minute + 1440
                and c.to_minute > date_diff('day', n.first_day, d.day) * 1440 + n.from_minute
        )
)
select
    r.series_no,
    r.from_minute,
    cast(r.to_minute as integer) as to_minute,
    r.interval_minutes,
    max(n.energy_wh) filter (where n.is_before) as before_wh,
    max(n.energy_wh) filter (where not n.is_before) as after_wh,
    r.last_minute
from own_runs as r
left join neighbours as n on r.series_no = n.series_no and r.from_minute = n.from_minute
where r.from_minute < r.month_minutes
group by r.series_no, r.from_minute, r.to_minute, r.interval_minutes, r.last_minute
