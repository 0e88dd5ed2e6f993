-- The settlements of green-power trades as they stand: one row for each trade and month, the latest delivered one.
-- settled_mwh is the least of contract, generation and use.
-- Kept: no
-- Grain: trade_id, month
-- Order: trade_id, month
select
    s.trade_id,
    s.month,
    s.contract_mwh,
    s.generation_mwh,
    s.use_mwh,
    least(s.contract_mwh, s.generation_mwh, s.use_mwh) as settled_mwh,
    s.file_id,
    s.line
from parsed.green_power_settlements as s
left join staging.repeated_ledger_lines as r
    on r.table_name = 'green_power_settlements' and s.file_id = r.file_id and s.line = r.line
where r.file_id is null
