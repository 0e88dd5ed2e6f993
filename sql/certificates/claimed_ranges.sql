-- The exact serial ranges that count for somebody, over all parks and years: usable cancelled ranges; what counts of
-- green-power lines; own-use lines of direct lines whose owner is not the user, whose power they prove.
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
        t.serial_from,
        t.serial_to,
        t.trade_id as ledger_id,
        l.file_id,
        l.line
    from certificates.counted_trade_ranges as t
    inner join certificates.trade_lines as l on t.trade_id = l.trade_id
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
