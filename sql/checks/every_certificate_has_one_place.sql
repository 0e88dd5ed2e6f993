-- Each certificate of a ledger line of a park enterprise has one place, for each kind of line: what was delivered is what is
-- admitted, not recognised, excluded, cancelled, gone to others, held, in own use or not proven; what is admitted is usable in
-- certificates.position, and what is excluded is listed in certificates.exclusions.
-- Severity: critical
-- What to do: look at certificates.line_balance for that enterprise and kind; a certificate got lost or stands in two places.
-- 中文: 园区企业台账行的每张绿证有且只有一个去向：交付量等于各去向之和，计入的在 position 中，排除的在 exclusions 中。
-- 处理: 核对该企业、该类的 certificates.line_balance：有绿证丢失或记在两处。
with balance as (
    select
        *,
        admitted_mwh + not_recognised_mwh + excluded_mwh + cancelled_mwh + others_mwh + held_mwh + own_use_mwh + not_proven_mwh
            as placed_mwh,
        case when kind = 'cancellation' then 'gec_cancellations' else 'gec_trades' end as table_name
    from certificates.line_balance
),
excluded as (
    select
        enterprise_id,
        year,
        table_name,
        sum(mwh) as mwh
    from certificates.exclusions
    group by enterprise_id, year, table_name
),
tables as (
    select
        enterprise_id,
        year,
        table_name,
        sum(excluded_mwh) as mwh
    from balance
    group by enterprise_id, year, table_name
),
admitted as (
    select
        enterprise_id,
        year,
        sum(admitted_mwh) as mwh
    from balance
    group by enterprise_id, year
),
usable as (
    select
        enterprise_id,
        year,
        count_mwh as mwh
    from certificates.position
    where status = 'usable'
)
select
    enterprise_id,
    year,
    kind as place,
    delivered_mwh as expected_mwh,
    placed_mwh as found_mwh
from balance
where
    delivered_mwh <> placed_mwh
    or least(
        admitted_mwh, not_recognised_mwh, excluded_mwh, cancelled_mwh, others_mwh, held_mwh, own_use_mwh, not_proven_mwh
    ) < 0
union all
select
    coalesce(t.enterprise_id, x.enterprise_id) as enterprise_id,
    coalesce(t.year, x.year) as year,
    coalesce(t.table_name, x.table_name) as place,
    t.mwh as expected_mwh,
    x.mwh as found_mwh
from tables as t
full outer join excluded as x on t.enterprise_id = x.enterprise_id and t.year = x.year and t.table_name = x.table_name
where coalesce(t.mwh, 0) <> coalesce(x.mwh, 0)
union all
select
    coalesce(a.enterprise_id, u.enterprise_id) as enterprise_id,
    coalesce(a.year, u.year) as year,
    'usable' as place,
    a.mwh as expected_mwh,
    u.mwh as found_mwh
from admitted as a
full outer join usable as u on a.enterprise_id = u.enterprise_id and a.year = u.year
where coalesce(a.mwh, 0) <> coalesce(u.mwh, 0)
