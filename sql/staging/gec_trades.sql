-- The trade ledger as it stands: one line for each trade_id, the latest delivered one. Blank tradable means true.
-- Kept: no
-- Grain: trade_id
-- Order: trade_id
select
    t.trade_id,
    t.trade_date,
    t.channel,
    t.project_code,
    t.technology,
    t.generation_month,
    cast(left(t.generation_month, 4) as integer) as generation_year,
    cast(t.serial_from as decimal(38, 0)) as serial_from,
    cast(t.serial_to as decimal(38, 0)) as serial_to,
    t.buyer_enterprise_id,
    t.province_zh,
    coalesce(t.tradable, true) as tradable,
    t.file_id,
    t.line
from parsed.gec_trades as t
left join staging.repeated_ledger_lines as r
    on r.table_name = 'gec_trades' and t.file_id = r.file_id and t.line = r.line
where r.file_id is null
