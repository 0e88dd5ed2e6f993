-- The life of every certificate that the ledgers name or that was issued, over all parks: one row for each range of
-- serials and each state it went through, with the first and last day of that state and who held it. State on a day:
-- the rows with that day between valid_from and valid_to, one for each certificate that exists. issued: nobody bought
-- it. held: bought alone or over a provincial border. assigned: sold or kept with its energy, tied to its user.
-- pending: assigned, but not yet issued or its month not settled. cancelled. expired: its validity ended before it was
-- cancelled. Moves that are not legal (certificates.illegal_moves) change nothing here. Of several moves on one day
-- the last stands, so a certificate bought and cancelled on a day was never held.
-- Grain: project_code, generation_month, serial_from, valid_from
-- Order: project_code, generation_month, serial_from, valid_from
with lives as (
    select
        project_code,
        generation_month,
        serial_from,
        serial_to,
        issued_on,
        trade_id,
        buyer_enterprise_id,
        cancellation_id,
        is_bound,
        is_unsettled,
        exists_from,
        moved_from,
        trade_date,
        case when is_unsettled and moved_from is not null then trade_date else moved_from end as held_from,
        last_day,
        case when cancellation_id is not null and cancellation_fault is null then cancelled_on end as cancelled_from
    from certificates.register_moves
    where exists_from is not null
),
spans as (
    select
        l.*,
        s.stage,
        case s.stage
            when 'issued' then l.exists_from
            when 'sold' then case when l.is_bound and not l.is_unsettled then l.trade_date end
            when 'moved' then l.held_from
            when 'cancelled' then l.cancelled_from
            when 'expired' then case when l.cancelled_from is null then greatest(l.last_day + 1, l.exists_from) end
        end as valid_from,
        case s.stage
            when 'issued' then least(l.last_day, l.moved_from - 1)
            when 'sold' then l.moved_from - 1
            when 'moved' then least(l.last_day, l.cancelled_from - 1)
            else date '9999-12-31'
        end as valid_to
    from lives as l
    cross join (values ('issued'), ('sold'), ('moved'), ('cancelled'), ('expired')) as s (stage)
)
select
    project_code,
    generation_month,
    serial_from,
    serial_to,
    cast(serial_to - serial_from + 1 as decimal(38, 6)) as mwh,
    case
        when stage = 'sold' then 'pending'
        when stage <> 'moved' then stage
        when is_unsettled then 'pending'
        when is_bound then 'assigned'
        else 'held'
    end as state,
    case when stage <> 'issued' and moved_from is not null then buyer_enterprise_id end as holder_enterprise_id,
    valid_from,
    valid_to,
    issued_on,
    case when stage <> 'issued' and moved_from is not null then trade_id end as trade_id,
    case when stage = 'cancelled' then cancellation_id end as cancellation_id
from spans
where valid_from <= valid_to
