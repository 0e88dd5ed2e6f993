-- The trade ledger as the rules after rule 1 look at it. Lines that keep rule 1 stand for themselves. Of the others nothing
-- counts; what matters is where somebody disputes something. So lines that break rule 1, say the same but for their
-- range, and share serials are one claim, under the smallest of their ids: a million of them weigh no more than one.
-- Kept: no
-- Grain: trade_id
-- Order: trade_id
with broken as (
    select
        *,
        max(serial_to) over (
            partition by
                project_code, generation_month, buyer_enterprise_id, trade_date, channel, technology, tradable, broken_rule
            order by serial_from, trade_id
            rows between unbounded preceding and 1 preceding
        ) as reach_before
    from certificates.trade_lines
    where broken_rule is not null and count_mwh > 0
),
numbered as (
    select
        *,
        sum(case when reach_before >= serial_from then 0 else 1 end) over (
            partition by
                project_code, generation_month, buyer_enterprise_id, trade_date, channel, technology, tradable, broken_rule
            order by serial_from, trade_id
            rows between unbounded preceding and current row
        ) as run
    from broken
)
select
    trade_id,
    project_code,
    generation_month,
    serial_from,
    serial_to,
    buyer_enterprise_id,
    trade_date,
    channel,
    technology,
    tradable,
    broken_rule
from certificates.trade_lines
where broken_rule is null
union all
select
    min(trade_id) as trade_id,
    project_code,
    generation_month,
    min(serial_from) as serial_from,
    max(serial_to) as serial_to,
    buyer_enterprise_id,
    trade_date,
    channel,
    technology,
    tradable,
    broken_rule
from numbered
group by
    project_code, generation_month, buyer_enterprise_id, trade_date, channel, technology, tradable, broken_rule, run
