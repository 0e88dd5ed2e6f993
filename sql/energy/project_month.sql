-- Generation, storage and line energy of each project in the month. charged_from_own_wh is A and charge_wh is B of the
-- storage origin: the part of the charge that the project's own generation covered in the same interval.
-- Partition: month
-- Grain: park_id, project_id
-- Order: park_id, project_id
with sums as (
    select
        source_no,
        cast(sum(generation_wh) as bigint) as generation_wh,
        cast(sum(line_end_wh) as bigint) as line_end_wh,
        cast(sum(least(direct_wh, coalesce(line_end_wh, direct_wh))) as bigint) as direct_wh,
        cast(sum(charge_wh) as bigint) as charge_wh,
        cast(sum(discharge_wh) as bigint) as discharge_wh,
        cast(sum(least(charge_wh, generation_wh)) as bigint) as charged_from_own_wh
    from energy.flow_interval
    group by source_no
),
sources as (
    select source_no, park_id, max(project_id) as project_id, max(supply_class) as supply_class
    from energy.month_meters
    where role in ('direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge')
    group by source_no, park_id
)
select
    m.month,
    n.park_id,
    n.project_id,
    n.supply_class,
    s.* exclude (source_no)
from sums as s
inner join sources as n on s.source_no = n.source_no
cross join run.month as m
