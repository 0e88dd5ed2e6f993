-- Every pair of a cancellation and a trade claim that share serials, with the shared range; of lines that break rule 1 only
-- against lines that keep it, since two broken ones are excluded anyway.
-- Lines of a ledger that keep rule 1 have no serial in common. A sweep over project, month and serial counts those begun
-- up to the end of a line of the other ledger and those ended before its start: the difference names exactly the lines it
-- touches. Cancellations are swept against the trades that keep rule 1, the other trades against such cancellations.
-- Grain: cancellation_id, trade_id
-- Order: cancellation_id, trade_id
with broken_months as (
    select distinct
        project_code,
        generation_month
    from certificates.trade_claims
    where broken_rule is not null
),
sides as (
    select
        'trade' as kept_in,
        true as is_kept,
        trade_id as claim_id,
        project_code,
        generation_month,
        serial_from,
        serial_to
    from certificates.trade_claims
    where broken_rule is null
    union all
    select
        'trade' as kept_in,
        false as is_kept,
        cancellation_id as claim_id,
        project_code,
        generation_month,
        serial_from,
        serial_to
    from certificates.cancellation_claims
    union all
    select
        'cancellation' as kept_in,
        true as is_kept,
        c.cancellation_id as claim_id,
        c.project_code,
        c.generation_month,
        c.serial_from,
        c.serial_to
    from certificates.cancellation_claims as c
    inner join broken_months as b on c.project_code = b.project_code and c.generation_month = b.generation_month
    where c.broken_rule is null
    union all
    select
        'cancellation' as kept_in,
        false as is_kept,
        trade_id as claim_id,
        project_code,
        generation_month,
        serial_from,
        serial_to
    from certificates.trade_claims
    where broken_rule is not null
),
-- At one serial, a line that starts there is already begun and one that ends there not yet ended.
events as (
    select
        s.kept_in,
        s.is_kept,
        s.claim_id,
        s.project_code,
        s.generation_month,
        case when e.is_start then s.serial_from else s.serial_to end as serial,
        case when not s.is_kept then 2 when e.is_start then 1 else 3 end as place,
        case when s.is_kept and e.is_start then 1 else 0 end as begun,
        case when s.is_kept and not e.is_start then 1 else 0 end as ended
    from sides as s
    cross join (values (true), (false)) as e (is_start)
),
counted as (
    select
        kept_in,
        is_kept,
        claim_id,
        project_code,
        generation_month,
        place,
        sum(begun) over swept as begun_so_far,
        sum(ended) over swept as ended_so_far
    from events
    window swept as (
        partition by kept_in, project_code, generation_month order by serial, place
        rows between unbounded preceding and current row
    )
),
asked as (
    select
        kept_in,
        project_code,
        generation_month,
        claim_id,
        unnest(range(cast(min(ended_so_far) as bigint) + 1, cast(max(begun_so_far) as bigint) + 1)) as place_in_month
    from counted
    where not is_kept
    group by kept_in, project_code, generation_month, claim_id
),
pairs as (
    select
        case when a.kept_in = 'trade' then a.claim_id else k.claim_id end as cancellation_id,
        case when a.kept_in = 'trade' then k.claim_id else a.claim_id end as trade_id
    from asked as a
    inner join counted as k
        on
            a.kept_in = k.kept_in
            and a.project_code = k.project_code
            and a.generation_month = k.generation_month
            and a.place_in_month = k.begun_so_far
            and k.place = 1
)
select
    c.cancellation_id,
    c.beneficiary_enterprise_id,
    c.cancelled_on,
    t.trade_id,
    t.trade_date,
    t.channel,
    t.technology,
    t.tradable,
    t.buyer_enterprise_id,
    t.broken_rule as trade_broken_rule,
    c.broken_rule as cancellation_broken_rule,
    greatest(c.serial_from, t.serial_from) as shared_from,
    least(c.serial_to, t.serial_to) as shared_to
from pairs as p
inner join certificates.cancellation_claims as c on p.cancellation_id = c.cancellation_id
inner join certificates.trade_claims as t on p.trade_id = t.trade_id
