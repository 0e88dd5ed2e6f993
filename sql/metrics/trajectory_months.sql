-- What the forecast of a park's year is made from: five amounts of each month, and the pattern they are laid along.
-- Amounts are differences of the year to date, so that those of January to December add up to the year. use: U; supply: what
-- of it did not come through the gate, U - In; direct: what counts in the direct share; other: E without residual power;
-- energy: C. pattern: the same month of the year before, where all of that year is closed and the amount is above zero in each
-- of its months; else the days of the month. closed: the month and all before it lack no interval (a measured or an
-- estimated value) and no document that is due by the month.
-- Kept: no
-- Grain: park_id, year, series, month
-- Order: park_id, year, series, month
with owed as (
    select distinct park_id, month
    from metrics.missing_inputs
    where frequency = 'month'
),
windows as (
    select
        w.park_id,
        cast(w.year as integer) as year,
        w.month,
        cast(right(w.month, 2) as integer) as month_no,
        w.use_wh * cast(0.000001 as decimal(7, 6)) as use_mwh,
        (w.use_wh - w.inflow_wh) * cast(0.000001 as decimal(7, 6)) as supply_mwh,
        (
            w.direct_used_wh - w.uncounted_direct_wh
            + case when p.onsite_counts_as_direct = 1 then w.onsite_used_wh - w.sold_onsite_wh else 0 end
            - case when p.nuclear_counts_as_direct = 1 then 0 else w.nuclear_counted_wh end
        ) * cast(0.000001 as decimal(7, 6)) as direct_mwh,
        w.total_tco2 - w.residual_tco2 as other_tco2,
        w.energy_tce,
        m.intervals_open = 0 and (m.intervals_expected > 0 or m.energy_tce <> 0) and o.month is null as has_everything
    from metrics.park_window as w
    inner join metrics.park_window as m on w.park_id = m.park_id and w.month = m.month and m.window_kind = 'month'
    inner join run.params as p on w.year = p.year
    left join owed as o on w.park_id = o.park_id and w.month = o.month
    where w.window_kind = 'year_to_date'
),
months as (
    select
        *,
        bool_and(has_everything) over (
            partition by park_id, year order by month_no rows between unbounded preceding and current row
        ) as closed
    from windows
),
amounts as (
    select park_id, year, month, month_no, closed, 'use' as series, cast(use_mwh as decimal(38, 6)) as to_date from months
    union all
    select park_id, year, month, month_no, closed, 'supply', cast(supply_mwh as decimal(38, 6)) from months
    union all
    select park_id, year, month, month_no, closed, 'direct', cast(direct_mwh as decimal(38, 6)) from months
    union all
    select park_id, year, month, month_no, closed, 'other', other_tco2 from months
    union all
    select park_id, year, month, month_no, closed, 'energy', energy_tce from months
),
steps as (
    select
        *,
        to_date - coalesce(lag(to_date) over (partition by park_id, year, series order by month_no), 0) as amount
    from amounts
),
years as (
    select park_id, year, series, min(amount) > 0 and bool_and(closed) as is_pattern
    from steps
    group by park_id, year, series
    having count(amount) = 12
)
select
    s.park_id,
    s.year,
    s.series,
    s.month,
    s.month_no,
    s.closed,
    s.to_date,
    s.amount,
    coalesce(y.is_pattern, false) as is_seasonal,
    case
        when y.is_pattern then b.amount
        else cast(day(last_day(cast(s.month || '-01' as date))) as decimal(38, 6))
    end as pattern
from steps as s
left join years as y on s.park_id = y.park_id and s.year = y.year + 1 and s.series = y.series
left join steps as b
    on s.park_id = b.park_id and s.year = b.year + 1 and s.series = b.series and s.month_no = b.month_no
