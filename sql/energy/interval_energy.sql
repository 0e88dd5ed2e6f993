-- Every reading of the month that stands, as Wh (kJ for heat) of the interval it closes, with what is wrong with it.
-- reading x multiplier x unit, rounded half up to the whole Wh: floor(x + half) is exact in DECIMAL. minute is the start
-- of the interval, counted from the start of the month; a multiplier in the row wins over the master's.
-- Partition: month
-- Kept: no
-- Grain: meter_id, minute
-- Order: meter_id, minute
with standing as (
    select meter_id, interval_end, value, flag, multiplier, file_id
    from parsed.meter_readings
    where meter_id not in (select meter_id from energy.repeated_readings)
    union all
    select meter_id, interval_end, value, flag, multiplier, file_id
    from energy.ranked_readings
    where stands
),
placed as (
    select
        r.meter_id,
        r.interval_end,
        r.value,
        r.flag,
        r.file_id,
        k.first_day,
        k.park_id,
        k.role,
        k.project_id,
        k.enterprise_id,
        k.supply_class,
        k.balance_minutes,
        k.share_minutes,
        k.unit_denominator,
        cast(date_diff('minute', m.start, r.interval_end) as integer) - k.interval_minutes as minute,
        date_diff('minute', m.start, r.interval_end) % k.interval_minutes = 0
        and date_trunc('minute', r.interval_end) = r.interval_end as on_grid,
        try(
            cast(r.value as decimal(38, 12)) * coalesce(r.multiplier, k.multiplier) * k.unit_numerator
        ) as unit_energy
    from standing as r
    cross join run.month as m
    left join energy.month_meters as k
        on r.meter_id = k.meter_id
        and cast(r.interval_end - to_minutes(k.interval_minutes) as date) between k.first_day and k.last_day
)
select
    p.meter_id,
    p.first_day,
    p.park_id,
    p.role,
    p.project_id,
    p.enterprise_id,
    p.supply_class,
    p.balance_minutes,
    p.share_minutes,
    p.minute,
    p.interval_end,
    p.value,
    p.flag,
    p.file_id,
    case
        when p.park_id is null then 'no_valid_meter'
        when not p.on_grid then 'off_grid'
        when p.value is null or p.flag = 'N' then 'no_value'
        when p.value < 0 then 'negative'
        when p.unit_energy is null or p.unit_energy > 1e18 then 'out_of_range'
        else 'valid'
    end as status,
    case
        when p.on_grid and p.value >= 0 and p.flag is distinct from 'N' and p.unit_energy <= 1e18
            then cast(floor(p.unit_energy + p.unit_denominator * 0.5) as bigint) // p.unit_denominator
    end as energy_wh
from placed as p
