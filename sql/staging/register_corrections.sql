-- Register reads that a later delivery, or a later row, replaced by another value: both values and both files. Those that
-- came among the readings of a month are in energy.reading_corrections.
-- Grain: meter_id, read_at, is_old, place
-- Order: meter_id, read_at, is_old, place
select
    meter_id,
    read_at,
    is_old,
    place,
    old_value,
    value as new_value,
    old_file_id,
    file_id as new_file_id
from staging.repeated_registers
where is_correction and not (is_reading and old_is_reading)
