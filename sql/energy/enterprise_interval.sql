-- Use and own import of each enterprise per interval of share (use) and of the balance (import).
-- Partition: month
-- Grain: park_id, minute, enterprise_id, role
-- Order: park_id, minute, enterprise_id, role
select
    e.park_id,
    coalesce(e.enterprise_id, '') as enterprise_id,
    e.role,
    case when e.role = 'use' then e.minute - e.minute % e.share_minutes else e.minute - e.minute % e.balance_minutes end as minute,
    cast(sum(e.energy_wh) as bigint) as energy_wh
from energy.interval_energy as e
where e.status = 'valid' and (e.role = 'use' or (e.role = 'grid_import' and e.enterprise_id is not null))
group by e.park_id, coalesce(e.enterprise_id, ''), e.role,
    case when e.role = 'use' then e.minute - e.minute % e.share_minutes else e.minute - e.minute % e.balance_minutes end
