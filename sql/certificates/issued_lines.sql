-- Ledger lines that keep rule 1, of projects and months whose issuances were delivered: how many of their serials were
-- issued. One sweep over project, month and serial knows how many serials are issued up to any point: the lengths of the
-- ranges begun so far, less what of the last one lies beyond. A line holds the difference between its ends.
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
points as (
    select
        project_code,
        generation_month,
        serial_from as serial,
        1 as place,
        serial_to - serial_from + 1 as begun_mwh,
        serial_to as reach,
        null as table_name,
        null as ledger_id,
        null as is_end
    from certificates.issued_ranges
    union all
    select
        l.project_code,
        l.generation_month,
        case when e.is_end then l.serial_to else l.serial_from - 1 end as serial,
        2 as place,
        0 as begun_mwh,
        null as reach,
        l.table_name,
        l.ledger_id,
        e.is_end
    from lines as l
    inner join (select distinct project_code, generation_month from certificates.issued_ranges) as i
        on l.project_code = i.project_code and l.generation_month = i.generation_month
    cross join (values (true), (false)) as e (is_end)
),
swept as (
    select
        table_name,
        ledger_id,
        is_end,
        serial,
        sum(begun_mwh) over so_far - greatest(coalesce(max(reach) over so_far - serial, 0), 0) as issued_so_far
    from points
    window so_far as (
        partition by project_code, generation_month order by serial, place rows between unbounded preceding and current row
    )
)
select
    table_name,
    ledger_id,
    cast(sum(case when is_end then serial else -serial end) as decimal(38, 0)) as count_mwh,
    cast(sum(case when is_end then issued_so_far else -issued_so_far end) as decimal(38, 0)) as issued_mwh
from swept
where ledger_id is not null
group by table_name, ledger_id
