-- The serials of a project and month, cut wherever a sound line or an issuance begins or ends: disjoint ranges whose
-- certificates share one history. trade_id and cancellation_id are the lines that keep rule 1 and name the range, at
-- most one of each; is_issued: it stands in an issuance, which may name no day. One sort of all ends and a sweep over them: lines of one
-- kind are disjoint, so only the last one begun can hold a serial.
-- Kept: no
-- Grain: project_code, generation_month, serial_from
-- Order: project_code, generation_month, serial_from
with ends as (
    select
        t.project_code,
        t.generation_month,
        case when e.is_start then t.serial_from else t.serial_to + 1 end as serial,
        1 as kind,
        e.is_start,
        case when e.is_start then t.trade_id end as trade_id,
        null as cancellation_id,
        null as island
    from certificates.trade_lines as t
    cross join (values (true), (false)) as e (is_start)
    where t.broken_rule is null
    union all
    select
        c.project_code,
        c.generation_month,
        case when e.is_start then c.serial_from else c.serial_to + 1 end as serial,
        2 as kind,
        e.is_start,
        null as trade_id,
        case when e.is_start then c.cancellation_id end as cancellation_id,
        null as island
    from certificates.cancellation_lines as c
    cross join (values (true), (false)) as e (is_start)
    where c.broken_rule is null
    union all
    select
        i.project_code,
        i.generation_month,
        case when e.is_start then i.serial_from else i.serial_to + 1 end as serial,
        3 as kind,
        e.is_start,
        null as trade_id,
        null as cancellation_id,
        case when e.is_start then i.island end as island
    from certificates.issued_ranges as i
    cross join (values (true), (false)) as e (is_start)
),
swept as (
    select
        project_code,
        generation_month,
        serial as serial_from,
        lead(serial) over (partition by project_code, generation_month order by serial, kind, is_start) - 1
            as serial_to,
        last_value(trade_id ignore nulls) over begun as trade_id,
        last_value(cancellation_id ignore nulls) over begun as cancellation_id,
        last_value(island ignore nulls) over begun as island
    from ends
    window begun as (
        partition by project_code, generation_month order by serial, kind, is_start
        rows between unbounded preceding and current row
    )
)
select
    s.project_code,
    s.generation_month,
    s.serial_from,
    s.serial_to,
    i.island is not null as is_issued,
    i.first_issued_on as issued_on,
    t.trade_id,
    t.trade_date,
    t.channel,
    t.tradable,
    t.buyer_enterprise_id,
    c.cancellation_id,
    c.cancelled_on,
    c.beneficiary_enterprise_id
from swept as s
left join certificates.trade_lines as t on s.trade_id = t.trade_id and s.serial_from <= t.serial_to
left join certificates.cancellation_lines as c
    on s.cancellation_id = c.cancellation_id and s.serial_from <= c.serial_to
left join certificates.issued_ranges as i
    on
        s.project_code = i.project_code
        and s.generation_month = i.generation_month
        and s.island = i.island
        and s.serial_from <= i.serial_to
where
    s.serial_from <= s.serial_to
    and (t.trade_id is not null or c.cancellation_id is not null or i.island is not null)
