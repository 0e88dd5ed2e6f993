-- Every contribution and exclusion comes from a file of the ledger, and belongs to a park and year that has an account.
-- Severity: critical
-- What to do: look at the model that writes the row; evidence that leads nowhere proves nothing.
-- 中文: 每项来源和排除都出自台账中的文件，并属于有账目的园区和年份。
-- 处理: 核对写出该行的模型；无从追溯的证据不能证明任何事。
select
    'evidence.contributions' as evidence,
    c.park_id,
    c.year,
    c.file_id
from evidence.contributions as c
where
    (c.file_id is not null and not exists (select 1 from quality.file_ledger as l where l.file_id = c.file_id))
    or not exists (select 1 from metrics.park_year as y where y.park_id = c.park_id and y.year = c.year)
union all
select
    'certificates.exclusions' as evidence,
    x.park_id,
    x.year,
    x.file_id
from certificates.exclusions as x
where not exists (select 1 from quality.file_ledger as l where l.file_id = x.file_id)
