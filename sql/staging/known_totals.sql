-- What a register or a bill says was the energy of a meter between two moments. Registers come first: a bill is only taken
-- where they say nothing. Valid rows of a meter do not overlap; the others are here to be seen and count for nothing.
-- status of a bill, beyond its own: register_covers (the register says it too, within the tolerance),
-- register_period_difference (it says something else, register_wh), register_overlap (it says it for a part only).
-- is_source: the intervals of the meter come from here; else it only checks them. For register rows the meter decides
-- (measure register), see energy.register_interval.
-- Grain: meter_id, from_at, to_at, source
-- Order: from_at, meter_id, to_at, source
with advances as (
    select a.meter_id, a.from_at, a.to_at, a.energy_wh, a.tolerance_wh
    from staging.register_advances as a
    where a.status in ('valid', 'over_capacity') and a.meter_id in (select p.meter_id from staging.period_advances as p)
),
events as (
    select meter_id, from_at, to_at, energy_wh, tolerance_wh, false as is_bill
    from advances
    union all
    select meter_id, from_at, to_at, energy_wh, tolerance_wh, true as is_bill
    from staging.period_advances
    where status = 'valid'
),
swept as (
    select
        e.*,
        max(case when is_bill then from_at end) over started as bill_from_at,
        max(case when is_bill then to_at end) over started as bill_to_at,
        max(case when not is_bill then to_at end) over started as advance_to_at
    from events as e
    window started as (
        partition by meter_id order by from_at, not is_bill rows between unbounded preceding and current row
    )
),
inside as (
    select
        meter_id,
        bill_from_at as from_at,
        sum(energy_wh) as register_wh,
        max(tolerance_wh) as tolerance_wh,
        sum(case when to_at <= bill_to_at then date_diff('microsecond', from_at, to_at) end) as covered_us
    from swept
    where not is_bill and from_at < bill_to_at
    group by meter_id, bill_from_at
),
bills as (
    select
        p.*,
        i.register_wh,
        case
            when p.status <> 'valid' then p.status
            when coalesce(i.covered_us = date_diff('microsecond', p.from_at, p.to_at), false)
                then case
                        when abs(i.register_wh - p.energy_wh) <= greatest(i.tolerance_wh, p.tolerance_wh) then 'register_covers'
                        else 'register_period_difference'
                    end
            when i.meter_id is not null or coalesce(s.advance_to_at > p.from_at, false) then 'register_overlap'
            else 'valid'
        end as total_status
    from staging.period_advances as p
    left join swept as s on p.meter_id = s.meter_id and p.from_at = s.from_at and s.is_bill
    left join inside as i on p.meter_id = i.meter_id and p.from_at = i.from_at
)
select
    meter_id,
    from_at,
    to_at,
    energy_wh,
    'register' as source,
    case when is_rollover then 'rollover' else 'difference' end as kind,
    tolerance_wh,
    status,
    is_estimate,
    true as is_source,
    cast(null as bigint) as register_wh,
    file_id
from staging.register_advances
union all
select
    meter_id,
    from_at,
    to_at,
    energy_wh,
    'period' as source,
    kind,
    tolerance_wh,
    total_status as status,
    false as is_estimate,
    not is_metered as is_source,
    cast(register_wh as bigint) as register_wh,
    file_id
from bills
