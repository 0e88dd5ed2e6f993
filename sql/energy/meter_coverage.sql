-- How complete each meter is in each month of the accounts: a month without a single reading is expected too.
-- intervals_open: neither measured nor estimated. missing_estimate_wh: the mean of the meter's other intervals (of the
-- month, else of all its months) times their number.
-- due: the meter is part of the balance, of the enterprises' use, or of heat; check meters and those outside are not.
-- Grain: meter_id, first_day
-- Order: meter_id, first_day
with months as (
    select distinct cast(unnest(generate_series(first_day, last_day, interval 1 month)) as date) as first_day
    from run.years
),
expected as (
    select
        s.meter_id,
        s.park_id,
        s.point,
        s.role,
        s.interval_minutes,
        strftime(m.first_day, '%Y-%m') as month,
        greatest(s.first_day, m.first_day) as first_day,
        (least(s.last_day, last_day(m.first_day)) - greatest(s.first_day, m.first_day) + 1) * (1440 // s.interval_minutes)
            as intervals_expected
    from staging.meter_spans as s
    inner join months as m on s.first_day <= last_day(m.first_day) and s.last_day >= m.first_day
),
means as (
    select meter_id, sum(energy_wh) as energy_wh, sum(intervals_valid + intervals_estimated) as intervals_known
    from energy.meter_month
    group by meter_id
)
select
    e.meter_id,
    e.first_day,
    e.park_id,
    e.month,
    e.point,
    e.role,
    e.role not in ('check', 'outside') as due,
    e.interval_minutes,
    cast(e.intervals_expected as integer) as intervals_expected,
    coalesce(r.intervals_valid, 0) as intervals_valid,
    coalesce(r.intervals_estimated, 0) as intervals_estimated,
    cast(
        e.intervals_expected - coalesce(r.intervals_valid, 0) - coalesce(r.intervals_estimated, 0) as integer
    ) as intervals_open,
    coalesce(r.intervals_spread, 0) as intervals_spread,
    coalesce(r.energy_wh, 0) as energy_wh,
    coalesce(r.sender_estimated_wh, 0) as sender_estimated_wh,
    coalesce(r.alternate_wh + r.linear_wh + r.like_day_wh + r.scaled_wh + r.conservative_wh, 0) as estimated_wh,
    coalesce(
        r.missing_estimate_wh,
        cast(a.energy_wh * e.intervals_expected // nullif(a.intervals_known, 0) as bigint),
        0
    ) as missing_estimate_wh
from expected as e
left join energy.meter_month as r on e.meter_id = r.meter_id and e.first_day = r.first_day and e.month = r.month
left join means as a on e.meter_id = a.meter_id
