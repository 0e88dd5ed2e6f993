-- Rows that could not be read from their file: a number that is none, a date that does not exist, a cell too many.
-- Grain: file_id, table_name, line, reason
-- Order: file_id, table_name, line, reason, raw
select file_id, table_name, line, raw, reason, sentence
from parsed.quarantine
