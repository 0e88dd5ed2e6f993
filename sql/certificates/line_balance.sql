-- Where the certificates of each kind of ledger line went, for each enterprise and account. Each certificate of a line is in
-- exactly one column: admitted (counted or surplus in certificates.position), not_recognised, excluded (a row of
-- certificates.exclusions), and for purchases and own use cancelled (the line of its cancellation has it), others, held,
-- own_use or not_proven. kind is cancellation or the channel of a trade.
-- Grain: enterprise_id, year, kind
-- Order: enterprise_id, year, kind
with lines as (
    select
        enterprise_id,
        year,
        'cancellation' as kind,
        count_mwh as delivered_mwh,
        case when reason is null then count_mwh else 0 end as admitted_mwh,
        case when reason is not null then count_mwh else 0 end as excluded_mwh,
        0 as cancelled_mwh,
        0 as others_mwh,
        0 as rest_mwh,
        null as rest_status
    from certificates.judged_cancellations
    union all
    select
        enterprise_id,
        year,
        'green_power' as kind,
        count_mwh as delivered_mwh,
        counted_mwh as admitted_mwh,
        case when coalesce(reason, 'not_held') in ('not_held', 'not_settled') then lost_mwh + unsettled_mwh else count_mwh end
            as excluded_mwh,
        0 as cancelled_mwh,
        0 as others_mwh,
        0 as rest_mwh,
        null as rest_status
    from certificates.judged_trades
    union all
    select
        enterprise_id,
        year,
        channel as kind,
        count_mwh as delivered_mwh,
        0 as admitted_mwh,
        0 as excluded_mwh,
        cancelled_mwh,
        others_mwh,
        rest_mwh,
        rest_status
    from certificates.judged_purchases
),
capped as (
    select
        enterprise_id,
        cast(left(generation_month, 4) as integer) as year,
        sum(not_recognised_wh) as not_recognised_wh
    from certificates.not_recognised_month
    group by enterprise_id, left(generation_month, 4)
),
sums as (
    select
        enterprise_id,
        year,
        kind,
        count(*) as lines,
        sum(delivered_mwh) as delivered_mwh,
        sum(admitted_mwh) as admitted_mwh,
        sum(excluded_mwh) as excluded_mwh,
        sum(cancelled_mwh) as cancelled_mwh,
        sum(others_mwh) as others_mwh,
        sum(case when rest_status = 'held' then rest_mwh else 0 end) as held_mwh,
        sum(case when rest_status = 'own_use' then rest_mwh else 0 end) as own_use_mwh,
        sum(case when rest_status = 'not_proven' then rest_mwh else 0 end) as not_proven_mwh
    from lines
    group by enterprise_id, year, kind
),
cut as (
    select
        s.*,
        case when s.kind = 'cancellation' then coalesce(c.not_recognised_wh, 0) else 0 end
        * cast(0.000001 as decimal(7, 6)) as not_recognised_mwh
    from sums as s
    left join capped as c on s.enterprise_id = c.enterprise_id and s.year = c.year
)
select
    enterprise_id,
    cast(year as integer) as year,
    kind,
    cast(lines as bigint) as lines,
    cast(delivered_mwh as decimal(38, 6)) as delivered_mwh,
    cast(admitted_mwh - not_recognised_mwh as decimal(38, 6)) as admitted_mwh,
    cast(not_recognised_mwh as decimal(38, 6)) as not_recognised_mwh,
    cast(excluded_mwh as decimal(38, 6)) as excluded_mwh,
    cast(cancelled_mwh as decimal(38, 6)) as cancelled_mwh,
    cast(others_mwh as decimal(38, 6)) as others_mwh,
    cast(held_mwh as decimal(38, 6)) as held_mwh,
    cast(own_use_mwh as decimal(38, 6)) as own_use_mwh,
    cast(not_proven_mwh as decimal(38, 6)) as not_proven_mwh
from cut
