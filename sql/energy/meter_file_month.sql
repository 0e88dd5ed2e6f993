-- What each meter gave in the month by the file it came from: the leaves of every electricity figure.
-- Partition: month
-- Grain: meter_id, first_day, file_id
-- Order: meter_id, first_day, file_id
select
    m.month,
    e.meter_id,
    e.first_day,
    e.park_id,
    e.role,
    e.project_id,
    e.file_id,
    count(*) as intervals_valid,
    cast(sum(e.energy_wh) as bigint) as energy_wh
from energy.interval_energy as e
cross join run.month as m
where e.status = 'valid'
group by m.month, e.meter_id, e.first_day, e.park_id, e.role, e.project_id, e.file_id
