-- The issuance ledger as it stands: one line for each range, the latest delivered one.
-- Kept: no
-- Grain: project_code, generation_month, serial_from, serial_to
-- Order: project_code, generation_month, serial_from, serial_to
select
    i.project_code,
    i.generation_month,
    cast(left(i.generation_month, 4) as integer) as generation_year,
    cast(i.serial_from as decimal(38, 0)) as serial_from,
    cast(i.serial_to as decimal(38, 0)) as serial_to,
    i.energy_mwh,
    i.issued_on,
    i.file_id,
    i.line
from parsed.gec_issuances as i
left join staging.repeated_ledger_lines as r
    on r.table_name = 'gec_issuances' and i.file_id = r.file_id and i.line = r.line
where r.file_id is null
