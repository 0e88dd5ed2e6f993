-- The recognised amounts as they stand: one row for each enterprise, year and scope, the latest delivered one.
-- Kept: no
-- Grain: enterprise_id, year, scope
-- Order: enterprise_id, year, scope
select
    g.enterprise_id,
    cast(g.year as integer) as year,
    g.scope,
    g.recognised_mwh,
    g.document_id,
    g.file_id,
    g.line
from parsed.gec_recognition as g
left join staging.repeated_ledger_lines as r
    on r.table_name = 'gec_recognition' and g.file_id = r.file_id and g.line = r.line
where r.file_id is null
