-- Every reading of the month that stands, as Wh (kJ for heat) of the interval it closes, with what is wrong with it.
-- Wh = reading x multiplier x unit, rounded half up: floor((2 x n x value + d) / 2d) in integers. minute is the start of
-- the interval, counted from the start of the month. The quick way in 64 bits serves readings of at most six decimals
-- whose product stays far below 2^63; the others, and rows with a multiplier of their own, go through 128 bits.
-- meter_id, interval_end and value are carried for readings that no meter accounts for; of the others slot says whose.
-- Partition: month
-- Kept: no
-- Grain: slot, minute
-- Order: slot, minute
with standing as (
    select meter_id, interval_end, value, flag, multiplier, file_id
    from parsed.meter_readings
    where not exists (select 1 from energy.repeated_readings as t where t.meter_id = meter_readings.meter_id)
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
),
placed as (
    select
        r.*,
        k.slot,
        k.park_no,
        k.source_no,
        k.user_no,
        cast(k.role as enum(
            'grid_import', 'grid_export', 'direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge',
            'use', 'heat_import', 'heat_export', 'curtailment', 'auxiliary', 'resale', 'check', 'outside'
        )) as role,
        k.balance_minutes,
        k.share_minutes,
        k.energy_numerator,
        k.energy_denominator,
        cast(coalesce(r.multiplier, k.multiplier) as decimal(18, 6)) as applied_multiplier,
        k.unit_numerator,
        k.unit_denominator,
        r.end_minute - k.interval_minutes as minute,
        r.end_minute % k.interval_minutes = 0 and r.end_us % 60000000 = 0 as on_grid,
        r.multiplier is null
        and cast(r.value as decimal(18, 6)) = r.value
        and abs(r.value_e6) < 2000000000000000000 // k.energy_numerator as is_quick
    from timed as r
    left join energy.month_meters as k
        on r.meter_id = k.meter_id and r.end_minute >= k.from_end_minute and r.end_minute < k.to_end_minute
),
judged as (
    select
        p.*,
        cast(case
            when p.slot is null then 'no_valid_meter'
            when not p.on_grid then 'off_grid'
            when p.value is null or p.flag = 'N' then 'no_value'
            when p.value < 0 then 'negative'
            when p.is_quick then 'valid'
            when p.applied_multiplier not between 0 and 10000000 then 'out_of_range'
            when cast(p.value as double) * p.applied_multiplier * p.unit_numerator > 1e15 then 'out_of_range'
            else 'valid'
        end as enum('valid', 'no_valid_meter', 'off_grid', 'no_value', 'negative', 'out_of_range')) as status
    from placed as p
)
select
    j.slot,
    j.park_no,
    j.source_no,
    j.user_no,
    j.role,
    j.minute,
    j.minute - j.minute % j.balance_minutes as balance_minute,
    j.minute - j.minute % j.share_minutes as share_minute,
    case when j.status in ('no_valid_meter', 'off_grid') then j.meter_id end as meter_id,
    case when j.status in ('no_valid_meter', 'off_grid') then j.interval_end end as interval_end,
    case when j.status in ('no_valid_meter', 'off_grid') then j.value end as value,
    j.flag,
    j.file_id,
    j.status,
    case
        when j.status <> 'valid' then null
        when j.is_quick
            then (2 * j.energy_numerator * j.value_e6 + j.energy_denominator) // (2 * j.energy_denominator)
        else cast((
                2 * cast(cast(j.value as decimal(38, 12)) * 1000000000000 as hugeint)
                * cast(cast(j.applied_multiplier as decimal(38, 6)) * 1000000 as hugeint) * j.unit_numerator
                + cast(1000000000000000000 as hugeint) * j.unit_denominator
            ) // (cast(2000000000000000000 as hugeint) * j.unit_denominator) as bigint)
    end as energy_wh
from judged as j
