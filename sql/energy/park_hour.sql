-- Load and used green supply of each park and clock hour: what the heat map of a year is drawn from. Intervals are summed, never
-- split: one longer than an hour stands in the hour in which it starts. An hour of which no interval is known has no row.
-- green_used_wh is D + S of the hour, before anything is taken off because it does not count: that is known by month only.
-- Partition: month
-- Grain: park_id, day, hour_of_day
-- Order: park_id, day, hour_of_day
select
    park_id,
    cast(interval_start as date) as day,
    cast(extract(hour from interval_start) as integer) as hour_of_day,
    max(balance_minutes) as balance_minutes,
    cast(sum(load_wh) as bigint) as load_wh,
    cast(sum(used_wh) as bigint) as green_used_wh
from energy.interval_balance
group by park_id, cast(interval_start as date), extract(hour from interval_start)
