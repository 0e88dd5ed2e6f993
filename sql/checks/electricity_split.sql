-- Grid power is traded green power, cancelled certificates or residual: In = T + G + N, exactly, in every window; N is below
-- zero only where more passes through the gate than comes in, which the finding negative_load tells.
-- Severity: critical
-- What to do: look at metrics.enterprise_window (caps) and energy.park_window (N); emissions of electricity follow N.
-- 中文: 下网电量＝绿电交易＋注销绿证＋剩余（In＝T＋G＋N），各窗口分毫不差。
-- 处理: 核对 metrics.enterprise_window（上限）与 energy.park_window（N）；电力排放随 N 而定。
with windows as (
    select
        park_id,
        cast(year as varchar) as period,
        'year' as window_kind,
        grid_import_mwh,
        green_trade_mwh,
        gec_mwh,
        residual_grid_mwh
    from metrics.park_year
    union all
    select
        park_id,
        month as period,
        window_kind,
        grid_import_mwh,
        green_trade_mwh,
        gec_mwh,
        residual_grid_mwh
    from metrics.park_month
)
select *
from windows
where
    grid_import_mwh <> green_trade_mwh + gec_mwh + residual_grid_mwh
    or (residual_grid_mwh < 0 and grid_import_mwh >= 0)
