-- Where the certificates of each enterprise stand in an account. Of the ranges cancelled for it: `counted` within the cap
-- of its draw from the grid, `surplus` above it, and `usable`, their subtotal. Of its green-power lines: `green_trade`
-- counted, `green_trade_surplus` above the cap. What the account leaves out of both: one status for each reason.
-- Apart from the subtotal, each certificate of a ledger line has exactly one status.
-- Grain: enterprise_id, year, status
-- Order: enterprise_id, year, status
with admitted as (
    select
        enterprise_id,
        cast(left(generation_month, 4) as integer) as year,
        sum(trade_mwh) as trade_mwh,
        sum(usable_mwh) as usable_mwh
    from certificates.enterprise_certificates
    group by enterprise_id, cast(left(generation_month, 4) as integer)
),
allocated as (
    select
        enterprise_id,
        year,
        sum(green_trade_mwh) as green_trade_mwh,
        sum(gec_counted_mwh) as gec_counted_mwh
    from metrics.enterprise_year
    group by enterprise_id, year
),
amounts as (
    select
        a.enterprise_id,
        a.year,
        cast(a.trade_mwh as decimal(38, 6)) as trade_mwh,
        cast(a.usable_mwh as decimal(38, 6)) as usable_mwh,
        cast(coalesce(m.green_trade_mwh, 0) as decimal(38, 6)) as green_trade_mwh,
        cast(coalesce(m.gec_counted_mwh, 0) as decimal(38, 6)) as gec_counted_mwh
    from admitted as a
    left join allocated as m on a.enterprise_id = m.enterprise_id and a.year = m.year
)
select
    a.enterprise_id,
    a.year,
    s.status,
    case s.status
        when 'usable' then a.usable_mwh
        when 'counted' then a.gec_counted_mwh
        when 'surplus' then a.usable_mwh - a.gec_counted_mwh
        when 'green_trade' then a.green_trade_mwh
        when 'green_trade_surplus' then a.trade_mwh - a.green_trade_mwh
    end as count_mwh
from amounts as a
cross join (values ('usable'), ('counted'), ('surplus'), ('green_trade'), ('green_trade_surplus')) as s (status)
where s.status in ('usable', 'counted', 'surplus') or a.trade_mwh > 0
union all
select
    enterprise_id,
    year,
    reason as status,
    cast(sum(mwh) as decimal(38, 6)) as count_mwh
from certificates.exclusions
group by enterprise_id, year, reason
