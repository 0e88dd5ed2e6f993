-- E = E_fuel + E_conv + E_el + E_heat + E_process, exactly, in every window; without one of them there is no total.
-- Severity: critical
-- What to do: look at metrics.park_window.
-- 中文: 总排放＝燃料＋转换＋电力＋热力＋过程，各窗口分毫不差；缺一项即无总量。
-- 处理: 核对 metrics.park_window。
with windows as (
    select
        park_id,
        cast(year as varchar) as period,
        'year' as window_kind,
        fuel_tco2,
        conversion_tco2,
        electricity_tco2,
        heat_tco2,
        process_tco2,
        total_tco2
    from metrics.park_year
    union all
    select
        park_id,
        month,
        window_kind,
        fuel_tco2,
        conversion_tco2,
        electricity_tco2,
        heat_tco2,
        process_tco2,
        total_tco2
    from metrics.park_month
)
select *
from windows
where total_tco2 is distinct from fuel_tco2 + conversion_tco2 + electricity_tco2 + heat_tco2 + process_tco2
