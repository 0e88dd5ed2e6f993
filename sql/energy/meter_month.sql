-- Energy and completeness of each meter in the month. intervals_valid were measured, intervals_estimated have a method of
-- the ladder, intervals_open have nothing in their place: none of them is zero. Why an interval needed an estimate:
-- missing, no value, negative, out of range, above the capacity, sun at night, a spike, contradicted by its register.
-- missing_estimate_wh names the size of what is open: the mean of the meter's other intervals times their number.
-- Partition: month
-- Grain: meter_id, first_day
-- Order: meter_id, first_day
with energy as (
    select
        slot,
        sum(intervals) filter (where method is null) as intervals_valid,
        sum(intervals) filter (where method is not null) as intervals_estimated,
        sum(energy_wh) as energy_wh,
        sum(energy_wh) filter (where source in ('reading', 'register')) as actual_wh,
        sum(energy_wh) filter (where source = 'sender_estimate') as sender_estimated_wh,
        sum(energy_wh) filter (where source = 'edit') as edited_wh,
        sum(energy_wh) filter (
            where source in ('register_spread', 'period_spread') or method in ('register_spread', 'period_spread')
        ) as spread_wh,
        sum(intervals) filter (where source in ('register_spread', 'period_spread')) as intervals_spread,
        sum(energy_wh) filter (where method = 'alternate') as alternate_wh,
        sum(energy_wh) filter (where method = 'linear') as linear_wh,
        sum(energy_wh) filter (where method = 'like_day') as like_day_wh,
        sum(energy_wh) filter (where method = 'scaled') as scaled_wh,
        sum(energy_wh) filter (where method = 'conservative') as conservative_wh
    from energy.meter_file_month
    group by slot
),
causes as (
    select
        slot,
        count(*) filter (where replaces = 'missing') as intervals_missing,
        count(*) filter (where replaces = 'no_value') as intervals_no_value,
        count(*) filter (where replaces = 'negative') as intervals_negative,
        count(*) filter (where replaces = 'out_of_range') as intervals_out_of_range,
        count(*) filter (where replaces = 'over_capacity') as intervals_over_capacity,
        count(*) filter (where replaces = 'solar_at_night') as intervals_solar_at_night,
        count(*) filter (where replaces = 'spike') as intervals_spike,
        count(*) filter (where replaces = 'register_sum') as intervals_register_sum
    from energy.estimated_interval
    group by slot
)
select
    m.month,
    k.meter_id,
    k.first_day,
    k.last_day,
    k.park_id,
    k.point,
    k.role,
    k.project_id,
    k.enterprise_id,
    k.supply_class,
    k.accuracy_class,
    k.interval_minutes,
    k.balance_minutes,
    k.share_minutes,
    k.boundary_from_use,
    k.multiplier,
    k.intervals_expected,
    cast(coalesce(e.intervals_valid, 0) as bigint) as intervals_valid,
    cast(coalesce(e.intervals_spread, 0) as bigint) as intervals_spread,
    cast(coalesce(e.intervals_estimated, 0) as bigint) as intervals_estimated,
    cast(k.intervals_expected - coalesce(e.intervals_valid, 0) - coalesce(e.intervals_estimated, 0) as bigint) as intervals_open,
    cast(
        coalesce(c.intervals_missing, 0)
        + k.intervals_expected - coalesce(e.intervals_valid, 0) - coalesce(e.intervals_estimated, 0)
        - coalesce(o.intervals_open, 0) as bigint
    ) as intervals_missing,
    coalesce(c.intervals_no_value, 0) as intervals_no_value,
    coalesce(c.intervals_negative, 0) as intervals_negative,
    coalesce(c.intervals_out_of_range, 0) as intervals_out_of_range,
    coalesce(c.intervals_over_capacity, 0) as intervals_over_capacity,
    coalesce(c.intervals_solar_at_night, 0) as intervals_solar_at_night,
    coalesce(c.intervals_spike, 0) as intervals_spike,
    coalesce(c.intervals_register_sum, 0) as intervals_register_sum,
    cast(coalesce(e.energy_wh, 0) as bigint) as energy_wh,
    cast(coalesce(e.actual_wh, 0) as bigint) as actual_wh,
    cast(coalesce(e.sender_estimated_wh, 0) as bigint) as sender_estimated_wh,
    cast(coalesce(e.edited_wh, 0) as bigint) as edited_wh,
    cast(coalesce(e.spread_wh, 0) as bigint) as spread_wh,
    cast(coalesce(e.alternate_wh, 0) as bigint) as alternate_wh,
    cast(coalesce(e.linear_wh, 0) as bigint) as linear_wh,
    cast(coalesce(e.like_day_wh, 0) as bigint) as like_day_wh,
    cast(coalesce(e.scaled_wh, 0) as bigint) as scaled_wh,
    cast(coalesce(e.conservative_wh, 0) as bigint) as conservative_wh,
    cast(
        cast(coalesce(e.energy_wh, 0) as hugeint)
        * (k.intervals_expected - coalesce(e.intervals_valid, 0) - coalesce(e.intervals_estimated, 0))
        // nullif(coalesce(e.intervals_valid, 0) + coalesce(e.intervals_estimated, 0), 0)
        as bigint
    ) as missing_estimate_wh
from energy.month_meters as k
cross join run.month as m
left join energy as e on k.slot = e.slot
left join causes as c on k.slot = c.slot
left join (
    select slot, count(*) as intervals_open
    from energy.estimated_interval
    where energy_wh is null
    group by slot
) as o on k.slot = o.slot
