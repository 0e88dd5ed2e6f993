-- Where the certificates of each enterprise stand in an account: `counted` within the cap of its draw from the grid,
-- `surplus` above it (green-power trade and cancelled ranges together), `not_recognised` above the recognised amounts, one
-- status for each reason of exclusion, and of purchases what no cancellation for the buyer names: `held`, `own_use`,
-- `cancelled_for_others`, `not_proven`. Each certificate of a ledger line has exactly one of these: a certificate bought and
-- cancelled stands with its cancellation. `usable` is the subtotal counted + surplus.
-- Grain: enterprise_id, year, status
-- Order: enterprise_id, year, status
with admitted as (
    select
        enterprise_id,
        cast(left(generation_month, 4) as integer) as year,
        sum(trade_mwh + usable_mwh) as admitted_mwh,
        sum(not_recognised_wh) * cast(0.000001 as decimal(7, 6)) as not_recognised_mwh
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
        cast(a.admitted_mwh - a.not_recognised_mwh as decimal(38, 6)) as usable_mwh,
        cast(a.not_recognised_mwh as decimal(38, 6)) as not_recognised_mwh,
        cast(coalesce(m.counted_mwh, 0) as decimal(38, 6)) as counted_mwh
    from admitted as a
    left join allocated as m on a.enterprise_id = m.enterprise_id and a.year = m.year
),
purchased as (
    select
        p.enterprise_id,
        p.year,
        s.status,
        sum(case s.status when p.rest_status then p.rest_mwh when 'cancelled_for_others' then p.others_mwh else 0 end) as count_mwh
    from certificates.judged_purchases as p
    cross join (values ('held'), ('own_use'), ('not_proven'), ('cancelled_for_others')) as s (status)
    group by p.enterprise_id, p.year, s.status
)
select
    a.enterprise_id,
    a.year,
    s.status,
    case s.status
        when 'usable' then a.usable_mwh
        when 'counted' then a.counted_mwh
        when 'surplus' then a.usable_mwh - a.counted_mwh
        else a.not_recognised_mwh
    end as count_mwh
from amounts as a
cross join (values ('usable'), ('counted'), ('surplus'), ('not_recognised')) as s (status)
where s.status <> 'not_recognised' or a.not_recognised_mwh > 0
union all
select
    enterprise_id,
    year,
    reason as status,
    cast(sum(mwh) as decimal(38, 6)) as count_mwh
from certificates.exclusions
group by enterprise_id, year, reason
union all
select
    enterprise_id,
    cast(year as integer) as year,
    status,
    cast(count_mwh as decimal(38, 6)) as count_mwh
from purchased
where count_mwh > 0
