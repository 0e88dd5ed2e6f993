-- Trade lines that count through something else: unbundled and provincial-transfer certificates through their cancellation,
-- own-use certificates through the direct line whose power they prove. Lines bought by an enterprise that belongs to a park
-- in the account of the generation year, with what became of their certificates: cancelled_mwh stand with a cancellation
-- for the buyer and are judged there; others_mwh were cancelled for somebody else; the rest is rest_mwh, whose status is
-- held, own_use, or not_proven: all of a line that breaks rule 1, and the rest of an own-use line that proves no direct power.
-- Kept: no
-- Grain: trade_id
-- Order: trade_id
with lines as (
    select
        t.trade_id,
        t.generation_year as year,
        t.buyer_enterprise_id as enterprise_id,
        e.park_id,
        t.channel,
        t.project_code,
        t.generation_month,
        t.count_mwh,
        case
            when t.broken_rule is null and t.channel <> 'own_use' then 'held'
            when o.trade_id is not null then 'own_use'
            else 'not_proven'
        end as rest_status
    from certificates.trade_lines as t
    inner join run.years as y on t.generation_year = y.year
    inner join staging.enterprises as e
        on
            t.buyer_enterprise_id = e.enterprise_id
            and y.last_day >= e.valid_from
            and y.first_day <= e.valid_to
    left join certificates.own_use_lines as o on t.trade_id = o.trade_id
    where t.channel <> 'green_power'
    qualify row_number() over (
            partition by t.trade_id
            order by
                cast(t.generation_month || '-01' as date) between e.valid_from and e.valid_to desc,
                e.valid_from desc,
                e.park_id asc
        ) = 1
),
cancelled as (
    select
        l.trade_id,
        x.beneficiary_enterprise_id = x.buyer_enterprise_id as for_buyer,
        x.shared_from,
        x.shared_to,
        coalesce(
            max(x.shared_to) over (
                partition by l.trade_id order by x.shared_from, x.cancellation_id
                rows between unbounded preceding and 1 preceding
            ),
            x.shared_from - 1
        ) as reach_before,
        coalesce(
            max(case when x.beneficiary_enterprise_id = x.buyer_enterprise_id then x.shared_to end) over (
                partition by l.trade_id order by x.shared_from, x.cancellation_id
                rows between unbounded preceding and 1 preceding
            ),
            x.shared_from - 1
        ) as buyer_before
    from lines as l
    inner join certificates.touching as x on l.trade_id = x.trade_id
    where l.rest_status <> 'own_use' and x.trade_broken_rule is null
),
gone as (
    select
        trade_id,
        sum(greatest(shared_to - greatest(shared_from - 1, reach_before), 0)) as gone_mwh,
        sum(case when for_buyer then greatest(shared_to - greatest(shared_from - 1, buyer_before), 0) else 0 end) as cancelled_mwh
    from cancelled
    group by trade_id
)
select
    l.trade_id,
    l.year,
    l.enterprise_id,
    l.park_id,
    l.channel,
    l.project_code,
    l.generation_month,
    l.count_mwh,
    cast(coalesce(g.cancelled_mwh, 0) as decimal(38, 0)) as cancelled_mwh,
    cast(coalesce(g.gone_mwh - g.cancelled_mwh, 0) as decimal(38, 0)) as others_mwh,
    cast(l.count_mwh - coalesce(g.gone_mwh, 0) as decimal(38, 0)) as rest_mwh,
    l.rest_status
from lines as l
left join gone as g on l.trade_id = g.trade_id
