-- Certificates that enterprises of the parks bought and nobody has cancelled, as ranges: the parts of each sound trade line that no
-- sound cancellation touches. Lines of one ledger that break rule 1 move nothing. expires_on is the last day on which the
-- range may be cancelled (rule 4); it may have passed.
-- The park is the latest one of the buyer.
-- Sound cancellations have no serial in common, so the gaps between them are found in one sort of each trade's touched parts.
-- Grain: trade_id, serial_from
-- Order: trade_id, serial_from
with buyers as (
    select enterprise_id, park_id
    from staging.enterprises
    qualify row_number() over (partition by enterprise_id order by valid_from desc) = 1
),
trades as (
    select t.*, b.park_id
    from certificates.trade_lines as t
    inner join buyers as b on t.buyer_enterprise_id = b.enterprise_id
    where t.broken_rule is null
),
ends as (
    select x.trade_id, x.shared_from, x.shared_to
    from certificates.touching as x
    inner join certificates.cancellation_lines as c on x.cancellation_id = c.cancellation_id
    where x.trade_broken_rule is null and c.broken_rule is null
    union all
    select trade_id, serial_to + 1, null
    from trades
),
gaps as (
    select
        trade_id,
        lag(shared_to) over (partition by trade_id order by shared_from) + 1 as gap_from,
        shared_from - 1 as gap_to
    from ends
)
select
    t.trade_id,
    t.buyer_enterprise_id as enterprise_id,
    t.park_id,
    t.channel,
    t.trade_date,
    t.project_code,
    t.technology,
    t.generation_month,
    coalesce(g.gap_from, t.serial_from) as serial_from,
    g.gap_to as serial_to,
    cast(g.gap_to - coalesce(g.gap_from, t.serial_from) + 1 as decimal(38, 0)) as count_mwh,
    -- The rules of 67 (2024) begin with generation in 2024; what was generated before was valid to the end of 2025.
    case
        when t.generation_year < 2024 then date '2025-12-31'
        else cast(
                cast(t.generation_month || '-01' as date)
                + cast(p.gec_validity_months as integer) * interval '1' month
                - interval '1' day
                as date
            )
    end as expires_on,
    t.file_id,
    t.line
from gaps as g
inner join trades as t on g.trade_id = t.trade_id
cross join run.years as y
inner join run.params as p on y.year = p.year
where y.is_run_year and coalesce(g.gap_from, t.serial_from) <= g.gap_to
