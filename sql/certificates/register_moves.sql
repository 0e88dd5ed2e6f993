-- What the lines of each range of serials did to its certificates: trade_fault and cancellation_fault say why a move
-- moved nothing, null where it was legal or where there is none. Whether what was moved counts for anybody is for the
-- accounts to judge (judged_cancellations, judged_trades); here it is only whether a certificate could go there.
-- exists_from: the day of issue; null where project and month have issuances, but not of this range: such a certificate
-- does not exist. An issuance without a day is of the first day of the generation month. Where project and month have none
-- (is_issue_known is false) it is the first day of the generation month or, if that was
-- earlier, the first move that nothing else speaks against.
-- last_day: the end of validity. is_bound: sold with its energy (green_power) or kept for it (own_use); it may be sold
-- before it is issued, so moved_from, from when a legal trade holds, is not before exists_from. is_unsettled: a
-- green-power line without a settlement for its month, where its buyer has some for other lines of the project.
-- Kept: no
-- Grain: project_code, generation_month, serial_from
-- Order: project_code, generation_month, serial_from
with issued_months as (
    select distinct
        project_code,
        generation_month
    from certificates.issued_ranges
),
settled as (
    select distinct
        t.trade_id,
        t.project_code,
        t.buyer_enterprise_id
    from staging.green_power_settlements as s
    inner join certificates.trade_lines as t on s.trade_id = t.trade_id and s.month = t.generation_month
),
settled_buyers as (
    select distinct
        project_code,
        buyer_enterprise_id
    from settled
),
dated as (
    select
        r.*,
        m.project_code is not null as is_issue_known,
        case
            when r.is_issued then coalesce(r.issued_on, cast(r.generation_month || '-01' as date))
            when m.project_code is not null then null
            when r.channel = 'unbundled' and not r.tradable then cast(r.generation_month || '-01' as date)
            else least(
                    cast(r.generation_month || '-01' as date),
                    case when r.channel not in ('green_power', 'own_use') then r.trade_date end,
                    case
                        when r.buyer_enterprise_id = r.beneficiary_enterprise_id and r.trade_date <= r.cancelled_on
                            then r.cancelled_on
                    end
                )
        end as exists_from,
        -- The rules of 67 (2024) begin with generation in 2024; what was generated before was valid to the end of 2025.
        case
            when r.generation_month < '2024' then date '2025-12-31'
            else cast(
                    cast(r.generation_month || '-01' as date)
                    + cast(p.gec_validity_months as integer) * interval '1' month
                    - interval '1' day
                    as date
                )
        end as last_day,
        coalesce(r.channel in ('green_power', 'own_use'), false) as is_bound,
        coalesce(r.channel = 'green_power', false) and b.project_code is not null and s.trade_id is null as is_unsettled
    from certificates.register_pieces as r
    inner join run.years as y on y.is_run_year
    inner join run.params as p on y.year = p.year
    left join issued_months as m on r.project_code = m.project_code and r.generation_month = m.generation_month
    left join settled_buyers as b
        on r.project_code = b.project_code and r.buyer_enterprise_id = b.buyer_enterprise_id
    left join settled as s on r.trade_id = s.trade_id
),
traded as (
    select
        *,
        case
            when trade_id is null then null
            when exists_from is null then 'not_issued'
            when channel = 'unbundled' and not tradable then 'not_tradable'
            when not is_bound and trade_date < exists_from then 'before_issue'
            when greatest(trade_date, exists_from) > last_day then 'expired'
        end as trade_fault
    from dated
),
moved as (
    select
        *,
        case when trade_id is not null and trade_fault is null then greatest(trade_date, exists_from) end as moved_from
    from traded
)
select
    *,
    case
        when cancellation_id is null then null
        when exists_from is null then 'not_issued'
        when is_issue_known and cancelled_on < exists_from then 'before_issue'
        when cancelled_on > last_day then 'expired'
        when moved_from is null or trade_date > cancelled_on then 'not_bought'
        when buyer_enterprise_id <> beneficiary_enterprise_id and is_bound then 'bound_to_another'
        when buyer_enterprise_id <> beneficiary_enterprise_id then 'wrong_beneficiary'
    end as cancellation_fault
from moved
