-- The masking study: for each mask and method, what the estimate gave and what had really been measured.
-- Partition: month
-- Grain: slot, mask_no, method
-- Order: slot, mask_no, method
select
    m.month,
    l.slot,
    l.mask_no,
    l.method,
    cast(max(l.run_to_minute - l.run_from_minute) as integer) as run_minutes,
    cast(count(*) as integer) as intervals,
    cast(sum(l.true_wh) as bigint) as true_wh,
    cast(sum(l.energy_wh) as bigint) as estimated_wh,
    cast(sum(abs(l.energy_wh - l.true_wh)) as bigint) as absolute_error_wh
from energy.ladder as l
cross join run.month as m
where l.mask_no > 0 and l.method is not null
group by m.month, l.slot, l.mask_no, l.method
