-- Every interval of the month that was not valid: why, what had been delivered, and what stands in its place by which
-- method of the ladder; energy_wh is null where nothing does.
-- Partition: month
-- Grain: slot, minute
-- Order: slot, minute
select
    g.month,
    g.slot,
    g.minute,
    g.replaces,
    g.delivered_wh,
    g.file_id,
    coalesce(f.method, g.method) as method,
    coalesce(f.energy_wh, g.energy_wh) as energy_wh,
    g.run_from_minute,
    g.run_minutes
from energy.gap_estimate as g
left join energy.fitted_interval as f on g.slot = f.slot and g.minute = f.minute
