-- Every contribution, exclusion, claimed range, estimate of a delivered value and correction comes from a file of the ledger, and a
-- contribution belongs to a park and year that has an account.
-- Severity: critical
-- What to do: look at the model that writes the row; evidence that leads nowhere proves nothing.
-- 中文: 每项来源和排除都出自台账中的文件，并属于有账目的园区和年份。
-- 处理: 核对写出该行的模型；无从追溯的证据不能证明任何事。
with named as (
    select 'evidence.contributions' as evidence, park_id, year, file_id from evidence.contributions
    union all
    select 'certificates.exclusions', park_id, year, file_id from certificates.exclusions
    union all
    select 'certificates.claimed_ranges', park_id, year, file_id from certificates.claimed_ranges
    union all
    select 'quality.estimates', park_id, year(interval_start), file_id from quality.estimates
    union all
    select 'quality.corrections', park_id, year(interval_end), unnest([old_file_id, new_file_id]) from quality.corrections
)
select distinct
    n.evidence,
    n.park_id,
    n.year,
    n.file_id
from named as n
left join quality.file_ledger as l on n.file_id = l.file_id
where n.file_id is not null and l.file_id is null
union all
select distinct
    'evidence.contributions' as evidence,
    c.park_id,
    c.year,
    c.file_id
from evidence.contributions as c
left join metrics.park_year as y on c.park_id = y.park_id and c.year = y.year
where y.park_id is null
