-- Ledger lines, over all parks, that moved certificates which they could not move: mwh of the line's line_mwh, each
-- certificate under the first rule that it breaks. A line that breaks rule 1 (bad_range, sold_twice, cancelled_twice)
-- moves nothing at all; any other line moves what it may and stands here with the rest, once for each code.
-- serial_from to serial_to encloses that rest. other_ledger_id is a line that stands against it: one that shares
-- serials, or the trade that gave them to somebody else. A range that runs backwards holds nothing: mwh 0.
-- Grain: table_name, ledger_id, code
-- Order: table_name, ledger_id, code
with moves as (
    select
        'gec_trades' as table_name,
        trade_id as ledger_id,
        trade_fault as code,
        serial_from,
        serial_to,
        case when trade_fault = 'before_issue' then exists_from else last_day end as limit_day,
        null as other_ledger_id
    from certificates.register_moves
    where trade_fault is not null
    union all
    select
        'gec_cancellations' as table_name,
        cancellation_id as ledger_id,
        cancellation_fault as code,
        serial_from,
        serial_to,
        case when cancellation_fault = 'before_issue' then exists_from else last_day end as limit_day,
        trade_id as other_ledger_id
    from certificates.register_moves
    where cancellation_fault is not null
),
ledger as (
    select
        'gec_trades' as table_name,
        trade_id as ledger_id,
        trade_date as day,
        buyer_enterprise_id as enterprise_id,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        count_mwh,
        broken_rule,
        file_id,
        line
    from certificates.trade_lines
    union all
    select
        'gec_cancellations' as table_name,
        cancellation_id as ledger_id,
        cancelled_on as day,
        beneficiary_enterprise_id as enterprise_id,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        count_mwh,
        broken_rule,
        file_id,
        line
    from certificates.cancellation_lines
),
faults as (
    select
        table_name,
        ledger_id,
        code,
        min(serial_from) as serial_from,
        max(serial_to) as serial_to,
        sum(serial_to - serial_from + 1) as mwh,
        max(limit_day) as limit_day,
        min(other_ledger_id) as other_ledger_id
    from moves
    group by table_name, ledger_id, code
    union all
    select
        l.table_name,
        l.ledger_id,
        case
            when l.broken_rule = 'bad_range' then 'bad_range'
            when l.table_name = 'gec_trades' then 'sold_twice'
            else 'cancelled_twice'
        end as code,
        l.serial_from,
        l.serial_to,
        l.count_mwh as mwh,
        null as limit_day,
        o.other_ledger_id
    from ledger as l
    left join certificates.overlapping_lines as o on l.table_name = o.table_name and l.ledger_id = o.ledger_id
    where l.broken_rule is not null
)
select
    f.table_name,
    f.ledger_id,
    f.code,
    l.enterprise_id,
    l.day,
    l.project_code,
    l.generation_month,
    f.serial_from,
    f.serial_to,
    cast(f.mwh as decimal(38, 6)) as mwh,
    cast(l.count_mwh as decimal(38, 6)) as line_mwh,
    f.other_ledger_id,
    case f.code
        when 'bad_range'
            then concat('The range ', l.serial_from, ' to ', l.serial_to, ' runs backwards or has a negative end.')
        when 'sold_twice'
            then concat(
                    'Line ', o.ledger_id, ' sells serials of this line too: ', o.serial_from, ' to ', o.serial_to,
                    ', to ', o.enterprise_id, ' on ', o.day, '. Neither proves a purchase.'
                )
        when 'cancelled_twice'
            then concat(
                    'Line ', o.ledger_id, ' cancels serials of this line too: ', o.serial_from, ' to ', o.serial_to,
                    ', for ', o.enterprise_id, ' on ', o.day, '. Neither counts.'
                )
        when 'not_issued'
            then concat(f.mwh, ' of ', l.count_mwh, ' certificates stand in no issuance of this project and month.')
        when 'not_tradable'
            then 'Sold alone although marked as not tradable.'
        when 'before_issue'
            then concat('Dated ', l.day, '; the certificates exist from ', f.limit_day, '.')
        when 'expired'
            then concat('Dated ', l.day, '; the certificates were valid to ', f.limit_day, '.')
        when 'not_bought'
            then concat(
                    'No legal purchase up to ', l.day, ' stands behind ', f.mwh, ' of ', l.count_mwh, ' certificates.'
                )
        when 'bound_to_another'
            then concat(
                    f.mwh, ' of ', l.count_mwh, ' certificates came to ', o.enterprise_id, ' with their energy (line ',
                    o.ledger_id, ') and do not move on.'
                )
        when 'wrong_beneficiary'
            then concat(
                    f.mwh, ' of ', l.count_mwh, ' certificates belong to ', o.enterprise_id, ' (line ', o.ledger_id,
                    ').'
                )
    end as sentence,
    l.file_id,
    l.line
from faults as f
inner join ledger as l on f.table_name = l.table_name and f.ledger_id = l.ledger_id
left join ledger as o
    on
        f.other_ledger_id = o.ledger_id
        and o.table_name = case when f.code = 'cancelled_twice' then 'gec_cancellations' else 'gec_trades' end
