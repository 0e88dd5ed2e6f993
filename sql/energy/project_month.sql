-- Generation, storage and line energy of each project in the month. charged_from_own_wh is A and charge_wh is B of the
-- storage origin: the part of the charge that the project's own generation covered in the same interval.
-- Partition: month
-- Grain: park_id, project_id
-- Order: park_id, project_id
select
    m.month,
    f.park_id,
    f.project_id,
    max(f.supply_class) as supply_class,
    cast(sum(f.generation_wh) as bigint) as generation_wh,
    cast(sum(f.line_end_wh) as bigint) as line_end_wh,
    cast(sum(least(f.direct_wh, coalesce(f.line_end_wh, f.direct_wh))) as bigint) as direct_wh,
    cast(sum(f.charge_wh) as bigint) as charge_wh,
    cast(sum(f.discharge_wh) as bigint) as discharge_wh,
    cast(sum(least(f.charge_wh, f.generation_wh)) as bigint) as charged_from_own_wh
from energy.flow_interval as f
cross join run.month as m
group by m.month, f.park_id, f.project_id
