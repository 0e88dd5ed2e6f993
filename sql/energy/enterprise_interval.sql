-- Use and own import of each enterprise: use per interval of the shares, import per interval of the balance.
-- Partition: month
-- Kept: no
-- Grain: user_no, role, minute
-- Order: user_no, role, minute
select
    e.park_no,
    e.user_no,
    e.role,
    case when e.role = 'use' then e.share_minute else e.balance_minute end as minute,
    cast(sum(e.energy_wh) as bigint) as energy_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.is_conservative), 0) as bigint) as conservative_wh
from energy.interval_energy as e
where
    (e.role = 'use' or (e.role = 'grid_import' and e.slot in (select slot from energy.month_meters where enterprise_id is not null)))
group by e.park_no, e.user_no, e.role, case when e.role = 'use' then e.share_minute else e.balance_minute end
