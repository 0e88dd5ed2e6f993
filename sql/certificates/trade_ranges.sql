-- What is left of each green-power line that counts in its account, once the parts are out that were cancelled for another
-- beneficiary: disjoint ranges in order of serials. counted_mwh of a range counts, from its first serial on; the rest is
-- above what the line's settlements cover, which cuts lines from their end.
-- Kept: no
-- Grain: trade_id, year, serial_from
-- Order: trade_id, year, serial_from
with claims as (
    select
        t.trade_id,
        t.year,
        t.enterprise_id,
        t.park_id,
        t.project_code,
        t.generation_month,
        t.serial_from,
        t.serial_to,
        coalesce(s.covered_mwh, t.count_mwh - t.lost_mwh) as counted_mwh
    from certificates.claimed_trades as t
    left join certificates.settled_trades as s on t.trade_id = s.trade_id and t.year = s.year
    where coalesce(t.reason, 'not_held') = 'not_held'
),
-- A range begins with the line and behind each lost part; the serials lost before it are known by then.
borders as (
    select
        trade_id,
        year,
        serial_from - 1 as lost_to,
        serial_from as lost_from
    from claims
    union all
    select
        c.trade_id,
        c.year,
        x.shared_to as lost_to,
        x.shared_from as lost_from
    from claims as c
    inner join certificates.touching as x on c.trade_id = x.trade_id
    where x.beneficiary_enterprise_id <> x.buyer_enterprise_id
),
reached as (
    select
        trade_id,
        year,
        max(lost_to) over so_far + 1 as serial_from,
        lead(lost_from) over (partition by trade_id, year order by lost_from, lost_to) - 1 as serial_to
    from borders
    window so_far as (
        partition by trade_id, year order by lost_from, lost_to rows between unbounded preceding and current row
    )
),
pieces as (
    select
        c.trade_id,
        c.year,
        c.enterprise_id,
        c.park_id,
        c.project_code,
        c.generation_month,
        r.serial_from,
        coalesce(r.serial_to, c.serial_to) as serial_to,
        c.counted_mwh
    from reached as r
    inner join claims as c on r.trade_id = c.trade_id and r.year = c.year
    where r.serial_from <= coalesce(r.serial_to, c.serial_to)
)
select
    trade_id,
    year,
    enterprise_id,
    park_id,
    project_code,
    generation_month,
    serial_from,
    serial_to,
    greatest(
        least(
            counted_mwh - coalesce(
                sum(serial_to - serial_from + 1) over (
                    partition by trade_id, year order by serial_from rows between unbounded preceding and 1 preceding
                ),
                0
            ),
            serial_to - serial_from + 1
        ),
        0
    ) as counted_mwh
from pieces
