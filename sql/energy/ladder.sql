-- The step of the ladder that each gap interval takes, and its estimate; null where none applies and the gap stays open.
-- Partition: month
-- Kept: no
-- Grain: slot, minute, mask_no
-- Order: slot, minute, mask_no
select
    g.slot,
    g.series_no,
    g.interval_minutes,
    g.minute,
    g.mask_no,
    g.run_from_minute,
    g.run_to_minute,
    g.replaces,
    g.delivered_wh,
    g.file_id,
    g.true_wh,
    case
        when e.step = 1 then 'alternate'
        when e.step = 2 then 'linear'
        when e.step = 3 then 'like_day'
        when c.slot is not null then 'conservative'
    end as method,
    coalesce(e.energy_wh, c.energy_wh) as energy_wh
from energy.gap_interval as g
left join energy.sound_estimate as e on g.slot = e.slot and g.minute = e.minute and g.mask_no = e.mask_no
left join energy.conservative_estimate as c on g.slot = c.slot and g.minute = c.minute and g.mask_no = c.mask_no
