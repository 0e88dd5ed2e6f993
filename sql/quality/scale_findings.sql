-- Months whose readings seem to stand in another unit or ratio: the mean of the month's intervals against the median of the
-- meter's other months, of which there must be two. unit_slip: their ratio is one of a thousand, ten thousand, 3.6, the
-- meter's own multiplier or the ratio of two it has had, or the inverse of one (within the tolerance; factors below
-- unit_slip_smallest_factor are ordinary change); scale_change: it is beyond scale_change_factor and none of these. A smaller
-- factor must come at once, at least its square root from one month to the next: the sun of December is no slip.
-- Where more values are above the capacity than valid, they are the month's mean.
-- Kept: no
-- Grain: code, month, meter_id
-- Order: code, month, meter_id
with estimates as (
    select
        month,
        slot,
        coalesce(sum(energy_wh), 0) as estimated_wh,
        count(*) filter (where replaces = 'over_capacity') as intervals_above,
        sum(delivered_wh) filter (where replaces = 'over_capacity') as above_wh
    from energy.estimated_interval
    group by month, slot
),
months as (
    select
        m.month,
        m.meter_id,
        m.point,
        arg_max(m.park_id, m.first_day) as park_id,
        sum(m.intervals_valid) as intervals_valid,
        sum(m.energy_wh - coalesce(e.estimated_wh, 0)) as valid_wh,
        coalesce(sum(e.intervals_above), 0) as intervals_above,
        sum(e.above_wh) as above_wh
    from energy.meter_month as m
    inner join energy.month_meters as k on m.month = k.month and m.meter_id = k.meter_id and m.first_day = k.first_day
    left join estimates as e on k.month = e.month and k.slot = e.slot
    group by m.month, m.meter_id, m.point
),
means as (
    select
        month,
        meter_id,
        point,
        park_id,
        case
            when intervals_above > intervals_valid then cast(above_wh as double) / intervals_above
            else cast(valid_wh as double) / intervals_valid
        end as mean_wh
    from months
    where intervals_above + intervals_valid > 0
),
neighbours as (
    select *, lag(mean_wh) over w as before_wh, lead(mean_wh) over w as after_wh
    from means
    window w as (partition by meter_id, point order by month)
),
compared as (
    select
        m.month,
        m.meter_id,
        m.park_id,
        m.mean_wh,
        m.before_wh,
        m.after_wh,
        median(o.mean_wh) as median_wh
    from neighbours as m
    inner join means as o on m.meter_id = o.meter_id and m.point = o.point and m.month <> o.month
    where m.mean_wh > 0
    group by m.month, m.meter_id, m.park_id, m.mean_wh, m.before_wh, m.after_wh
    having count(*) >= 2 and median(o.mean_wh) > 0
),
ratios as (
    select
        c.*,
        greatest(c.mean_wh / c.median_wh, c.median_wh / c.mean_wh) as ratio,
        c.mean_wh > c.median_wh as is_above,
        case
            when c.mean_wh > c.median_wh
                then c.mean_wh / nullif(least(coalesce(c.before_wh, c.after_wh), coalesce(c.after_wh, c.before_wh)), 0)
            else greatest(coalesce(c.before_wh, c.after_wh), coalesce(c.after_wh, c.before_wh)) / c.mean_wh
        end as step,
        cast(p.unit_slip_tolerance as double) as tolerance,
        cast(p.unit_slip_smallest_factor as double) as smallest_factor,
        cast(p.scale_change_factor as double) as scale_change_factor
    from compared as c
    inner join run.params as p on cast(left(c.month, 4) as integer) = p.year
),
multipliers as (
    select distinct meter_id, cast(multiplier as double) as multiplier
    from staging.meters
    where multiplier > 0
),
units as (
    select 1000.0 as factor, 'a thousand (kWh for MWh, W for kW)' as name
    union all
    select 10000.0, 'ten thousand (kWh for 万kWh)'
    union all
    select 3.6, '3.6 (MJ for kWh)'
),
factors as (
    select m.meter_id, u.factor, u.name
    from (select distinct meter_id from compared) as m
    cross join units as u
    union all
    select meter_id, greatest(multiplier, 1 / multiplier), 'the meter''s multiplier ' || multiplier
    from multipliers
    union all
    select a.meter_id, b.multiplier / a.multiplier, 'its multipliers ' || b.multiplier || ' and ' || a.multiplier
    from multipliers as a
    inner join multipliers as b on a.meter_id = b.meter_id and a.multiplier < b.multiplier
),
nearest as (
    select
        r.month,
        r.meter_id,
        r.park_id,
        r.mean_wh,
        r.median_wh,
        r.ratio,
        r.is_above,
        r.scale_change_factor,
        r.tolerance,
        arg_min(f.name, (abs(ln(r.ratio / f.factor)), f.name)) as name,
        arg_min(abs(r.ratio / f.factor - 1), (abs(ln(r.ratio / f.factor)), f.name)) as distance
    from ratios as r
    inner join factors as f on r.meter_id = f.meter_id and f.factor >= r.smallest_factor
    where
        r.ratio >= r.smallest_factor * (1 - r.tolerance)
        and (r.ratio > r.scale_change_factor or r.step is null or r.step >= sqrt(r.ratio))
    group by all
)
select
    case when n.distance <= n.tolerance then 'unit_slip' else 'scale_change' end as code,
    'warn' as severity,
    printf(
        ' Meter %s, %s: the mean of its intervals is %.4g times %s the median of its other months; %s %s.', n.meter_id, n.month,
        n.ratio, case when n.is_above then 'above' else 'below' end,
        case when n.distance <= n.tolerance then 'as if by' else 'the nearest known factor is' end, n.name
    ) as detail,
    cast(to_json({
        'mean_wh': round(n.mean_wh, 3), 'median_of_other_months_wh': round(n.median_wh, 3), 'factor': n.name
    }) as varchar) as evidence,
    n.park_id,
    n.month,
    n.meter_id
from nearest as n
where n.distance <= n.tolerance or n.ratio > n.scale_change_factor
