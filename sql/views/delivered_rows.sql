-- What became of the delivered rows. A row is a table of the deliveries; the single files are in quality.file_ledger.
-- 中文: 报送的文件与数据行去了哪里？
-- Columns:
-- files: Files of the table. [1]
-- files_refused: Files that were refused whole. [1]
-- rows_read: Rows in them; the sum of the three that follow. [row]
-- rows_loaded: Rows that are used. [row]
-- rows_duplicate: Rows that say again what is known. [row]
-- rows_quarantined: Rows set aside, each with its reason in quality.quarantine. [row]
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
