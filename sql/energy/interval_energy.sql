-- The energy of every interval of the month that counts: what was validly measured, and what stands in for the rest.
-- A stretch of readings that its register contradicts is here as its estimate.
-- Partition: month
-- Kept: no
-- Grain: slot, minute
-- Order: slot, minute
with contradicted as (
    select slot, minute
    from energy.estimated_interval
    where replaces = 'register_sum'
),
counted as (
    select i.slot, i.minute, i.energy_wh, false as is_conservative
    from energy.measured_interval as i
    left join contradicted as c on i.slot = c.slot and i.minute = c.minute
    where i.status = 'valid' and c.slot is null
    union all
    select e.slot, e.minute, e.energy_wh, e.method = 'conservative' as is_conservative
    from energy.estimated_interval as e
    where e.energy_wh is not null
)
select
    c.slot,
    k.park_no,
    k.source_no,
    k.user_no,
    cast(k.role as enum(
        'grid_import', 'grid_export', 'direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge',
        'use', 'heat_import', 'heat_export', 'curtailment', 'auxiliary', 'resale', 'check', 'outside'
    )) as role,
    c.minute,
    c.minute - c.minute % k.balance_minutes as balance_minute,
    c.minute - c.minute % k.share_minutes as share_minute,
    c.energy_wh,
    c.is_conservative
from counted as c
inner join energy.month_meters as k on c.slot = k.slot
