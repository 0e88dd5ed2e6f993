-- Ledger lines that break rule 1 by naming a serial that another line of the same table names, each with one such
-- line: of those that begin before it the one that reaches furthest, else the next one. Only lines of rule 1 are
-- sorted, since the other line of an overlap breaks it too, as an overlap or as a range with negative serials.
-- Kept: no
-- Grain: table_name, ledger_id
-- Order: table_name, ledger_id
with lines as (
    select
        'gec_trades' as table_name,
        trade_id as ledger_id,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        broken_rule
    from certificates.trade_lines
    where broken_rule is not null and count_mwh > 0
    union all
    select
        'gec_cancellations' as table_name,
        cancellation_id as ledger_id,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        broken_rule
    from certificates.cancellation_lines
    where broken_rule is not null and count_mwh > 0
),
reached as (
    select
        *,
        max(serial_to) over (
            partition by table_name, project_code, generation_month order by serial_from, ledger_id
            rows between unbounded preceding and 1 preceding
        ) as reach_before,
        lead(ledger_id) over (
            partition by table_name, project_code, generation_month order by serial_from, ledger_id
        ) as next_id
    from lines
),
furthest as (
    select
        *,
        last_value(case when coalesce(serial_to > reach_before, true) then ledger_id end ignore nulls) over (
            partition by table_name, project_code, generation_month order by serial_from, ledger_id
            rows between unbounded preceding and 1 preceding
        ) as furthest_id
    from reached
)
select
    table_name,
    ledger_id,
    case when reach_before >= serial_from then furthest_id else next_id end as other_ledger_id
from furthest
where broken_rule = 'overlap'
