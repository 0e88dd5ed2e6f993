-- Which certificates do not count, and why. A row is a park, year and reason; the single lines are in certificates.exclusions.
-- 中文: 哪些绿证未计入，为什么？
-- Columns:
-- lines: Ledger lines that the reason keeps out, in whole or in part. [1]
-- mwh: Certificates that do not count for this reason. [MWh]
-- example: What is said of one of these lines.
select
    park_id,
    year,
    reason,
    count(distinct ledger_id) as lines,
    cast(sum(mwh) as decimal(38, 6)) as mwh,
    min(sentence) as example
from certificates.exclusions
group by park_id, year, reason
order by park_id asc, year asc, mwh desc, reason asc
