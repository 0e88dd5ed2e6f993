-- For every delivered file rows read = loaded + duplicate + quarantined, none of them below zero; a file refused whole loads
-- nothing.
-- Severity: critical
-- What to do: look at how the file's reader counts; the figures rest on rows that are not accounted for.
-- 中文: 每个文件：读入行数＝载入＋重复＋隔离，均不小于零；整份拒收的文件没有载入。
-- 处理: 核对该文件读取器的计数；数值所依据的行没有交代。
select
    file_id,
    file_name,
    rows_read,
    rows_loaded,
    rows_duplicate,
    rows_quarantined,
    refused_reason
from quality.file_ledger
where
    rows_read <> rows_loaded + rows_duplicate + rows_quarantined
    or least(rows_loaded, rows_duplicate, rows_quarantined) < 0
    or (refused_reason is not null and rows_loaded > 0)
