-- The masking study: for each mask and method, what the estimate gave and what had really been measured. size_minutes is the
-- size of the gap, the next of 15, 30, 60, … minutes.
-- Partition: month
-- Grain: slot, mask_no, method
-- Order: slot, mask_no, method
with masks as (
    select
        l.slot,
        l.mask_no,
        l.method,
        max(l.run_to_minute - l.run_from_minute) as run_minutes,
        count(*) as intervals,
        sum(l.true_wh) as true_wh,
        sum(l.energy_wh) as estimated_wh,
        sum(abs(l.energy_wh - l.true_wh)) as absolute_error_wh
    from energy.ladder as l
    where l.mask_no > 0 and l.method is not null
    group by l.slot, l.mask_no, l.method
)
select
    m.month,
    k.slot,
    k.mask_no,
    k.method,
    cast(k.run_minutes as integer) as run_minutes,
    cast(15 * pow(2, greatest(ceil(log2(k.run_minutes / 15.0)), 0)) as integer) as size_minutes,
    cast(k.intervals as integer) as intervals,
    cast(k.true_wh as bigint) as true_wh,
    cast(k.estimated_wh as bigint) as estimated_wh,
    cast(k.absolute_error_wh as bigint) as absolute_error_wh
from masks as k
cross join run.month as m
