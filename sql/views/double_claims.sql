-- Certificates that two lines claim: sold twice or cancelled twice. A row is a ledger line with the line that stands against it;
-- neither counts.
-- 中文: 哪些绿证被重复交易或重复核销？
-- Columns:
-- claimed: What happened twice: sold or cancelled.
-- other_enterprise_id: The enterprise of the other line.
select
    m.ledger_id,
    m.enterprise_id,
    m.other_ledger_id,
    o.enterprise_id as other_enterprise_id,
    case m.code when 'sold_twice' then 'sold' else 'cancelled' end as claimed,
    m.day,
    m.project_code,
    m.generation_month,
    m.serial_from,
    m.serial_to,
    m.mwh,
    m.sentence
from certificates.illegal_moves as m
left join certificates.illegal_moves as o
    on m.other_ledger_id = o.ledger_id and m.table_name = o.table_name and m.code = o.code
where m.code in ('sold_twice', 'cancelled_twice')
order by m.ledger_id, claimed, m.other_ledger_id
