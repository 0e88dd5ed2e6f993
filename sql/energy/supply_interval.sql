-- What each green source brings to an interval: net of an on-site project, or the lower end of a direct line.
-- net = generation - min(charge, generation) + floor(discharge x A / B); the storage of a project that is not green, or
-- that names none, returns no green power.
-- Partition: month
-- Kept: no
-- Grain: source_no, minute
-- Order: source_no, minute
with sources as (
    select
        k.source_no,
        bool_or(k.supply_class = 'green' and k.project_id <> '') as is_green,
        max(k.supply_class) as supply_class,
        max(o.charged_from_own_wh) as charged_from_own_wh,
        max(o.charge_wh) as charge_wh
    from energy.month_meters as k
    left join energy.storage_origin as o on k.park_id = o.park_id and k.project_id = o.project_id
    where k.role in ('direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge')
    group by k.source_no
)
select
    f.park_no,
    f.source_no,
    f.minute,
    f.generation_wh,
    case when s.supply_class = 'recovered' then f.generation_wh else 0 end as recovered_wh,
    case when s.supply_class = 'fossil' then f.generation_wh else 0 end as fossil_wh,
    f.charge_wh,
    f.discharge_wh,
    least(f.direct_wh, coalesce(f.line_end_wh, f.direct_wh)) as direct_wh,
    case
        when not s.is_green then 0
        when f.discharge_wh = 0 or s.charge_wh is null then f.generation_wh - least(f.charge_wh, f.generation_wh)
        else f.generation_wh - least(f.charge_wh, f.generation_wh)
            + cast(cast(f.discharge_wh as hugeint) * s.charged_from_own_wh // s.charge_wh as bigint)
    end as net_wh
from energy.flow_interval as f
inner join sources as s on f.source_no = s.source_no
