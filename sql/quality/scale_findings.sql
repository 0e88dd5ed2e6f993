-- Months whose readings seem to stand in another unit or ratio: the mean of the month's intervals against the median of the
-- meter's other months, of which there must be two. Where more values are above the capacity than valid, they are the month's
-- mean. Known factors are a thousand, ten thousand, 3.6, the meter's own multiplier or the ratio of two it has had, and the
-- inverse of each; smaller ones than unit_slip_smallest_factor are ordinary change.
-- A run is one or more months in a row that are nearest to one factor. At its first and last border the days of the run are compared
-- with those outside: the means of whole valid days, unit_slip_border_days on each side, or of the two months where no more
-- than half of these days are there. The change is a power of the factor: 1 where it is the factor itself.
-- unit_slip, of two kinds:
-- 1. the month differs by the factor within unit_slip_tolerance; up to scale_change_factor also at once: each change is half a
--    power or more;
-- 2. the month's power and one of the changes lie within unit_slip_step_tolerance of 1, and the other change is half a power or
--    more; a run with one border, where the data begin or end, is one month.
-- What is not steady changes as much by weather, switches or differences, which is all meters whose days have no profile but
-- those of heat: there only the second kind counts, with two borders, and up to scale_change_factor both within the tolerance.
-- scale_change: a steady meter differs by more than scale_change_factor, and it is no unit_slip.
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
        bool_and(k.has_profile or k.point in ('heat_import', 'heat_export')) as is_steady,
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
        is_steady,
        row_number() over (partition by meter_id, point order by month) as month_no,
        case
            when intervals_above > intervals_valid then cast(above_wh as double) / intervals_above
            else cast(valid_wh as double) / intervals_valid
        end as mean_wh
    from months
    where intervals_above + intervals_valid > 0
),
compared as (
    select
        m.month,
        m.meter_id,
        m.point,
        m.park_id,
        m.is_steady,
        m.month_no,
        m.mean_wh,
        median(o.mean_wh) as median_wh
    from means as m
    inner join means as o on m.meter_id = o.meter_id and m.point = o.point and m.month <> o.month
    where m.mean_wh > 0
    group by m.month, m.meter_id, m.point, m.park_id, m.is_steady, m.month_no, m.mean_wh
    having count(*) >= 2 and median(o.mean_wh) > 0
),
ratios as (
    select
        c.*,
        greatest(c.mean_wh / c.median_wh, c.median_wh / c.mean_wh) as ratio,
        c.mean_wh > c.median_wh as is_above,
        cast(p.unit_slip_tolerance as double) as tolerance,
        cast(p.unit_slip_step_tolerance as double) as step_tolerance,
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
        r.point,
        r.park_id,
        r.is_steady,
        r.month_no,
        r.mean_wh,
        r.median_wh,
        r.ratio,
        r.is_above,
        r.tolerance,
        r.step_tolerance,
        r.scale_change_factor,
        arg_min(f.name, (abs(ln(r.ratio / f.factor)), f.name)) as name,
        arg_min(f.factor, (abs(ln(r.ratio / f.factor)), f.name)) as factor
    from ratios as r
    inner join factors as f on r.meter_id = f.meter_id and f.factor >= r.smallest_factor
    group by all
),
far as (
    select
        *,
        abs(ln(ratio) / ln(factor) - 1) <= step_tolerance as is_roughly_known,
        month_no - row_number() over (partition by meter_id, point, is_above, factor order by month_no) as island
    from nearest
    where ratio > scale_change_factor or abs(ln(ratio) / ln(factor) - 1) <= step_tolerance
),
far_runs as (
    select *, dense_rank() over (order by meter_id, point, is_above, factor, island) as run_no
    from far
),
runs as (
    select run_no, meter_id, point, is_above, min(month_no) as first_no, max(month_no) as last_no
    from far_runs
    group by run_no, meter_id, point, is_above
),
borders as (
    select
        r.run_no,
        r.meter_id,
        r.point,
        n.month_no = r.first_no as is_first,
        case when (n.month_no = r.first_no) = r.is_above then 1 else -1 end as direction,
        cast(n.month || '-01' as date) as day,
        cast(p.unit_slip_border_days as integer) as border_days,
        n.mean_wh as after_wh,
        o.mean_wh as before_wh
    from runs as r
    inner join means as n on r.meter_id = n.meter_id and r.point = n.point and n.month_no in (r.first_no, r.last_no + 1)
    inner join means as o on r.meter_id = o.meter_id and r.point = o.point and n.month_no = o.month_no + 1
    inner join run.params as p on cast(left(n.month, 4) as integer) = p.year
),
days as (
    select
        b.run_no,
        b.is_first,
        avg(d.valid_wh) filter (where d.day >= b.day) as after_wh,
        avg(d.valid_wh) filter (where d.day < b.day) as before_wh
    from borders as b
    inner join energy.month_meters as k
        on
            b.meter_id = k.meter_id and b.point = k.point
            and k.last_day >= b.day - b.border_days and k.first_day < b.day + b.border_days
    inner join energy.meter_day as d on k.slot = d.slot
    where d.intervals_valid = 1440 // k.interval_minutes and d.day >= b.day - b.border_days and d.day < b.day + b.border_days
    group by b.run_no, b.is_first, b.border_days
    having 2 * least(count(*) filter (where d.day >= b.day), count(*) filter (where d.day < b.day)) > b.border_days
),
changes as (
    select
        b.run_no,
        b.is_first,
        b.direction
        * ln(greatest(coalesce(d.after_wh, b.after_wh), 1e-9) / greatest(coalesce(d.before_wh, b.before_wh), 1e-9)) as change
    from borders as b
    left join days as d on b.run_no = d.run_no and b.is_first = d.is_first
),
powers as (
    select
        f.*,
        r.first_no = r.last_no as is_alone,
        a.change / ln(f.factor) as first_power,
        z.change / ln(f.factor) as last_power
    from far_runs as f
    inner join runs as r on f.run_no = r.run_no
    left join changes as a on f.run_no = a.run_no and a.is_first
    left join changes as z on f.run_no = z.run_no and not z.is_first
),
borders_judged as (
    select
        *,
        coalesce(2 * least(first_power, last_power) >= 1, true) as is_at_once,
        (is_alone and is_steady) or (first_power is not null and last_power is not null) as is_bounded,
        coalesce(abs(first_power - 1) <= step_tolerance, false) or coalesce(abs(last_power - 1) <= step_tolerance, false)
            as is_shown,
        coalesce(abs(first_power - 1) <= step_tolerance, true) and coalesce(abs(last_power - 1) <= step_tolerance, true)
            as is_everywhere_shown
    from powers
),
judged as (
    select
        *,
        (
            is_steady
            and abs(ratio / factor - 1) <= tolerance
            and (is_at_once or ratio > scale_change_factor)
        )
        or (
            is_roughly_known
            and is_bounded
            and is_at_once
            and is_shown
            and (is_steady or factor > scale_change_factor or is_everywhere_shown)
        ) as is_known
    from borders_judged
)
select
    case when is_known then 'unit_slip' else 'scale_change' end as code,
    'warn' as severity,
    printf(
        ' Meter %s, %s: the mean of its intervals is %.4g times %s the median of its other months; %s %s.', meter_id, month,
        ratio, case when is_above then 'above' else 'below' end,
        case when is_known then 'as if by' else 'the nearest known factor is' end, name
    ) as detail,
    cast(to_json({
        'mean_wh': round(mean_wh, 3),
        'median_of_other_months_wh': round(median_wh, 3),
        'factor': name,
        'change_at_first_border': round(power(factor, first_power), 3),
        'change_at_last_border': round(power(factor, last_power), 3)
    }) as varchar) as evidence,
    park_id,
    month,
    meter_id
from judged
where is_known or (is_steady and ratio > scale_change_factor)
