-- What each green source brings to an interval: net of an on-site project, or the lower end of a direct line.
-- net = generation - min(charge, generation) + floor(discharge x A / B); the storage of a project that is not green, or
-- that names none, returns no green power.
-- Partition: month
-- Kept: no
-- Grain: park_id, minute, project_id
-- Order: park_id, minute, project_id
select
    f.park_id,
    f.minute,
    f.project_id,
    least(f.direct_wh, coalesce(f.line_end_wh, f.direct_wh)) as direct_wh,
    case
        when f.supply_class = 'green' and f.project_id <> ''
            then f.generation_wh - least(f.charge_wh, f.generation_wh)
                + case
                    when f.discharge_wh = 0 or o.charge_wh is null then 0
                    else cast(cast(f.discharge_wh as hugeint) * o.charged_from_own_wh // o.charge_wh as bigint)
                end
        else 0
    end as net_wh
from energy.flow_interval as f
left join energy.storage_origin as o on f.park_id = o.park_id and f.project_id = o.project_id
