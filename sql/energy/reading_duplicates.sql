-- How many readings of each file only repeat, in this month, what was delivered before.
-- Partition: month
-- Grain: file_id
-- Order: file_id
select
    file_id,
    count(*) as rows_duplicate
from energy.ranked_readings
where is_duplicate
group by file_id
