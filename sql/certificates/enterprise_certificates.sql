-- Certificates of each enterprise by generation month, before the cap of its draw from the grid: green-power trade that
-- counts, cancelled certificates that are usable, and those that only a dispute keeps out, every serial once.
-- not_recognised_wh is the part of the usable ones above the recognised amounts.
-- Grain: enterprise_id, park_id, generation_month
-- Order: enterprise_id, park_id, generation_month
with disputed as (
    select
        'trade' as kind,
        enterprise_id,
        park_id,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        trade_id as ledger_id
    from certificates.judged_trades
    where contested
    union all
    select
        'usable' as kind,
        enterprise_id,
        park_id,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        cancellation_id as ledger_id
    from certificates.judged_cancellations
    where contested
),
reached as (
    select
        *,
        coalesce(
            max(serial_to) over (
                partition by kind, enterprise_id, park_id, project_code, generation_month
                order by serial_from, ledger_id
                rows between unbounded preceding and 1 preceding
            ),
            serial_from - 1
        ) as reach_before
    from disputed
),
amounts as (
    select
        enterprise_id,
        park_id,
        generation_month,
        counted_mwh as trade_mwh,
        0 as usable_mwh,
        0 as contested_trade_mwh,
        0 as contested_usable_mwh,
        0 as not_recognised_wh
    from certificates.judged_trades
    where counted_mwh > 0
    union all
    select
        enterprise_id,
        park_id,
        generation_month,
        0 as trade_mwh,
        count_mwh as usable_mwh,
        0 as contested_trade_mwh,
        0 as contested_usable_mwh,
        0 as not_recognised_wh
    from certificates.judged_cancellations
    where reason is null
    union all
    select
        enterprise_id,
        park_id,
        generation_month,
        0 as trade_mwh,
        0 as usable_mwh,
        case when kind = 'trade' then greatest(serial_to - greatest(serial_from - 1, reach_before), 0) else 0 end
            as contested_trade_mwh,
        case when kind = 'usable' then greatest(serial_to - greatest(serial_from - 1, reach_before), 0) else 0 end
            as contested_usable_mwh,
        0 as not_recognised_wh
    from reached
    union all
    select
        enterprise_id,
        park_id,
        generation_month,
        0 as trade_mwh,
        0 as usable_mwh,
        0 as contested_trade_mwh,
        0 as contested_usable_mwh,
        not_recognised_wh
    from certificates.not_recognised_month
)
select
    enterprise_id,
    park_id,
    generation_month,
    cast(sum(trade_mwh) as decimal(38, 0)) as trade_mwh,
    cast(sum(usable_mwh) as decimal(38, 0)) as usable_mwh,
    cast(sum(contested_trade_mwh) as decimal(38, 0)) as contested_trade_mwh,
    cast(sum(contested_usable_mwh) as decimal(38, 0)) as contested_usable_mwh,
    cast(sum(not_recognised_wh) as decimal(38, 0)) as not_recognised_wh
from amounts
group by enterprise_id, park_id, generation_month
