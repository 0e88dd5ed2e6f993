-- The intervals of the month that come from registers and bills: those of meters that deliver their register, and of meters
-- that deliver bills and no readings. A total over one interval is that interval. A longer one is spread evenly over time:
-- what it has by a moment is floor(total x time passed / time in all), and an interval gets the difference of its two ends,
-- so that nothing is lost. Totals that begin or end within an interval give it their part; it is only here if they fill it.
-- source: register, sender_estimate (the sender estimated a read), register_spread, period_spread.
-- A total above the capacity is only shown as the interval it fills, where validation sees it.
-- Partition: month
-- Kept: no
-- Grain: slot, minute
-- Order: slot, minute
with placed as (
    select
        k.slot,
        k.interval_minutes * cast(60000000 as bigint) as interval_us,
        (k.from_end_minute - k.interval_minutes) * cast(60000000 as bigint) as span_from_us,
        (k.to_end_minute - k.interval_minutes) * cast(60000000 as bigint) as span_to_us,
        epoch_us(t.from_at) - epoch_us(m.start) as from_us,
        epoch_us(t.to_at) - epoch_us(m.start) as to_us,
        t.energy_wh,
        t.source,
        t.status,
        t.is_estimate,
        t.file_id
    from energy.month_totals as t
    inner join energy.month_meters as k on t.meter_id = k.meter_id and (k.measure = 'register' or t.source = 'period')
    cross join run.month as m
    where t.is_source
),
cut as (
    select
        p.*,
        greatest(p.from_us, p.span_from_us) as part_from_us,
        least(p.to_us, p.span_to_us) as part_to_us,
        p.from_us % p.interval_us = 0 and p.to_us - p.from_us = p.interval_us as is_interval
    from placed as p
    where p.from_us < p.span_to_us and p.to_us > p.span_from_us
),
spread as (
    select
        c.*,
        unnest(generate_series(
            c.part_from_us - c.part_from_us % c.interval_us, c.part_to_us - 1, c.interval_us
        )) as interval_from_us
    from cut as c
    where not c.is_interval and c.status = 'valid'
),
parts as (
    select
        s.*,
        greatest(s.interval_from_us, s.part_from_us) as begins_us,
        least(s.interval_from_us + s.interval_us, s.part_to_us) as ends_us
    from spread as s
),
summed as (
    select
        slot,
        interval_from_us,
        sum(
            cast(energy_wh as hugeint) * (ends_us - from_us) // (to_us - from_us)
            - cast(energy_wh as hugeint) * (begins_us - from_us) // (to_us - from_us)
        ) as energy_wh,
        bool_or(source = 'period') as has_bill,
        bool_and(from_us >= interval_from_us and to_us <= interval_from_us + interval_us) as is_inside,
        bool_or(is_estimate) as is_estimate,
        min(file_id) as file_id
    from parts
    group by slot, interval_from_us
    having sum(ends_us - begins_us) = max(interval_us)
)
select
    slot,
    cast(from_us // 60000000 as integer) as minute,
    energy_wh,
    case when source = 'period' then 'period_spread' when is_estimate then 'sender_estimate' else 'register' end as source,
    file_id
from cut
where is_interval
union all
select
    slot,
    cast(interval_from_us // 60000000 as integer) as minute,
    cast(energy_wh as bigint) as energy_wh,
    case
        when has_bill then 'period_spread'
        when not is_inside then 'register_spread'
        when is_estimate then 'sender_estimate'
        else 'register'
    end as source,
    file_id
from summed
