-- What each meter of a park gave in a month, by the file it came from or by the step of the ladder that put it in, in MWh
-- (heat in kJ x 10^-6).
-- Kept: no
-- Grain: park_id, year, month, role, supply_class, project_id, source_id, file_id
-- Order: park_id, year, month, role, supply_class, project_id, source_id, file_id
select
    f.park_id,
    cast(left(f.month, 4) as integer) as year,
    f.month,
    f.role,
    k.supply_class,
    f.project_id,
    case when f.method is null then 'meter' else 'estimate' end as source_kind,
    f.meter_id || coalesce(':' || f.method, '') as source_id,
    f.file_id,
    case when f.method is not null then 'Intervals that were not validly measured, by this step of the estimation ladder.' end
        as sentence,
    sum(f.energy_wh) * cast(0.000001 as decimal(7, 6)) as energy_mwh
from energy.meter_file_month as f
inner join energy.month_meters as k on f.month = k.month and f.slot = k.slot
group by f.park_id, f.month, f.role, k.supply_class, f.project_id, f.meter_id, f.method, f.file_id
