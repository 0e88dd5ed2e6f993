-- How complete each meter is in each month of the accounts, what its energy rests on, and how late it came. Where a meter
-- changes within a month (ratio, role, owner) each part has a row. intervals_*: why an interval was not valid.
-- Energies are MWh, of heat meters MWh of heat (3.6 GJ), rounded to the Wh. spread_mwh is what registers and bills tell of
-- several intervals together; open_mwh is what the open intervals probably hold and is part of nothing.
-- days_late: from the end of an interval's day to the delivery of the value that counts; known only where a delivery states
-- its time. late_interval_days sums it over intervals_dated.
-- Grain: meter_id, first_day
-- Order: meter_id, first_day
with lateness as (
    select
        r.meter_id,
        r.first_day,
        sum(r.intervals) as intervals_dated,
        sum(greatest(
            r.intervals * (date_diff('day', cast(r.month || '-01' as date), cast(f.delivered_at as date)) - 1) - r.day_sum, 0
        )) as late_interval_days,
        max(greatest(
            date_diff('day', cast(r.month || '-01' as date), cast(f.delivered_at as date)) - 1 - r.first_day_no, 0
        )) as days_late_latest
    from energy.meter_file_month as r
    inner join lake.files as f on r.file_id = f.file_id
    where f.delivered_at is not null
    group by r.meter_id, r.first_day
),
parts as (
    select
        c.*,
        list_transform([
            coalesce(m.actual_wh, 0),
            coalesce(m.sender_estimated_wh, 0),
            coalesce(m.edited_wh, 0),
            coalesce(m.spread_wh, 0),
            coalesce(m.alternate_wh, 0),
            coalesce(m.linear_wh, 0),
            coalesce(m.like_day_wh, 0),
            coalesce(m.scaled_wh, 0),
            coalesce(m.conservative_wh, 0),
            case when c.intervals_open > 0 then c.missing_estimate_wh else 0 end
        ], lambda energy_wh: cast(
            case when c.point in ('heat_import', 'heat_export') then (10 * energy_wh + 18) // 36 else energy_wh end as bigint
        ) * cast(0.000001 as decimal(7, 6))) as mwh,
        coalesce(m.intervals_missing, c.intervals_expected) as intervals_missing,
        coalesce(m.intervals_no_value, 0) as intervals_no_value,
        coalesce(m.intervals_negative, 0) as intervals_negative,
        coalesce(m.intervals_out_of_range, 0) as intervals_out_of_range,
        coalesce(m.intervals_over_capacity, 0) as intervals_over_capacity,
        coalesce(m.intervals_solar_at_night, 0) as intervals_solar_at_night,
        coalesce(m.intervals_spike, 0) as intervals_spike,
        coalesce(m.intervals_register_sum, 0) as intervals_register_sum
    from energy.meter_coverage as c
    inner join metrics.accounts as a on c.park_id = a.park_id and c.first_day between a.first_day and a.last_day
    left join energy.meter_month as m on c.meter_id = m.meter_id and c.first_day = m.first_day and c.month = m.month
)
select
    p.meter_id,
    p.first_day,
    p.month,
    cast(left(p.month, 4) as integer) as year,
    p.park_id,
    p.point,
    p.role,
    p.due,
    p.interval_minutes,
    p.intervals_expected,
    p.intervals_valid,
    p.intervals_estimated,
    p.intervals_open,
    p.intervals_missing,
    p.intervals_no_value,
    p.intervals_negative,
    p.intervals_out_of_range,
    p.intervals_over_capacity,
    p.intervals_solar_at_night,
    p.intervals_spike,
    p.intervals_register_sum,
    p.mwh[1] + p.mwh[2] + p.mwh[3] + p.mwh[4] + p.mwh[5] + p.mwh[6] + p.mwh[7] + p.mwh[8] + p.mwh[9] as energy_mwh,
    p.mwh[1] as actual_mwh,
    p.mwh[2] as sender_estimated_mwh,
    p.mwh[3] as edited_mwh,
    p.mwh[4] as spread_mwh,
    p.mwh[5] as alternate_mwh,
    p.mwh[6] as linear_mwh,
    p.mwh[7] as like_day_mwh,
    p.mwh[8] as scaled_mwh,
    p.mwh[9] as conservative_mwh,
    p.mwh[10] as open_mwh,
    cast(coalesce(l.intervals_dated, 0) as integer) as intervals_dated,
    cast(l.late_interval_days as bigint) as late_interval_days,
    cast(l.days_late_latest as integer) as days_late_latest
from parts as p
left join lateness as l on p.meter_id = l.meter_id and p.first_day = l.first_day
