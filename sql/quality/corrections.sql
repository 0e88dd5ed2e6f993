-- Values in whose place another one counts: both values and both deliveries. Readings and register reads that a later delivery
-- replaced, and what a person set, with two names and a document. interval_end of a register read is its moment.
-- Grain: meter_id, interval_end, place
-- Order: meter_id, interval_end, place
with replaced as (
    select
        meter_id,
        interval_end,
        false as is_register,
        false as is_old,
        place,
        old_value,
        new_value,
        old_file_id,
        new_file_id,
        reason,
        document_sha256,
        author,
        approver
    from energy.reading_corrections
    union all
    select
        meter_id,
        read_at as interval_end,
        true as is_register,
        is_old,
        place,
        old_value,
        new_value,
        old_file_id,
        new_file_id,
        null as reason,
        null as document_sha256,
        null as author,
        null as approver
    from staging.register_corrections
)
select
    c.meter_id,
    c.interval_end,
    cast(row_number() over (
        partition by c.meter_id, c.interval_end order by c.is_register, c.is_old, c.place
    ) as integer) as place,
    cast(c.old_value as decimal(38, 12)) as old_value,
    cast(c.new_value as decimal(38, 12)) as new_value,
    c.old_file_id,
    c.new_file_id,
    o.delivery as old_delivery,
    n.delivery as new_delivery,
    m.park_id,
    c.reason,
    c.document_sha256,
    c.author,
    c.approver
from replaced as c
left join lake.files as o on c.old_file_id = o.file_id
inner join lake.files as n on c.new_file_id = n.file_id
left join (select meter_id, arg_max(park_id, valid_from) as park_id from staging.meters group by meter_id) as m
    on c.meter_id = m.meter_id
