-- The stretches of which a register or a bill says otherwise than the intervals: none of these stands, and nothing is
-- estimated from them. In minutes from the start of the slot's own month.
-- Partition: month
-- Kept: no
-- Grain: slot, from_minute
-- Order: slot, from_minute
select
    s.slot,
    greatest(date_diff('minute', cast(s.month || '-01' as timestamp), c.from_at), s.from_minute) as from_minute,
    least(date_diff('minute', cast(s.month || '-01' as timestamp), c.to_at), s.to_minute) as to_minute
from energy.register_check as c
inner join energy.series_slot as s on c.meter_id = s.meter_id
where
    c.disagrees
    and date_diff('minute', cast(s.month || '-01' as timestamp), c.from_at) < s.to_minute
    and date_diff('minute', cast(s.month || '-01' as timestamp), c.to_at) > s.from_minute
