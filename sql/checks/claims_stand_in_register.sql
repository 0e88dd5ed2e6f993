-- What counts for somebody was moved by a legal line: each certificate of a claimed range stands in the register as
-- moved by the line that claims it.
-- Severity: warning
-- What to do: certificates.illegal_moves says why the line moved less; the claim rests on a move before the issue, or the like.
-- 中文: 计入的绿证均由合法的台账行转移：登记簿中由该行记载。
-- 处理: certificates.illegal_moves 说明该行为何只转移了一部分，例如早于核发。
with moved as (
    select
        case when state = 'cancelled' then cancellation_id else trade_id end as ledger_id,
        project_code,
        generation_month,
        serial_from,
        serial_to
    from certificates.register
    where state in ('cancelled', 'assigned', 'pending')
    union
    select
        trade_id as ledger_id,
        project_code,
        generation_month,
        serial_from,
        serial_to
    from certificates.register
    where state = 'cancelled'
),
found as (
    select
        c.project_code,
        c.generation_month,
        c.serial_from,
        c.ledger_id,
        c.mwh,
        sum(
            case
                when m.ledger_id is null then 0
                else least(c.serial_to, m.serial_to) - greatest(c.serial_from, m.serial_from) + 1
            end
        ) as moved_mwh
    from certificates.claimed_ranges as c
    left join moved as m
        on
            c.ledger_id = m.ledger_id
            and c.project_code = m.project_code
            and c.generation_month = m.generation_month
            and c.serial_from <= m.serial_to
            and c.serial_to >= m.serial_from
    group by c.project_code, c.generation_month, c.serial_from, c.ledger_id, c.mwh
)
select *
from found
where moved_mwh <> mwh
