-- The last step of the ladder: of the valid values at the same time of day in the 90 days before, the one that cannot help
-- the claim of the park. Imports, charging, own use of plants, resale and curtailment take the highest; generation, direct
-- supply, discharge, heat that leaves, and use (it caps certificates) the lowest; where the import follows from use, use takes
-- the highest. Exports take the highest, because exported green power is not used; of a park whose own generation is all
-- fossil the lowest, because it earns a credit; with both kinds there is no safe side and the gap stays open.
-- A value above the capacity, or that would be a spike among the valid ones of its day, is passed over. Days that a mask
-- covers do not stand in for it, nor what a register contradicts.
-- Partition: month
-- Kept: no
-- Around: energy.measured_interval -3 +0
-- Grain: slot, minute, mask_no
-- Order: slot, minute, mask_no
with kinds as (
    select
        park_id,
        bool_or(role = 'generation' and supply_class = 'fossil') as has_fossil,
        bool_or(role = 'direct_import' or (role = 'generation' and supply_class <> 'fossil')) as has_other
    from energy.month_meters
    group by park_id
),
needed as materialized (
    select
        g.slot,
        g.series_no,
        g.minute,
        g.mask_no,
        k.has_profile,
        k.capacity_limit_wh,
        case when g.mask_no > 0 then floor(g.run_from_minute / 1440.0) end as mask_first_day,
        case
            when k.role = 'grid_export' and s.has_fossil and s.has_other then null
            when k.role = 'grid_export' and s.has_fossil then 'lowest'
            when k.role = 'use' and k.boundary_from_use then 'highest'
            when k.role in ('generation', 'direct_import', 'line_end', 'storage_discharge', 'heat_export', 'use') then 'lowest'
            else 'highest'
        end as side
    from energy.gap_interval as g
    inner join energy.month_meters as k on g.slot = k.slot
    inner join kinds as s on k.park_id = s.park_id
    left join energy.sound_estimate as e on g.slot = e.slot and g.minute = e.minute and g.mask_no = e.mask_no
    where e.slot is null
),
wanted as (
    select series_no, minute % 1440 as day_minute, min(minute // 1440) as first_day, max(minute // 1440) as last_day
    from needed
    group by series_no, minute % 1440
),
places as materialized (
    select s.slot, s.start_minute, w.*
    from wanted as w
    inner join energy.series_slot as s on w.series_no = s.series_no
),
past as materialized (
    select
        w.series_no,
        w.day_minute,
        (i.minute + w.start_minute - w.day_minute) // 1440 as day,
        i.energy_wh
    from energy.measured_interval as i
    inner join places as w on i.slot = w.slot and i.minute % 1440 = w.day_minute
    left join energy.contradicted_stretch as c on i.slot = c.slot and i.minute >= c.from_minute and i.minute < c.to_minute
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    where
        i.status = 'valid'
        and i.source in ('reading', 'sender_estimate', 'register', 'edit')
        and (i.minute + w.start_minute - w.day_minute) // 1440 between w.first_day - p.conservative_days and w.last_day - 1
        and c.slot is null
),
limits as materialized (
    -- Of two valid values of the day the higher, or what the lower one lets pass for no spike; never above the capacity.
    select
        n.slot,
        n.minute // 1440 as day,
        least(
            coalesce(max(n.capacity_limit_wh), 9223372036854775807),
            case
                when bool_or(n.has_profile and v.highest_wh[2] > 0)
                    then greatest(max(v.highest_wh[1]), floor((1 + max(p.spike_excess_factor)) * max(v.highest_wh[2])))
                else 9223372036854775807
            end
        ) as limit_wh
    from needed as n
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    left join energy.meter_day as v on n.slot = v.slot and m.first_day + n.minute // 1440 = v.day
    group by n.slot, n.minute // 1440
),
offered as (
    select
        n.slot,
        n.minute,
        n.mask_no,
        n.minute // 1440 as day,
        n.has_profile,
        case when n.side = 'highest' then max(v.energy_wh) else min(v.energy_wh) end as energy_wh
    from needed as n
    cross join run.month as m
    inner join run.params as p on year(m.first_day) = p.year
    inner join past as v
        on n.series_no = v.series_no and n.minute % 1440 = v.day_minute
            and v.day < coalesce(n.mask_first_day, n.minute // 1440) and v.day >= n.minute // 1440 - p.conservative_days
    inner join limits as l on n.slot = l.slot and n.minute // 1440 = l.day and v.energy_wh <= l.limit_wh
    where n.side is not null
    group by n.slot, n.minute, n.mask_no, n.side, n.has_profile
),
days as (
    select o.slot, o.mask_no, o.day, max(o.energy_wh, 3) as offered_wh
    from offered as o
    group by o.slot, o.mask_no, o.day
),
judged as (
    select
        o.*,
        list_reverse_sort(list_concat(d.offered_wh, coalesce(v.highest_wh, [])))[1:3] as highest_wh
    from offered as o
    inner join days as d on o.slot = d.slot and o.mask_no = d.mask_no and o.day = d.day
    cross join run.month as m
    left join energy.meter_day as v on o.slot = v.slot and m.first_day + o.day = v.day
)
select j.slot, j.minute, j.mask_no, j.energy_wh
from judged as j
cross join run.month as m
inner join run.params as p on year(m.first_day) = p.year
where
    not (
        j.has_profile
        and len(j.highest_wh) = 3
        and j.highest_wh[3] > 0
        and j.energy_wh = j.highest_wh[1]
        and j.highest_wh[1] - j.highest_wh[3] > p.spike_excess_factor * j.highest_wh[3]
    )
