-- Readings that a later delivery replaced by another value: both values and both deliveries.
-- Grain: meter_id, interval_end, place
-- Order: meter_id, interval_end, place
select
    c.meter_id,
    c.interval_end,
    c.place,
    cast(c.old_value as decimal(38, 12)) as old_value,
    cast(c.new_value as decimal(38, 12)) as new_value,
    c.old_file_id,
    c.new_file_id,
    o.delivery as old_delivery,
    n.delivery as new_delivery,
    m.park_id
from energy.reading_corrections as c
inner join lake.files as o on c.old_file_id = o.file_id
inner join lake.files as n on c.new_file_id = n.file_id
left join (select meter_id, arg_max(park_id, valid_from) as park_id from staging.meters group by meter_id) as m
    on c.meter_id = m.meter_id
