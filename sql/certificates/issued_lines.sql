-- Ledger lines that keep rule 1, of projects and months whose issuances were delivered: how many of their serials were
-- issued, and the latest first day of issue among the ranges they lie in. Lines of one table are disjoint here, so they
-- meet the issued ranges about as often as there are lines and ranges: one sweep, as in certificates.touching.
-- Grain: table_name, ledger_id
-- Order: table_name, ledger_id
with lines as (
    select
        'gec_trades' as table_name,
        trade_id as ledger_id,
        project_code,
        generation_month,
        serial_from,
        serial_to
    from certificates.trade_lines
    where broken_rule is null
    union all
    select
        'gec_cancellations' as table_name,
        cancellation_id as ledger_id,
        project_code,
        generation_month,
        serial_from,
        serial_to
    from certificates.cancellation_lines
    where broken_rule is null
),
told as (
    select
        l.table_name,
        l.ledger_id,
        l.project_code,
        l.generation_month,
        l.serial_from,
        l.serial_to
    from lines as l
    inner join (select distinct project_code, generation_month from certificates.issued_ranges) as i
        on l.project_code = i.project_code and l.generation_month = i.generation_month
),
events as (
    select
        project_code,
        generation_month,
        serial_from as serial,
        1 as place,
        1 as opened,
        0 as closed,
        null as table_name,
        null as ledger_id
    from certificates.issued_ranges
    union all
    select
        project_code,
        generation_month,
        serial_to as serial,
        3 as place,
        0 as opened,
        1 as closed,
        null as table_name,
        null as ledger_id
    from certificates.issued_ranges
    union all
    select
        t.project_code,
        t.generation_month,
        case when e.is_end then t.serial_to else t.serial_from end as serial,
        2 as place,
        0 as opened,
        0 as closed,
        t.table_name,
        t.ledger_id
    from told as t
    cross join (values (true), (false)) as e (is_end)
),
counted as (
    select
        table_name,
        ledger_id,
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
        table_name,
        ledger_id,
        unnest(range(cast(min(closed_so_far) as bigint) + 1, cast(max(opened_so_far) as bigint) + 1)) as island
    from counted
    where ledger_id is not null
    group by table_name, ledger_id
),
shared as (
    select
        r.table_name,
        r.ledger_id,
        sum(least(t.serial_to, i.serial_to) - greatest(t.serial_from, i.serial_from) + 1) as issued_mwh,
        max(i.first_issued_on) as issued_on
    from reached as r
    inner join told as t on r.table_name = t.table_name and r.ledger_id = t.ledger_id
    inner join certificates.issued_ranges as i
        on t.project_code = i.project_code and t.generation_month = i.generation_month and r.island = i.island
    group by r.table_name, r.ledger_id
)
select
    t.table_name,
    t.ledger_id,
    cast(t.serial_to - t.serial_from + 1 as decimal(38, 0)) as count_mwh,
    cast(coalesce(s.issued_mwh, 0) as decimal(38, 0)) as issued_mwh,
    s.issued_on
from told as t
left join shared as s on t.table_name = s.table_name and t.ledger_id = s.ledger_id
