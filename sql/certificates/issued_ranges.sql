-- The serials that the register issued, by project and generation month: issuance lines that share serials are one range
-- (an island, numbered in order of serials), so that the ranges are disjoint. A reversed or negative line issues nothing.
-- first_issued_on is the earliest day of issue among the lines of the range; lines and lines_mwh tell whether they overlap.
-- Grain: project_code, generation_month, island
-- Order: project_code, generation_month, island
with swept as (
    select
        *,
        max(serial_to) over (
            partition by project_code, generation_month order by serial_from, serial_to
            rows between unbounded preceding and 1 preceding
        ) as reach_before
    from staging.gec_issuances
    where serial_from <= serial_to and serial_from >= 0
),
numbered as (
    select
        *,
        sum(case when reach_before >= serial_from then 0 else 1 end) over (
            partition by project_code, generation_month order by serial_from, serial_to
            rows between unbounded preceding and current row
        ) as island
    from swept
)
select
    project_code,
    generation_month,
    cast(island as bigint) as island,
    min(serial_from) as serial_from,
    max(serial_to) as serial_to,
    min(issued_on) as first_issued_on,
    cast(count(*) as bigint) as lines,
    cast(sum(serial_to - serial_from + 1) as decimal(38, 0)) as lines_mwh
from numbered
group by project_code, generation_month, island
