-- What passes the park's gate in each balance interval, and what its enterprises use; *_conservative_wh: the part of it that
-- the last step of the estimation ladder put in.
-- Partition: month
-- Kept: no
-- Grain: park_no, minute
-- Order: park_no, minute
select
    e.park_no,
    e.balance_minute as minute,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'grid_import'), 0) as bigint) as import_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'grid_import' and e.is_conservative), 0) as bigint)
        as import_conservative_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'grid_export'), 0) as bigint) as export_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'use'), 0) as bigint) as use_wh,
    cast(coalesce(sum(e.energy_wh) filter (where e.role = 'use' and e.is_conservative), 0) as bigint) as use_conservative_wh
from energy.interval_energy as e
where e.role in ('grid_import', 'grid_export', 'use')
group by e.park_no, e.balance_minute
