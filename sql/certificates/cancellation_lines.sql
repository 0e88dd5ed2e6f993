-- The cancellation ledger of all parks, judged by rule 1: broken_rule is bad_range, overlap or null. Overlap is that of
-- certificates.trade_lines, here among cancellations.
-- Grain: cancellation_id
-- Order: cancellation_id
with swept as (
    select
        *,
        serial_from <= serial_to as holds_serials,
        max(serial_to) over (
            partition by project_code, generation_month, serial_from <= serial_to order by serial_from, cancellation_id
            rows between unbounded preceding and 1 preceding
        ) as reach_before,
        lead(serial_from) over (
            partition by project_code, generation_month, serial_from <= serial_to order by serial_from, cancellation_id
        ) as next_from
    from staging.gec_cancellations
)
select
    cancellation_id,
    cancelled_on,
    project_code,
    generation_month,
    generation_year,
    serial_from,
    serial_to,
    beneficiary_enterprise_id,
    use_park_id,
    case when holds_serials then serial_to - serial_from + 1 else 0 end as count_mwh,
    case
        when not holds_serials or serial_from < 0 then 'bad_range'
        when reach_before >= serial_from or next_from <= serial_to then 'overlap'
    end as broken_rule,
    file_id,
    line
from swept
