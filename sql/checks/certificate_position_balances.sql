-- The position of an enterprise is what its year says: usable = counted + surplus, counted = T_u + G_u, and each status
-- holds what certificates.exclusions lists or certificates.line_balance tells of its lines, over all kinds of lines.
-- Severity: critical
-- What to do: look at certificates.position; a certificate has got lost or stands in two places.
-- 中文: 企业绿证的可用量＝计入＋富余，计入＝T_u＋G_u；其余各状态与排除清单、台账收支一致。
-- 处理: 核对 certificates.position：有绿证丢失或记在两处。
with position as (
    select
        enterprise_id,
        year,
        coalesce(sum(count_mwh) filter (where status = 'usable'), 0) as usable_mwh,
        coalesce(sum(count_mwh) filter (where status = 'counted'), 0) as counted_mwh,
        coalesce(sum(count_mwh) filter (where status = 'surplus'), 0) as surplus_mwh
    from certificates.position
    group by enterprise_id, year
),
enterprises as (
    select
        enterprise_id,
        year,
        sum(green_trade_mwh + gec_counted_mwh) as counted_mwh
    from metrics.enterprise_year
    group by enterprise_id, year
),
excluded as (
    select
        enterprise_id,
        year,
        reason,
        sum(mwh) as mwh
    from certificates.exclusions
    group by enterprise_id, year, reason
    union all
    select
        b.enterprise_id,
        b.year,
        s.status as reason,
        sum(
            case s.status
                when 'not_recognised' then b.not_recognised_mwh
                when 'held' then b.held_mwh
                when 'own_use' then b.own_use_mwh
                when 'not_proven' then b.not_proven_mwh
                else b.others_mwh
            end
        ) as mwh
    from certificates.line_balance as b
    cross join (values ('not_recognised'), ('held'), ('own_use'), ('not_proven'), ('cancelled_for_others')) as s (status)
    group by b.enterprise_id, b.year, s.status
),
reasons as (
    select
        enterprise_id,
        year,
        status,
        count_mwh
    from certificates.position
    where status not in ('usable', 'counted', 'surplus')
)
select
    coalesce(p.enterprise_id, e.enterprise_id) as enterprise_id,
    coalesce(p.year, e.year) as year,
    'counted' as status,
    p.counted_mwh as in_position_mwh,
    e.counted_mwh as expected_mwh
from position as p
full outer join enterprises as e on p.enterprise_id = e.enterprise_id and p.year = e.year
where
    coalesce(p.counted_mwh, 0) <> coalesce(e.counted_mwh, 0)
    or p.usable_mwh <> p.counted_mwh + p.surplus_mwh
union all
select
    coalesce(r.enterprise_id, x.enterprise_id) as enterprise_id,
    coalesce(r.year, x.year) as year,
    coalesce(r.status, x.reason) as status,
    r.count_mwh as in_position_mwh,
    x.mwh as expected_mwh
from reasons as r
full outer join excluded as x on r.enterprise_id = x.enterprise_id and r.year = x.year and r.status = x.reason
where coalesce(r.count_mwh, 0) <> coalesce(x.mwh, 0)
