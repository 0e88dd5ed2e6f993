-- The trade ledger of all parks, judged by rule 1: broken_rule is bad_range, overlap or null. A serial overlaps if it
-- stands in any other line of the table with the same project and month, also in a line with negative serials; a line
-- whose serial_from is above its serial_to holds no serial.
-- Sorted once and swept with the furthest serial so far; no line is compared with every other.
-- Grain: trade_id
-- Order: trade_id
with swept as (
    select
        *,
        serial_from <= serial_to as holds_serials,
        max(serial_to) over (
            partition by project_code, generation_month, serial_from <= serial_to order by serial_from, trade_id
            rows between unbounded preceding and 1 preceding
        ) as reach_before,
        lead(serial_from) over (
            partition by project_code, generation_month, serial_from <= serial_to order by serial_from, trade_id
        ) as next_from
    from staging.gec_trades
)
select
    trade_id,
    trade_date,
    channel,
    project_code,
    technology,
    generation_month,
    generation_year,
    serial_from,
    serial_to,
    buyer_enterprise_id,
    province_zh,
    tradable,
    case when holds_serials then serial_to - serial_from + 1 else 0 end as count_mwh,
    case
        when not holds_serials or serial_from < 0 then 'bad_range'
        when reach_before >= serial_from or next_from <= serial_to then 'overlap'
    end as broken_rule,
    file_id,
    line
from swept
