-- Load and used green supply of each park and day, hour by hour: lists of 24 amounts, the first from 00:00 to 01:00, null where
-- no interval of the hour is known. The days of a year add up to its load and to D + S.
-- Grain: park_id, day
-- Order: park_id, day
with days as (
    select park_id, day, max(balance_minutes) as balance_minutes
    from energy.park_hour
    group by park_id, day
),
hours as (
    select d.park_id, d.day, d.balance_minutes, s.hour_of_day, h.load_wh, h.green_used_wh
    from days as d
    cross join (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
        (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)
    ) as s (hour_of_day)
    left join energy.park_hour as h on d.park_id = h.park_id and d.day = h.day and s.hour_of_day = h.hour_of_day
)
select
    park_id,
    cast(extract(year from day) as integer) as year,
    day,
    balance_minutes,
    array_agg(cast(load_wh * cast(0.000001 as decimal(7, 6)) as decimal(18, 6)) order by hour_of_day) as load_mwh_by_hour,
    array_agg(cast(green_used_wh * cast(0.000001 as decimal(7, 6)) as decimal(18, 6)) order by hour_of_day) as green_used_mwh_by_hour
from hours
group by park_id, day, balance_minutes
