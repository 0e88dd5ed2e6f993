-- Every interval of the month that was not valid: why, what had been delivered, and what the ladder puts in its place by
-- itself; energy_wh is null where no step applies. What registers and bills know of it is in energy.fitted_interval.
-- Partition: month
-- Grain: slot, minute
-- Order: slot, minute
select
    m.month,
    l.slot,
    l.minute,
    l.replaces,
    l.delivered_wh,
    l.file_id,
    l.method,
    l.energy_wh,
    greatest(l.run_from_minute, 0) as run_from_minute,
    cast(l.run_to_minute - l.run_from_minute as integer) as run_minutes
from energy.ladder as l
cross join run.month as m
where l.mask_no = 0
