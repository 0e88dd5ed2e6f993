-- What was noticed, by code. A row is a code and its severity; the single findings are in quality.findings.
-- 中文: 发现了哪些问题？
-- Columns:
-- findings: Findings of that code. [1]
-- parks: Parks they are about. [1]
-- first_month: First month they are about; empty where they are about whole years.
-- last_month: Last month they are about.
-- example: One of them in words.
select
    severity,
    code,
    count(*) as findings,
    count(distinct park_id) as parks,
    min(month) as first_month,
    max(month) as last_month,
    min(sentence) as example
from quality.findings
group by severity, code
order by case severity when 'fail' then 1 when 'warn' then 2 else 3 end, code
