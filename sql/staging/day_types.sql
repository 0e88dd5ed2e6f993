-- What kind of day each date is, so that a gap is filled from days like it: from the year before the first account to
-- the year after the last. Holidays and working weekends come from the notices in reference.holidays, where the
-- operator's row goes before the package's; every other day is what its weekday says. `is_known` is false in a year
-- whose notice is not in the table: its holidays pass for plain days.
-- Grain: day
-- Order: day
with span as (
    select
        min(y.first_day) - interval 1 year as first_day,
        max(y.last_day) + interval 1 year as last_day
    from run.years as y
),
days as (
    select cast(unnest(generate_series(s.first_day, s.last_day, interval 1 day)) as date) as day
    from span as s
),
notices as (
    select
        h.day,
        h.kind,
        h.counts_as
    from reference.holidays as h
    qualify row_number() over (partition by h.day order by h.origin desc, h.kind asc, h.counts_as asc) = 1
)
select
    d.day,
    coalesce(
        n.counts_as,
        case isodow(d.day)
            when 1 then 'monday'
            when 5 then 'friday'
            when 6 then 'saturday'
            when 7 then 'sunday'
            else 'tuesday_to_thursday'
        end
    ) as day_type,
    n.kind as special,
    extract(year from d.day) in (select h.year from reference.holidays as h) as is_known
from days as d
left join notices as n on d.day = n.day
