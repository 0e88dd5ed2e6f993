-- What registers and bills say against the intervals of the same meter. disagrees: all intervals of the stretch are valid,
-- and their sum differs from the register's advance by more than its tolerance; then none of them stands (register_sum).
-- Where intervals are missing, remainder_wh is what they must add up to. Only stretches that begin and end on the meter's
-- own grid can be compared; meters that deliver nothing but registers have nothing to compare.
-- Grain: meter_id, from_at
-- Order: meter_id, from_at
with totals as (
    select
        t.meter_id,
        t.from_at,
        t.to_at,
        t.energy_wh,
        t.source,
        t.tolerance_wh,
        t.file_id
    from staging.known_totals as t
    where t.status = 'valid'
),
meters as (
    select
        k.month,
        k.slot,
        k.meter_id,
        k.interval_minutes,
        cast(k.month || '-01' as timestamp) as start
    from energy.month_meters as k
    where k.measure <> 'register' and k.meter_id in (select meter_id from totals)
),
intervals as (
    select
        m.meter_id,
        m.interval_minutes,
        m.start + to_minutes(i.minute) as from_at,
        i.energy_wh
    from energy.measured_interval as i
    inner join meters as m on i.slot = m.slot
    where i.status = 'valid' and i.source in ('reading', 'sender_estimate', 'edit')
),
matched as (
    select
        i.meter_id,
        t.from_at,
        t.to_at,
        min(i.interval_minutes) as interval_minutes,
        max(i.interval_minutes) as longest_minutes,
        count(*) as intervals_valid,
        sum(i.energy_wh) as valid_wh
    from intervals as i
    asof inner join totals as t on i.meter_id = t.meter_id and i.from_at >= t.from_at
    where i.from_at < t.to_at
    group by i.meter_id, t.from_at, t.to_at
),
lengths as (
    select meter_id, min(interval_minutes) as interval_minutes
    from meters
    group by meter_id
),
measured as (
    select
        t.*,
        coalesce(c.interval_minutes, l.interval_minutes) as interval_minutes,
        coalesce(c.longest_minutes, l.interval_minutes) as longest_minutes,
        coalesce(c.intervals_valid, 0) as intervals_valid,
        coalesce(c.valid_wh, 0) as valid_wh
    from totals as t
    inner join lengths as l on t.meter_id = l.meter_id
    left join matched as c on t.meter_id = c.meter_id and t.from_at = c.from_at
),
compared as (
    select
        m.*,
        date_diff('minute', m.from_at, m.to_at) // m.interval_minutes as intervals_expected
    from measured as m
    where
        m.interval_minutes = m.longest_minutes
        and epoch_us(m.from_at) % (cast(m.interval_minutes as bigint) * 60000000) = 0
        and epoch_us(m.to_at) % (cast(m.interval_minutes as bigint) * 60000000) = 0
)
select
    c.meter_id,
    c.from_at,
    c.to_at,
    c.source,
    c.energy_wh,
    c.tolerance_wh,
    c.file_id,
    c.interval_minutes,
    c.intervals_expected,
    c.intervals_valid,
    cast(c.valid_wh as bigint) as valid_wh,
    c.intervals_valid = c.intervals_expected and abs(c.valid_wh - c.energy_wh) > c.tolerance_wh as disagrees,
    cast(
        case
            when c.intervals_valid = c.intervals_expected and abs(c.valid_wh - c.energy_wh) > c.tolerance_wh then c.energy_wh
            when c.intervals_valid < c.intervals_expected then c.energy_wh - c.valid_wh
        end as bigint
    ) as remainder_wh
from compared as c
