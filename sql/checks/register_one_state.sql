-- Every certificate of the register is in exactly one state on every day from its first on: ranges share no serial, and
-- the states of a range follow one another without a gap and never end.
-- Severity: critical
-- What to do: look at the ledger lines of the range (trade_id, cancellation_id) and at sql/certificates/register_moves.sql.
-- 中文: 登记簿中每张绿证自首日起每天有且只有一个状态：区间互不重叠，状态首尾相接、永不中断。
-- 处理: 核对该区间的台账行（trade_id、cancellation_id）及 sql/certificates/register_moves.sql。
with ordered as (
    select
        *,
        lag(serial_from) over series as serial_before,
        lag(serial_to) over series as end_before,
        lag(valid_to) over series as day_before,
        lead(serial_from) over series as serial_after,
        max(serial_to) over (
            partition by project_code, generation_month order by serial_from, valid_from
            rows between unbounded preceding and 1 preceding
        ) as reach_before
    from certificates.register
    window series as (partition by project_code, generation_month order by serial_from, valid_from)
)
select
    project_code,
    generation_month,
    serial_from,
    serial_to,
    state,
    valid_from,
    valid_to
from ordered
where
    serial_to < serial_from
    or valid_to < valid_from
    or (serial_before = serial_from and (end_before <> serial_to or valid_from <> day_before + 1))
    or (serial_before < serial_from and reach_before >= serial_from)
    or (coalesce(serial_after <> serial_from, true) and valid_to <> date '9999-12-31')
