-- The stretches of time that figures are given for: each account year, and in it each month, the year to date and the
-- twelve months that end with it. One set of terms serves them all.
-- Twelve months are given only where all of them lie in account years.
-- Grain: year, window_kind, month
-- Order: year, window_kind, month
with months as (
    select
        y.year,
        cast(unnest(generate_series(y.first_day, y.last_day, interval 1 month)) as date) as first_day
    from run.years as y
)
select
    y.year,
    'year' as window_kind,
    strftime(y.last_day, '%Y-%m') as month,
    strftime(y.first_day, '%Y-%m') as first_month,
    strftime(y.last_day, '%Y-%m') as last_month
from run.years as y
union all
select
    m.year,
    'month',
    strftime(m.first_day, '%Y-%m'),
    strftime(m.first_day, '%Y-%m'),
    strftime(m.first_day, '%Y-%m')
from months as m
union all
select
    m.year,
    'year_to_date',
    strftime(m.first_day, '%Y-%m'),
    m.year || '-01',
    strftime(m.first_day, '%Y-%m')
from months as m
union all
select
    m.year,
    'rolling_12_months',
    strftime(m.first_day, '%Y-%m'),
    strftime(m.first_day - interval 11 month, '%Y-%m'),
    strftime(m.first_day, '%Y-%m')
from months as m
where year(m.first_day - interval 11 month) in (select year from run.years)
