-- Green supply beside load in each park and month, by hour of the day: how much of the load the green supply of the same
-- quarter hour, or of the same hour, can meet. Whole months of it give every other basis, so that all bases come from the same rows.
-- Intervals are summed, never split: matched amounts are null where the balance interval does not divide a quarter hour or an
-- hour. An interval longer than an hour stands in the hour in which it starts.
-- green_wh is the green supply of the method (net on-site power and direct lines), what is exported included: an export in a
-- sunny hour is what a coarser basis would count against the night.
-- Partition: month
-- Grain: park_id, hour_of_day
-- Order: park_id, hour_of_day
with quarters as (
    select
        park_no,
        minute // 15 as quarter_no,
        max(balance_minutes) as balance_minutes,
        cast(sum(green_wh) as bigint) as green_wh,
        cast(sum(load_wh) as bigint) as load_wh
    from energy.interval_balance
    group by park_no, minute // 15
),
hours as (
    select
        park_no,
        quarter_no // 4 as hour_no,
        max(balance_minutes) as balance_minutes,
        cast(sum(green_wh) as bigint) as green_wh,
        cast(sum(load_wh) as bigint) as load_wh,
        cast(sum(least(green_wh, load_wh)) as bigint) as quarter_matched_wh
    from quarters
    group by park_no, quarter_no // 4
),
parks as (
    select distinct park_no, park_id
    from energy.month_meters
)
select
    m.month,
    p.park_id,
    cast(h.hour_no % 24 as integer) as hour_of_day,
    max(h.balance_minutes) as balance_minutes,
    cast(sum(h.green_wh) as bigint) as green_wh,
    cast(sum(h.load_wh) as bigint) as load_wh,
    cast(sum(case when 15 % h.balance_minutes = 0 then h.quarter_matched_wh end) as bigint) as quarter_matched_wh,
    cast(sum(case when 60 % h.balance_minutes = 0 then least(h.green_wh, h.load_wh) end) as bigint) as hour_matched_wh
from hours as h
inner join parks as p on h.park_no = p.park_no
cross join run.month as m
group by m.month, p.park_id, h.hour_no % 24
