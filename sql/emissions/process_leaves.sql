-- One leaf per process output: tCO2 = product x factor, own use included, rounded half up to 6 decimals (annex 4, three).
-- Grain: file_id, line
-- Order: file_id, line
select
    r.file_id,
    r.line,
    r.park_id,
    r.month,
    r.year,
    r.enterprise_id,
    r.product,
    r.quantity_t,
    r.factor_tco2_per_t,
    r.factor_source,
    r.document_id,
    cast(round(
        cast(r.quantity_t as decimal(38, 9)) * cast(r.factor_tco2_per_t as decimal(18, 6)), 6
    ) as decimal(38, 6)) as emission_tco2
from staging.process_rows as r
where r.stands and r.reason is null
