-- No certificate is claimed twice: sorted by project, month and serial, each claimed range begins after the ends of all
-- before it, whatever park, year or kind they belong to, and counts for the year in which it was generated.
-- Severity: critical
-- What to do: look at the ledger lines of both ranges in certificates.claimed_ranges; one of them must not count.
with swept as (
    select
        *,
        max(serial_to) over (
            partition by project_code, generation_month order by serial_from, serial_to, park_id, kind, ledger_id
            rows between unbounded preceding and 1 preceding
        ) as taken_to
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
    or serial_from < 0
    or serial_to < serial_from
    or mwh <> serial_to - serial_from + 1
    or year <> cast(left(generation_month, 4) as integer)
