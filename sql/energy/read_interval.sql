-- Every delivered reading of the month that stands, as Wh (kJ for heat) of the interval it closes, with what is wrong with
-- it by itself. Wh = reading x multiplier x unit, rounded half up: floor((2 x n x value + d) / 2d) in integers. minute is the
-- start of the interval, counted from the start of the month. The quick way in 64 bits serves readings of at most six
-- decimals whose product stays far below 2^63; the others, and rows with a multiplier of their own, go through 128 bits.
-- meter_id, interval_end and value are carried for readings that no meter accounts for; of the others slot says whose.
-- Readings of a meter that delivers registers are differences in energy.register_interval, not energy by themselves.
-- Partition: month
-- Kept: no
-- Grain: slot, minute
-- Order: slot, minute
with standing as (
    select r.meter_id, r.interval_end, r.value, r.flag, r.multiplier, r.file_id
    from parsed.meter_readings as r
    left join energy.repeated_readings as t on r.meter_id = t.meter_id
    where t.meter_id is null
    union all
    select meter_id, interval_end, value, flag, multiplier, file_id
    from energy.ranked_readings
    where stands
),
timed as (
    select
        r.*,
        epoch_us(r.interval_end) - epoch_us(m.start) as end_us,
        cast((epoch_us(r.interval_end) - epoch_us(m.start)) // 60000000 as integer) as end_minute,
        case
            when r.value between -900000 and 900000 then cast(cast(r.value as decimal(18, 6)) * 1000000 as bigint)
            else cast(cast(r.value as decimal(38, 6)) * 1000000 as bigint)
        end as value_e6
    from standing as r
    cross join run.month as m
    left join staging.register_meters as g
        on r.meter_id = g.meter_id and r.interval_end >= g.first_at and r.interval_end <= g.last_at
    where g.meter_id is null
),
placed as (
    select
        r.*,
        k.slot,
        k.measure,
        k.capacity_limit_wh,
        k.night_limit_wh,
        k.interval_minutes,
        k.energy_numerator,
        k.energy_denominator,
        cast(coalesce(r.multiplier, k.multiplier) as decimal(18, 6)) as applied_multiplier,
        k.unit_numerator,
        k.unit_denominator,
        r.end_minute - k.interval_minutes as minute,
        r.end_minute % k.interval_minutes = 0 and r.end_us % 60000000 = 0 as on_grid,
        r.multiplier is null
        and coalesce(try_cast(r.value as decimal(18, 6)) = r.value, false)
        and abs(r.value_e6) <= k.quick_limit_e6 as is_quick
    from timed as r
    left join energy.month_meters as k
        on r.meter_id = k.meter_id and r.end_minute >= k.from_end_minute and r.end_minute < k.to_end_minute
),
judged as (
    select
        p.*,
        case
            when p.slot is null then 'no_valid_meter'
            when not p.on_grid then 'off_grid'
            when p.value is null or p.flag = 'N' then 'no_value'
            when p.is_quick and p.value >= 0 then 'valid'
            when p.applied_multiplier not between 0 and 10000000 then 'out_of_range'
            when abs(cast(p.value as double)) * p.applied_multiplier * p.unit_numerator > 1e15 then 'out_of_range'
            when p.value < 0 then 'negative'
            else 'valid'
        end as status
    from placed as p
    where coalesce(p.measure, '') <> 'register'
),
measured as (
    select
        j.*,
        case
            when j.status not in ('valid', 'negative') then null
            when j.is_quick and j.value_e6 >= 0
                then (2 * j.energy_numerator * j.value_e6 + j.energy_denominator) // (2 * j.energy_denominator)
            when j.value >= 0
                then cast((
                        2 * cast(cast(j.value as decimal(38, 12)) * 1000000000000 as hugeint)
                        * cast(cast(j.applied_multiplier as decimal(38, 6)) * 1000000 as hugeint) * j.unit_numerator
                        + cast(1000000000000000000 as hugeint) * j.unit_denominator
                    ) // (cast(2000000000000000000 as hugeint) * j.unit_denominator) as bigint)
            -- // rounds towards zero: below zero half up is -((2n + d - 1) // 2d)
            else -cast((
                    2 * cast(-cast(j.value as decimal(38, 12)) * 1000000000000 as hugeint)
                    * cast(cast(j.applied_multiplier as decimal(38, 6)) * 1000000 as hugeint) * j.unit_numerator
                    + cast(1000000000000000000 as hugeint) * j.unit_denominator - 1
                ) // (cast(2000000000000000000 as hugeint) * j.unit_denominator) as bigint)
        end as energy_wh
    from judged as j
)
select
    m.slot,
    m.minute,
    case when m.status in ('no_valid_meter', 'off_grid') then m.meter_id end as meter_id,
    case when m.status in ('no_valid_meter', 'off_grid') then m.interval_end end as interval_end,
    case when m.status in ('no_valid_meter', 'off_grid') then m.value end as value,
    m.flag,
    m.file_id,
    cast(case
        when m.status = 'valid' and m.energy_wh > m.capacity_limit_wh then 'over_capacity'
        when
            m.status = 'valid' and m.energy_wh > m.night_limit_wh
            and (m.minute % 1440 >= p.night_start_minute or m.minute % 1440 + m.interval_minutes <= p.night_end_minute)
            then 'solar_at_night'
        else m.status
    end as enum(
        'valid', 'no_valid_meter', 'off_grid', 'no_value', 'out_of_range', 'negative', 'over_capacity', 'solar_at_night', 'spike'
    )) as status,
    m.energy_wh
from measured as m
cross join run.month as n
inner join run.params as p on year(n.first_day) = p.year
