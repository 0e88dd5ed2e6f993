-- Where the certificates of each enterprise stand in an account, green-power trade and cancelled ranges together:
-- `counted` within the cap of its draw from the grid, `surplus` above it, and one status for each reason of exclusion.
-- Each certificate of a ledger line has exactly one of these; `usable` is the subtotal counted + surplus.
-- Grain: enterprise_id, year, status
-- Order: enterprise_id, year, status
with admitted as (
    select
        enterprise_id,
        cast(left(generation_month, 4) as integer) as year,
        sum(trade_mwh + usable_mwh) as usable_mwh
    from certificates.enterprise_certificates
    group by enterprise_id, cast(left(generation_month, 4) as integer)
),
allocated as (
    select
        enterprise_id,
        year,
        sum(green_trade_mwh + gec_counted_mwh) as counted_mwh
    from metrics.enterprise_year
    group by enterprise_id, year
),
amounts as (
    select
        a.enterprise_id,
        a.year,
        cast(a.usable_mwh as decimal(38, 6)) as usable_mwh,
        cast(coalesce(m.counted_mwh, 0) as decimal(38, 6)) as counted_mwh
    from admitted as a
    left join allocated as m on a.enterprise_id = m.enterprise_id and a.year = m.year
)
select
    a.enterprise_id,
    a.year,
    s.status,
    case s.status
        when 'usable' then a.usable_mwh
        when 'counted' then a.counted_mwh
        else a.usable_mwh - a.counted_mwh
    end as count_mwh
from amounts as a
cross join (values ('usable'), ('counted'), ('surplus')) as s (status)
union all
select
    enterprise_id,
    year,
    reason as status,
    cast(sum(mwh) as decimal(38, 6)) as count_mwh
from certificates.exclusions
group by enterprise_id, year, reason
