-- The year to date is the sum of its months for what adds up, and that of December is the year.
-- Severity: critical
-- What to do: look at energy.park_window and metrics.park_window; a month is missing from a window or stands in two.
-- 中文: 本年累计等于各月之和，十二月的累计等于全年。
-- 处理: 核对 energy.park_window 与 metrics.park_window：有月份缺失或重复。
with amounts as (
    select
        park_id,
        year,
        month,
        window_kind,
        electricity_use_mwh as use_mwh,
        grid_import_mwh as import_mwh,
        direct_supply_mwh + onsite_nonfossil_mwh as green_mwh,
        fuel_tco2 + heat_tco2 + process_tco2 as leaves_tco2
    from metrics.park_month
),
sums as (
    select
        d.park_id,
        d.year,
        d.month,
        sum(m.use_mwh) as use_mwh,
        sum(m.import_mwh) as import_mwh,
        sum(m.green_mwh) as green_mwh,
        sum(m.leaves_tco2) as leaves_tco2
    from amounts as d
    inner join amounts as m on d.park_id = m.park_id and d.year = m.year and d.month >= m.month
    where d.window_kind = 'year_to_date' and m.window_kind = 'month'
    group by d.park_id, d.year, d.month
),
differences as (
    select
        d.park_id,
        d.month,
        'sum of months' as rule,
        d.use_mwh - s.use_mwh as use_difference,
        d.import_mwh - s.import_mwh as import_difference,
        d.green_mwh - s.green_mwh as green_difference,
        d.leaves_tco2 - s.leaves_tco2 as emission_difference
    from amounts as d
    inner join sums as s on d.park_id = s.park_id and d.year = s.year and d.month = s.month
    where d.window_kind = 'year_to_date'
    union all
    select
        m.park_id,
        m.month,
        'year' as rule,
        m.electricity_use_mwh - y.electricity_use_mwh as use_difference,
        m.grid_import_mwh - y.grid_import_mwh as import_difference,
        m.green_trade_mwh + m.gec_mwh - y.green_trade_mwh - y.gec_mwh as green_difference,
        m.total_tco2 - y.total_tco2 as emission_difference
    from metrics.park_month as m
    inner join metrics.park_year as y on m.park_id = y.park_id and m.year = y.year
    where m.window_kind = 'year_to_date' and ends_with(m.month, '-12')
)
select *
from differences
where use_difference <> 0 or import_difference <> 0 or green_difference <> 0 or emission_difference <> 0
