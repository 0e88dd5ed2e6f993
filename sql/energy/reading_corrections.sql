-- Values of the month that a later delivery replaced: both stay, the later one counts.
-- Partition: month
-- Grain: meter_id, interval_end, place
-- Order: meter_id, interval_end, place
select
    meter_id,
    interval_end,
    cast(place as integer) as place,
    old_value,
    value as new_value,
    old_file_id,
    file_id as new_file_id
from energy.ranked_readings
where is_correction
