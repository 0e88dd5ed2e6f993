-- The meters for which the month holds two readings of one interval, from one file or several. Counting the distinct
-- minutes in a bitmap costs one pass; only these meters are then sorted to find which reading stands.
-- Partition: month
-- Kept: no
-- Grain: meter_id
-- Order: meter_id
select
    r.meter_id,
    cast(row_number() over (order by r.meter_id) as integer) as meter_no
from parsed.meter_readings as r
cross join run.month as m
group by r.meter_id
having count(*) > bit_count(bitstring_agg(cast(date_diff('minute', m.start, r.interval_end) as integer), 0, 44640))
