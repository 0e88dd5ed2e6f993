-- The third step of the ladder: the mean, interval by interval and rounded half up, of the three nearest days of the same
-- type on which the meter has every value, at most 35 days away; of two days as near the earlier comes first. Where fewer
-- than three days are whole (single values are lost every day), days count that have a value wherever this one has none.
-- Days that a mask covers do not stand in for it. Fewer than three days: no estimate.
-- Partition: month
-- Kept: no
-- Around: energy.meter_day -2 +2, energy.measured_interval -2 +2
-- Grain: slot, minute, mask_no
-- Order: slot, minute, mask_no
with needed as (
    select g.slot, g.series_no, g.interval_minutes, g.mask_no, g.minute, g.run_from_minute, g.run_to_minute
    from energy.gap_interval as g
    inner join energy.near_estimate as n on g.slot = n.slot and g.minute = n.minute and g.mask_no = n.mask_no
    where n.needs_more
),
needed_days as (
    select distinct
        n.series_no,
        n.mask_no,
        n.interval_minutes,
        m.first_day + n.minute // 1440 as day,
        case when n.mask_no > 0 then m.first_day + cast(floor(n.run_from_minute / 1440.0) as integer) end as mask_first_day,
        case when n.mask_no > 0 then m.first_day + cast(floor((n.run_to_minute - 1) / 1440.0) as integer) end as mask_last_day
    from needed as n
    cross join run.month as m
),
lacking as materialized (
    select
        g.series_no,
        g.mask_no,
        m.first_day + g.minute // 1440 as day,
        any_value(t.day_type) as day_type,
        cast(left(
            cast(bitstring_agg(g.minute % 1440 // g.interval_minutes, 0, 1439) as varchar), 1440 // g.interval_minutes
        ) as bit) as lacking_bits
    from energy.gap_interval as g
    cross join run.month as m
    inner join staging.day_types as t on m.first_day + g.minute // 1440 = t.day
    group by g.series_no, g.mask_no, g.interval_minutes, m.first_day + g.minute // 1440
),
measured as materialized (
    select
        s.series_no,
        s.slot,
        d.day,
        t.day_type,
        d.intervals_valid = 1440 // s.interval_minutes as is_whole,
        cast(d.valid_pattern as bit) as valid_bits
    from energy.meter_day as d
    inner join energy.series_slot as s on d.slot = s.slot
    inner join staging.day_types as t on d.day = t.day
    where
        length(replace(d.valid_pattern, '0', '')) = d.intervals_valid
        and s.series_no in (select series_no from needed_days)
        and not exists (
            select 1
            from energy.contradicted_stretch as c
            where c.slot = d.slot and c.from_minute < day(d.day) * 1440 and c.to_minute > (day(d.day) - 1) * 1440
        )
),
near as (
    select
        n.series_no,
        n.mask_no,
        n.day,
        c.slot as donor_slot,
        c.day as donor_day,
        c.is_whole,
        p.like_day_count,
        count(*) filter (where c.is_whole) over (partition by n.series_no, n.mask_no, n.day) as whole_days
    from needed_days as n
    inner join lacking as l on n.series_no = l.series_no and n.mask_no = l.mask_no and n.day = l.day
    inner join measured as c on n.series_no = c.series_no and l.day_type = c.day_type
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    where
        abs(c.day - n.day) <= p.like_day_max_distance
        and not coalesce(c.day between n.mask_first_day and n.mask_last_day, false)
        and (c.is_whole or c.valid_bits & l.lacking_bits = l.lacking_bits)
),
donors as (
    select
        series_no,
        mask_no,
        day,
        donor_slot,
        donor_day,
        row_number() over (partition by series_no, mask_no, day order by abs(donor_day - day), donor_day) as place
    from near
    where is_whole or whole_days < like_day_count
    qualify place <= like_day_count
),
values_wanted as (
    select distinct donor_slot, donor_day, day(donor_day) - 1 as donor_day_no
    from donors
),
donor_values as (
    select w.donor_slot, w.donor_day, i.minute % 1440 as day_minute, i.energy_wh
    from energy.measured_interval as i
    inner join values_wanted as w on i.slot = w.donor_slot and i.minute // 1440 = w.donor_day_no
),
means as (
    select n.slot, n.minute, n.mask_no, count(*) as days, sum(v.energy_wh) as energy_wh
    from needed as n
    cross join run.month as m
    inner join donors as d
        on n.series_no = d.series_no and n.mask_no = d.mask_no and m.first_day + n.minute // 1440 = d.day
    inner join donor_values as v
        on d.donor_slot = v.donor_slot and d.donor_day = v.donor_day and n.minute % 1440 = v.day_minute
    group by n.slot, n.minute, n.mask_no
)
select
    e.slot,
    e.minute,
    e.mask_no,
    cast((2 * e.energy_wh + e.days) // (2 * e.days) as bigint) as like_day_wh
from means as e
cross join run.month as m
inner join run.params as p on year(m.first_day) = p.year
where e.days = p.like_day_count
