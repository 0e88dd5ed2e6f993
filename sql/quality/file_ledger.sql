-- What became of every delivered file: rows read = loaded + duplicate + quarantined. Reading the file decides part of it;
-- the rest is only known beside the other files: repeats across files, readings without a meter, rows outside validity.
-- rows_loaded is counted in the canonical tables, the other terms are told by the reader and the models, so their sum proves
-- that no row is lost on the way.
-- Master rows that a delivery.yaml creates are not rows of the file and stay out of its ledger.
-- Grain: file_id
-- Order: file_id
with duplicates as (
    select file_id, table_name, sum(rows_duplicate) as rows_duplicate
    from (
        select file_id, 'meter_readings' as table_name, rows_duplicate from energy.reading_duplicates
        union all
        select file_id, table_name, count(*) from staging.repeated_rows group by file_id, table_name
        union all
        select file_id, table_name, count(*) from staging.repeated_meter_rows group by file_id, table_name
    ) as counted
    group by file_id, table_name
),
aside as (
    select file_id, table_name, sum(rows_quarantined) as rows_quarantined
    from (
        select file_id, 'meter_readings' as table_name, count(*) as rows_quarantined
        from energy.set_aside_readings
        group by file_id
        union all
        select file_id, table_name, count(*) from staging.set_aside_rows group by file_id, table_name
        union all
        select file_id, table_name, count(*) from staging.set_aside_meter_rows group by file_id, table_name
    ) as counted
    group by file_id, table_name
)
select
    f.file_id,
    f.sha256,
    f.file_name,
    f.delivery,
    f.table_name,
    f.rows_read,
    cast(coalesce(p.rows_found, 0) - coalesce(d.rows_duplicate, 0) - coalesce(a.rows_quarantined, 0) as bigint) as rows_loaded,
    cast(f.rows_duplicate + coalesce(d.rows_duplicate, 0) as bigint) as rows_duplicate,
    cast(f.rows_quarantined + coalesce(a.rows_quarantined, 0) as bigint) as rows_quarantined,
    f.refused_reason
from lake.files as f
left join staging.parsed_rows as p on f.file_id = p.file_id and f.table_name = p.table_name
left join duplicates as d on f.file_id = d.file_id and f.table_name = d.table_name
left join aside as a on f.file_id = a.file_id and f.table_name = a.table_name
