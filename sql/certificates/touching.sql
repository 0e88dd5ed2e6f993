-- Every pair of a cancellation and a trade line that share serials, with the shared range.
-- A sweep over project, month and serial counts the trade islands opened up to the end of a cancellation and those
-- closed before its start: the difference names the islands it touches, so only their lines are looked at.
-- Grain: cancellation_id, trade_id
-- Order: cancellation_id, trade_id
with events as (
    select
        project_code,
        generation_month,
        min(serial_from) as serial,
        1 as place,
        1 as opened,
        0 as closed,
        null as cancellation_id
    from certificates.trade_lines
    where island is not null
    group by project_code, generation_month, island
    union all
    select
        project_code,
        generation_month,
        max(serial_to) as serial,
        3 as place,
        0 as opened,
        1 as closed,
        null as cancellation_id
    from certificates.trade_lines
    where island is not null
    group by project_code, generation_month, island
    union all
    -- Between 1 and 3: at one serial, an island that starts there is already open and one that ends there not yet closed.
    select
        c.project_code,
        c.generation_month,
        case when e.is_end then c.serial_to else c.serial_from end as serial,
        2 as place,
        0 as opened,
        0 as closed,
        c.cancellation_id
    from certificates.cancellation_lines as c
    cross join (values (true), (false)) as e (is_end)
    where c.serial_from <= c.serial_to
),
counted as (
    select
        cancellation_id,
        sum(opened) over swept as opened_so_far,
        sum(closed) over swept as closed_so_far
    from events
    window swept as (
        partition by project_code, generation_month order by serial, place
        rows between unbounded preceding and current row
    )
),
reached as (
    select
        cancellation_id,
        unnest(range(cast(min(closed_so_far) as bigint) + 1, cast(max(opened_so_far) as bigint) + 1)) as island
    from counted
    where cancellation_id is not null
    group by cancellation_id
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
    greatest(c.serial_from, t.serial_from) as shared_from,
    least(c.serial_to, t.serial_to) as shared_to
from reached as r
inner join certificates.cancellation_lines as c on r.cancellation_id = c.cancellation_id
inner join certificates.trade_lines as t
    on
        c.project_code = t.project_code
        and c.generation_month = t.generation_month
        and r.island = t.island
        and c.serial_from <= t.serial_to
        and c.serial_to >= t.serial_from
