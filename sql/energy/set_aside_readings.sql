-- Readings of the month that no meter of the master accounts for, or that stand off their meter's grid: quarantined.
-- Partition: month
-- Grain: file_id, meter_id, interval_end
-- Order: file_id, meter_id, interval_end, value
select
    e.file_id,
    e.meter_id,
    e.interval_end,
    e.value,
    case
        when e.status = 'off_grid' then 'off_grid'
        when exists (
                select 1
                from staging.meters as m
                where m.meter_id = e.meter_id and m.park_id not in (select k.park_id from staging.parks as k)
            ) then 'unknown_park'
        when exists (select 1 from staging.meters as m where m.meter_id = e.meter_id) then 'outside_validity'
        else 'unknown_meter'
    end as reason
from energy.read_interval as e
where e.status in ('no_valid_meter', 'off_grid')
