-- Energy of each balance interval by park and project (project '' holds the gate and what names no project).
-- Partition: month
-- Grain: park_id, minute, project_id
-- Order: park_id, minute, project_id
select
    e.park_id,
    case when e.role in ('grid_import', 'grid_export', 'use') then '' else e.project_id end as project_id,
    e.minute - e.minute % e.balance_minutes as minute,
    max(e.supply_class) filter (where e.role not in ('grid_import', 'grid_export', 'use')) as supply_class,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'grid_import'), 0) as bigint) as import_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'grid_export'), 0) as bigint) as export_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'direct_import'), 0) as bigint) as direct_wh,
    cast(sum(e.energy_wh) filter (where e.role = 'line_end') as bigint) as line_end_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'generation'), 0) as bigint) as generation_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'storage_charge'), 0) as bigint) as charge_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'storage_discharge'), 0) as bigint) as discharge_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'use'), 0) as bigint) as use_wh
from energy.interval_energy as e
where
    e.status = 'valid'
    and e.role in (
        'grid_import', 'grid_export', 'direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge', 'use'
    )
group by e.park_id, case when e.role in ('grid_import', 'grid_export', 'use') then '' else e.project_id end,
    e.minute - e.minute % e.balance_minutes
