-- What became of the delivered rows, by table.
select
    table_name,
    count(*) as files,
    count(refused_reason) as files_refused,
    cast(sum(rows_read) as bigint) as rows_read,
    cast(sum(rows_loaded) as bigint) as rows_loaded,
    cast(sum(rows_duplicate) as bigint) as rows_duplicate,
    cast(sum(rows_quarantined) as bigint) as rows_quarantined
from quality.file_ledger
group by table_name
order by table_name
