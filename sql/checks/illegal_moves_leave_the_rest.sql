-- Of a ledger line with illegal moves every certificate either moved in the register or stands among the illegal moves.
-- Severity: critical
-- What to do: compare the line with the ranges of the register that name it; sql/certificates/register_moves.sql judges both.
-- 中文: 有不合法变动的台账行，其每张绿证或已在登记簿中转移，或列于不合法变动。
-- 处理: 对照该行与登记簿中记载它的区间；二者均由 sql/certificates/register_moves.sql 判定。
with pieces as (
    select distinct
        'gec_trades' as table_name,
        trade_id as ledger_id,
        serial_from,
        mwh
    from certificates.register
    where trade_id is not null
    union all
    select
        'gec_cancellations' as table_name,
        cancellation_id as ledger_id,
        serial_from,
        mwh
    from certificates.register
    where cancellation_id is not null
),
moved as (
    select
        table_name,
        ledger_id,
        sum(mwh) as mwh
    from pieces
    group by table_name, ledger_id
),
refused as (
    select
        table_name,
        ledger_id,
        sum(mwh) as mwh,
        max(line_mwh) as line_mwh
    from certificates.illegal_moves
    group by table_name, ledger_id
)
select
    r.table_name,
    r.ledger_id,
    r.line_mwh,
    r.mwh as illegal_mwh,
    coalesce(m.mwh, 0) as moved_mwh
from refused as r
left join moved as m on r.table_name = m.table_name and r.ledger_id = m.ledger_id
where r.mwh + coalesce(m.mwh, 0) <> r.line_mwh
