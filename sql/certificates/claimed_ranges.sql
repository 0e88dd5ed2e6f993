-- The exact serial ranges that count for somebody, over all parks and years: usable cancelled ranges; green-power lines
-- without the parts that do not count; own-use lines of direct lines whose owner is not the user, whose power they prove.
-- What goes beyond an enterprise's draw from the grid (surplus) is claimed too: a cap is an amount and picks no serial.
-- No serial stands here twice: rule 1 keeps the lines of each ledger apart, rule 6 the cancelled from the other two.
-- Grain: project_code, generation_month, serial_from
-- Order: project_code, generation_month, serial_from
with proven_lines as (
    select distinct
        park_id,
        project_id,
        cast(left(month, 4) as integer) as year
    from energy.line_month
    where not same_owner and interval_traced and supply_class <> 'fossil' and project_id <> ''
),
trades as (
    select *
    from certificates.judged_trades
    where counted_mwh > 0
),
lost as (
    select
        t.trade_id,
        t.year,
        x.shared_from,
        x.shared_to,
        max(x.shared_to) over (
            partition by t.trade_id, t.year
            order by x.shared_from, x.cancellation_id
            rows between unbounded preceding and 1 preceding
        ) as lost_before
    from trades as t
    inner join certificates.touching as x on t.trade_id = x.trade_id
    where t.lost_mwh > 0 and x.beneficiary_enterprise_id <> x.buyer_enterprise_id
),
kept_parts as (
    select
        trade_id,
        year,
        lost_before + 1 as part_from,
        shared_from - 1 as part_to
    from lost
    union all
    select
        trade_id,
        year,
        max(shared_to) + 1 as part_from,
        null as part_to
    from lost
    group by trade_id, year
    union all
    select
        trade_id,
        year,
        null as part_from,
        null as part_to
    from trades
    where lost_mwh = 0
),
claims as (
    select
        park_id,
        year,
        enterprise_id,
        'cancelled' as kind,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        cancellation_id as ledger_id,
        file_id,
        line
    from certificates.judged_cancellations
    where reason is null
    union all
    select
        t.park_id,
        t.year,
        t.enterprise_id,
        'green_power' as kind,
        t.project_code,
        t.generation_month,
        coalesce(k.part_from, t.serial_from) as serial_from,
        coalesce(k.part_to, t.serial_to) as serial_to,
        t.trade_id as ledger_id,
        t.file_id,
        t.line
    from trades as t
    inner join kept_parts as k on t.trade_id = k.trade_id and t.year = k.year
    union all
    select
        o.park_id,
        o.year,
        o.enterprise_id,
        'own_use' as kind,
        o.project_code,
        o.generation_month,
        o.serial_from,
        o.serial_to,
        o.trade_id as ledger_id,
        o.file_id,
        o.line
    from certificates.own_use_lines as o
    inner join proven_lines as p on o.park_id = p.park_id and o.project_id = p.project_id and o.year = p.year
)
select
    park_id,
    year,
    enterprise_id,
    kind,
    project_code,
    generation_month,
    serial_from,
    serial_to,
    cast(serial_to - serial_from + 1 as decimal(38, 6)) as mwh,
    ledger_id,
    file_id,
    line
from claims
where serial_from <= serial_to
