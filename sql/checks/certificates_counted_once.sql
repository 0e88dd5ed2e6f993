-- No certificate counts twice: over all parks, years and terms the ranges that give energy do not overlap.
-- The source of a certificate contribution is ledger_id:project_code/generation_month/serial_from-serial_to. All that overlap
-- are told, for which of two parks is wrong cannot be known here.
-- Severity: critical
-- What to do: look at the two ledger lines that hold the range; one of them must be in certificates.exclusions.
-- 中文: 任何绿证只计一次：各园区、年份、用途的计入区间互不重叠。
-- 处理: 核对持有该区间的两条台账行，其中一条须在 certificates.exclusions 中。
with ranges as (
    select
        park_id,
        year,
        term,
        source_id,
        regexp_extract(source_id, '([^:]*/[0-9]{4}-[0-9]{2})/([0-9]+)-([0-9]+)$', 1) as series,
        try_cast(regexp_extract(source_id, '([^:]*/[0-9]{4}-[0-9]{2})/([0-9]+)-([0-9]+)$', 2) as decimal(38, 0)) as serial_from,
        try_cast(regexp_extract(source_id, '([^:]*/[0-9]{4}-[0-9]{2})/([0-9]+)-([0-9]+)$', 3) as decimal(38, 0)) as serial_to
    from evidence.contributions
    where source_kind = 'certificate' and term in ('green_trade_mwh', 'gec_mwh') and energy_mwh > 0
),
ordered as (
    select
        *,
        max(serial_to) over (
            partition by series order by serial_from, serial_to, park_id, year, term
            rows between unbounded preceding and 1 preceding
        ) as taken_to,
        lead(serial_from) over (partition by series order by serial_from, serial_to, park_id, year, term) as next_from
    from ranges
)
select
    park_id,
    year,
    term,
    source_id
from ordered
where serial_from is null or serial_to is null or serial_to < serial_from or serial_from <= taken_to or next_from <= serial_to
