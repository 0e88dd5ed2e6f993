-- What the estimates are worth: in each month gaps are laid where the values are known and estimated by the same steps; here
-- by month, point, method and size of the gap (each size up to twice the one before) what was measured and what the
-- estimate gave. bias and root_mean_square_error are relative to the true energy: the mean error of a mask and the root of
-- its mean square, over the mean true energy of a mask; null where the true energy is zero. Heat is told in MWh too (3.6 GJ).
-- Grain: month, point, method, gap_minutes_up_to
-- Order: month, point, method, gap_minutes_up_to
with masks as (
    select
        g.month,
        k.point,
        g.method,
        cast(g.size_minutes as integer) as gap_minutes_up_to,
        g.intervals,
        g.true_wh,
        g.estimated_wh,
        g.estimated_wh - g.true_wh as error_wh
    from energy.masked_gap as g
    inner join energy.month_meters as k on g.month = k.month and g.slot = k.slot
),
sums as (
    select
        m.month,
        m.point,
        m.method,
        m.gap_minutes_up_to,
        case when m.point in ('heat_import', 'heat_export') then 3.6 else 1 end as kj_per_wh,
        count(*) as masks,
        sum(m.intervals) as intervals,
        sum(m.true_wh) as true_wh,
        sum(m.estimated_wh) as estimated_wh,
        sum(cast(m.error_wh as hugeint) * m.error_wh) as squared_error_wh2
    from masks as m
    group by m.month, m.point, m.method, m.gap_minutes_up_to
)
select
    s.month,
    s.point,
    s.method,
    s.gap_minutes_up_to,
    s.masks,
    cast(s.intervals as bigint) as intervals,
    cast(cast(s.true_wh as double) / (1000000 * s.kj_per_wh) as decimal(38, 6)) as true_mwh,
    cast(cast(s.estimated_wh as double) / (1000000 * s.kj_per_wh) as decimal(38, 6)) as estimated_mwh,
    cast(s.estimated_wh - s.true_wh as double) / nullif(cast(s.true_wh as double), 0) as bias,
    sqrt(cast(s.squared_error_wh2 as double) * s.masks) / nullif(cast(s.true_wh as double), 0) as root_mean_square_error
from sums as s
