-- The cancellation ledger as it stands: one line for each cancellation_id, the latest delivered one.
-- Kept: no
-- Grain: cancellation_id
-- Order: cancellation_id
select
    c.cancellation_id,
    c.cancelled_on,
    c.project_code,
    c.generation_month,
    cast(left(c.generation_month, 4) as integer) as generation_year,
    cast(c.serial_from as decimal(38, 0)) as serial_from,
    cast(c.serial_to as decimal(38, 0)) as serial_to,
    c.beneficiary_enterprise_id,
    c.use_park_id,
    c.file_id,
    c.line
from parsed.gec_cancellations as c
left join staging.repeated_ledger_lines as r
    on r.table_name = 'gec_cancellations' and c.file_id = r.file_id and c.line = r.line
where r.file_id is null
