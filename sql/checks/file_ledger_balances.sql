-- For every delivered file rows read = loaded + duplicate + quarantined.
-- Severity: critical
-- What to do: look at how the file's reader counts; the figures rest on rows that are not accounted for.
select
    file_id,
    file_name,
    rows_read,
    rows_loaded,
    rows_duplicate,
    rows_quarantined
from quality.file_ledger
where rows_read <> rows_loaded + rows_duplicate + rows_quarantined
