-- Delivered ledger lines that do not stand, because their trade or cancellation id was delivered more than once:
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
