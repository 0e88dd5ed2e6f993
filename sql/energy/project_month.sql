-- Generation, storage and line energy of each project in the month. charged_from_own_wh is A and charge_wh is B of the
-- storage origin: the part of the charge that the project's own generation covered in the same interval, while green.
-- green_onsite_wh, green_direct_wh: its generation inside the gate, and what its line brought, while the project was green;
-- green_line_loss_wh: what the far end sent beyond that. line_excess_wh: what the park's end shows beyond the far end.
-- Partition: month
-- Grain: park_id, project_id
-- Order: park_id, project_id
with classes as (
    select
        source_no,
        park_id,
        project_id,
        max(case when supply_class = 'green' and project_id <> '' then 1 else 0 end) = 1 as is_green,
        max(supply_class) as supply_class,
        max(case when role = 'direct_import' then 1 else 0 end) = 1 as has_park_end,
        max(case when role = 'line_end' then 1 else 0 end) = 1 as has_far_end
    from energy.month_meters
    where role in ('direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge')
    group by source_no, park_id, project_id
),
sums as (
    select
        source_no,
        sum(generation_wh) as generation_wh,
        sum(line_end_wh) as line_end_wh,
        sum(least(direct_wh, coalesce(line_end_wh, direct_wh))) as direct_wh,
        sum(direct_wh) as park_end_wh,
        sum(coalesce(line_end_wh, direct_wh)) as sent_wh,
        sum(charge_wh) as charge_wh,
        sum(discharge_wh) as discharge_wh,
        sum(least(charge_wh, generation_wh)) as charged_from_own_wh
    from energy.flow_interval
    group by source_no
)
select
    m.month,
    c.park_id,
    c.project_id,
    case when bool_or(c.is_green) then 'green' else max(c.supply_class) end as supply_class,
    bool_or(c.has_park_end) as has_park_end,
    bool_or(c.has_far_end) as has_far_end,
    cast(sum(s.generation_wh) as bigint) as generation_wh,
    cast(sum(s.line_end_wh) as bigint) as line_end_wh,
    cast(sum(s.direct_wh) as bigint) as direct_wh,
    cast(sum(s.park_end_wh - s.direct_wh) as bigint) as line_excess_wh,
    cast(sum(s.charge_wh) as bigint) as charge_wh,
    cast(sum(s.discharge_wh) as bigint) as discharge_wh,
    cast(sum(case when c.is_green then s.charged_from_own_wh else 0 end) as bigint) as charged_from_own_wh,
    cast(sum(case when c.is_green then s.generation_wh else 0 end) as bigint) as green_onsite_wh,
    cast(sum(case when c.is_green then s.direct_wh else 0 end) as bigint) as green_direct_wh,
    cast(sum(case when c.is_green then s.sent_wh - s.direct_wh else 0 end) as bigint) as green_line_loss_wh
from sums as s
inner join classes as c on s.source_no = c.source_no
cross join run.month as m
group by m.month, c.park_id, c.project_id
