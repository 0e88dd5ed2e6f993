-- Energy of each source in each balance interval: a project's generation, its line at the park's and at the far end, its
-- storage. Sources are the projects with meters in the month, one for each row of their master; project '' holds meters
-- that name none.
-- Partition: month
-- Kept: no
-- Grain: source_no, minute
-- Order: source_no, minute
select
    e.park_no,
    e.source_no,
    e.balance_minute as minute,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'direct_import'), 0) as bigint) as direct_wh,
    cast(sum(e.energy_wh) filter (where e.role = 'line_end') as bigint) as line_end_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'generation'), 0) as bigint) as generation_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'storage_charge'), 0) as bigint) as charge_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'storage_discharge'), 0) as bigint) as discharge_wh
from energy.interval_energy as e
where
    e.role in ('direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge')
group by e.park_no, e.source_no, e.balance_minute
