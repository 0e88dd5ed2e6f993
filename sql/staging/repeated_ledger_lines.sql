-- Delivered ledger lines that do not stand, because their key was delivered more than once: the id of a trade or
-- cancellation, the range of an issuance, trade and month of a settlement, enterprise, year and scope of a recognised amount.
-- `duplicate` says what another line says that is kept or superseded, `superseded` was corrected by a later delivery.
-- Of equal lines the one with the smallest file_id and line is kept, so that the order of delivery decides only between
-- lines that differ. kept_file_id and kept_line name the line that stands.
-- Grain: table_name, file_id, line
-- Order: table_name, file_id, line
with trades as (
    select
        t.*,
        count(*) over (partition by t.trade_id) as deliveries,
        row_number() over (partition by t.trade_id order by f.rank, t.line) as place
    from parsed.gec_trades as t
    inner join lake.files as f on t.file_id = f.file_id
    where t.trade_id in (select r.trade_id from parsed.gec_trades as r group by r.trade_id having count(*) > 1)
),
cancellations as (
    select
        c.*,
        count(*) over (partition by c.cancellation_id) as deliveries,
        row_number() over (partition by c.cancellation_id order by f.rank, c.line) as place
    from parsed.gec_cancellations as c
    inner join lake.files as f on c.file_id = f.file_id
    where c.cancellation_id in (
            select r.cancellation_id from parsed.gec_cancellations as r group by r.cancellation_id having count(*) > 1
        )
),
issuances as (
    select
        i.*,
        concat(i.project_code, '/', i.generation_month, '/', i.serial_from, '-', i.serial_to) as ledger_id,
        count(*) over (partition by i.project_code, i.generation_month, i.serial_from, i.serial_to) as deliveries,
        row_number() over (
            partition by i.project_code, i.generation_month, i.serial_from, i.serial_to order by f.rank, i.line
        ) as place
    from parsed.gec_issuances as i
    inner join lake.files as f on i.file_id = f.file_id
),
settlements as (
    select
        s.*,
        concat(s.trade_id, '/', s.month) as ledger_id,
        count(*) over (partition by s.trade_id, s.month) as deliveries,
        row_number() over (partition by s.trade_id, s.month order by f.rank, s.line) as place
    from parsed.green_power_settlements as s
    inner join lake.files as f on s.file_id = f.file_id
),
recognised as (
    select
        g.*,
        concat(g.enterprise_id, '/', g.year, '/', g.scope) as ledger_id,
        count(*) over (partition by g.enterprise_id, g.year, g.scope) as deliveries,
        row_number() over (partition by g.enterprise_id, g.year, g.scope order by f.rank, g.line) as place
    from parsed.gec_recognition as g
    inner join lake.files as f on g.file_id = f.file_id
),
copies as (
    select
        'gec_trades' as table_name,
        trade_id as ledger_id,
        file_id,
        line,
        deliveries,
        row_number() over (
            partition by
                trade_id, trade_date, channel, project_code, technology, generation_month, serial_from, serial_to,
                buyer_enterprise_id, seller, platform, province_zh, tradable, price_cny_per_mwh
            order by file_id, line
        ) as copy,
        max(place) over (
            partition by
                trade_id, trade_date, channel, project_code, technology, generation_month, serial_from, serial_to,
                buyer_enterprise_id, seller, platform, province_zh, tradable, price_cny_per_mwh
        ) as last_place
    from trades
    union all
    select
        'gec_cancellations' as table_name,
        cancellation_id as ledger_id,
        file_id,
        line,
        deliveries,
        row_number() over (
            partition by
                cancellation_id, cancelled_on, project_code, generation_month, serial_from, serial_to,
                beneficiary_enterprise_id, purpose, use_park_id
            order by file_id, line
        ) as copy,
        max(place) over (
            partition by
                cancellation_id, cancelled_on, project_code, generation_month, serial_from, serial_to,
                beneficiary_enterprise_id, purpose, use_park_id
        ) as last_place
    from cancellations
    union all
    select
        'gec_issuances' as table_name,
        ledger_id,
        file_id,
        line,
        deliveries,
        row_number() over (
            partition by project_code, generation_month, serial_from, serial_to, energy_mwh, issued_on order by file_id, line
        ) as copy,
        max(place) over (
            partition by project_code, generation_month, serial_from, serial_to, energy_mwh, issued_on
        ) as last_place
    from issuances
    where deliveries > 1
    union all
    select
        'green_power_settlements' as table_name,
        ledger_id,
        file_id,
        line,
        deliveries,
        row_number() over (
            partition by trade_id, month, contract_mwh, generation_mwh, use_mwh order by file_id, line
        ) as copy,
        max(place) over (partition by trade_id, month, contract_mwh, generation_mwh, use_mwh) as last_place
    from settlements
    where deliveries > 1
    union all
    select
        'gec_recognition' as table_name,
        ledger_id,
        file_id,
        line,
        deliveries,
        row_number() over (
            partition by enterprise_id, year, scope, recognised_mwh, document_id order by file_id, line
        ) as copy,
        max(place) over (partition by enterprise_id, year, scope, recognised_mwh, document_id) as last_place
    from recognised
    where deliveries > 1
)
select
    r.table_name,
    r.file_id,
    r.line,
    r.ledger_id,
    case when r.copy > 1 then 'duplicate' else 'superseded' end as kind,
    k.file_id as kept_file_id,
    k.line as kept_line
from copies as r
inner join copies as k
    on r.table_name = k.table_name and r.ledger_id = k.ledger_id and k.copy = 1 and k.last_place = k.deliveries
where r.copy > 1 or r.last_place < r.deliveries
