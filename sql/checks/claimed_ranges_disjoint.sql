-- No certificate is claimed twice: sorted by project, month and serial, each claimed range begins after the ends of all
-- before it, whatever park, year or kind they belong to, and counts for the year in which it was generated. Both of two ranges
-- that share a serial are told, for which of them is wrong cannot be known here.
-- Severity: critical
-- What to do: look at the ledger lines of both ranges in certificates.claimed_ranges; one of them must not count.
-- 中文: 任何绿证不得重复计入：同一项目、月份的各计入区间互不重叠，且计入其发电年份。
-- 处理: 核对 certificates.claimed_ranges 中两个区间的台账行，其中一条不得计入。
with swept as (
    select
        *,
        max(serial_to) over (
            partition by project_code, generation_month order by serial_from, serial_to, park_id, kind, ledger_id
            rows between unbounded preceding and 1 preceding
        ) as taken_to,
        lead(serial_from) over (
            partition by project_code, generation_month order by serial_from, serial_to, park_id, kind, ledger_id
        ) as next_from
    from certificates.claimed_ranges
)
select
    project_code,
    generation_month,
    serial_from,
    serial_to,
    park_id,
    year,
    kind,
    ledger_id
from swept
where
    serial_from <= taken_to
    or next_from <= serial_to
    or serial_from < 0
    or serial_to < serial_from
    or mwh <> serial_to - serial_from + 1
    or year <> cast(left(generation_month, 4) as integer)
