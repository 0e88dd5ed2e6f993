-- The energy of every interval of the month that counts: what was validly measured, and what stands in for the rest.
-- method is null for measured values. A stretch of readings that its register contradicts is here as its estimate.
-- Partition: month
-- Kept: no
-- Grain: slot, minute
-- Order: slot, minute
with counted as (
    select i.slot, i.minute, i.energy_wh, i.source, i.file_id, null as method
    from energy.measured_interval as i
    where
        i.status = 'valid'
        and not exists (
            select 1
            from energy.estimated_interval as e
            where e.replaces = 'register_sum' and e.slot = i.slot and e.minute = i.minute
        )
    union all
    select e.slot, e.minute, e.energy_wh, 'estimate' as source, null as file_id, e.method
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
    c.source,
    c.method,
    c.file_id
from counted as c
inner join energy.month_meters as k on c.slot = k.slot
