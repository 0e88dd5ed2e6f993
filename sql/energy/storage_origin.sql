-- The green share A / B of what the storage of a green on-site project discharges this month: A of the month over B of
-- the month; without any charge, that of the last month that had one; never charged: 0.
-- Partition: month
-- History: energy.project_month
-- Grain: park_id, project_id
-- Order: park_id, project_id
select
    p.park_id,
    p.project_id,
    cast(arg_max(p.charged_from_own_wh, p.month) filter (where p.charge_wh > 0) as bigint) as charged_from_own_wh,
    cast(arg_max(p.charge_wh, p.month) filter (where p.charge_wh > 0) as bigint) as charge_wh
from energy.project_month as p
where p.project_id <> '' and p.supply_class = 'green'
group by p.park_id, p.project_id
having bool_or(p.charge_wh > 0)
