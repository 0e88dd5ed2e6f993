-- The cancellation ledger as the rules after rule 1 look at it: lines that keep rule 1, and of the others one claim for
-- those that say the same but for their range and share serials (see certificates.trade_claims).
-- Kept: no
-- Grain: cancellation_id
-- Order: cancellation_id
with broken as (
    select
        *,
        max(serial_to) over (
            partition by
                project_code, generation_month, beneficiary_enterprise_id, cancelled_on, broken_rule
            order by serial_from, cancellation_id
            rows between unbounded preceding and 1 preceding
        ) as reach_before
    from certificates.cancellation_lines
    where broken_rule is not null and count_mwh > 0
),
numbered as (
    select
        *,
        sum(case when reach_before >= serial_from then 0 else 1 end) over (
            partition by
                project_code, generation_month, beneficiary_enterprise_id, cancelled_on, broken_rule
            order by serial_from, cancellation_id
            rows between unbounded preceding and current row
        ) as run
    from broken
)
select
    cancellation_id,
    project_code,
    generation_month,
    serial_from,
    serial_to,
    beneficiary_enterprise_id,
    cancelled_on,
    broken_rule
from certificates.cancellation_lines
where broken_rule is null
union all
select
    min(cancellation_id) as cancellation_id,
    project_code,
    generation_month,
    min(serial_from) as serial_from,
    max(serial_to) as serial_to,
    beneficiary_enterprise_id,
    cancelled_on,
    broken_rule
from numbered
group by
    project_code, generation_month, beneficiary_enterprise_id, cancelled_on, broken_rule, run
