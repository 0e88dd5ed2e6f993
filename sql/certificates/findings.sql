-- What the ledgers show beyond the exclusions, one row for each park and generation month that has it: green-power trade
-- not cancelled by the cut-off, trade lines that share serials, contested certificates, cancellations that name another
-- park of use; over all parks, lines whose enterprise is in no park's master.
-- Grain: code, park_id, month
-- Order: code, park_id, month
with accounts as (
    select
        trade_id,
        park_id,
        generation_month,
        count_mwh,
        not_cancelled_mwh,
        contested
    from certificates.judged_trades
    where cast(left(generation_month, 4) as integer) = year
),
cancelled as (
    select
        cancellation_id,
        park_id,
        generation_month,
        count_mwh,
        contested,
        use_park_id
    from certificates.judged_cancellations
    where cast(left(generation_month, 4) as integer) = year
),
disputed as (
    select distinct
        t.trade_id,
        e.park_id,
        t.generation_month,
        t.count_mwh
    from certificates.trade_lines as t
    inner join run.years as y on t.generation_year = y.year
    inner join staging.enterprises as e
        on t.buyer_enterprise_id = e.enterprise_id and y.last_day >= e.valid_from and y.first_day <= e.valid_to
    where t.broken_rule = 'overlap' and t.channel <> 'green_power'
),
flagged as (
    select
        'green_trade_not_cancelled' as code,
        'warn' as severity,
        'Green-power certificates that count were not cancelled by the cut-off.' as sentence,
        park_id,
        generation_month as month,
        trade_id as ledger_id,
        not_cancelled_mwh as mwh
    from accounts
    where not_cancelled_mwh > 0
    union all
    select
        'trade_overlap' as code,
        'warn' as severity,
        'Trade lines other than green power share serials with another trade line; they prove no purchase.' as sentence,
        park_id,
        generation_month as month,
        trade_id as ledger_id,
        count_mwh as mwh
    from disputed
    union all
    select
        'certificates_in_dispute' as code,
        'warn' as severity,
        'Certificates are left out only because another ledger line claims the same serials.' as sentence,
        park_id,
        generation_month as month,
        ledger_id,
        count_mwh as mwh
    from (
        select
            park_id,
            generation_month,
            trade_id as ledger_id,
            count_mwh
        from accounts where contested
        union all
        select
            park_id,
            generation_month,
            cancellation_id as ledger_id,
            count_mwh
        from cancelled where contested
    ) as contested
    union all
    select
        'use_park_differs' as code,
        'warn' as severity,
        'Cancellations name another park of use than the park of their beneficiary.' as sentence,
        park_id,
        generation_month as month,
        cancellation_id as ledger_id,
        count_mwh as mwh
    from cancelled
    where use_park_id <> park_id
    union all
    select
        'unknown_beneficiary' as code,
        'info' as severity,
        'Cancellations whose beneficiary is an enterprise of no park; no account holds them.' as sentence,
        null as park_id,
        null as month,
        c.cancellation_id as ledger_id,
        c.count_mwh as mwh
    from certificates.cancellation_lines as c
    where not exists (select 1 from staging.enterprises as e where e.enterprise_id = c.beneficiary_enterprise_id)
    union all
    select
        'unknown_buyer' as code,
        'info' as severity,
        'Green-power trade whose buyer was an enterprise of no park in the year; no account holds it.' as sentence,
        null as park_id,
        null as month,
        t.trade_id as ledger_id,
        t.count_mwh as mwh
    from certificates.trade_lines as t
    left join certificates.judged_trades as j on t.trade_id = j.trade_id
    where t.channel = 'green_power' and j.trade_id is null
)
select
    code,
    severity,
    sentence,
    cast(to_json({ 'lines': count(*), 'mwh': cast(sum(mwh) as varchar), 'first_ledger_id': min(ledger_id) }) as varchar) as evidence,
    park_id,
    cast(left(month, 4) as integer) as year,
    month,
    cast(null as varchar) as meter_id
from flagged
group by code, severity, sentence, park_id, month
