-- Certificates never exceed an enterprise's own draw from the grid, T_u + G_u <= F_u, and what is left over is surplus.
-- Severity: critical
-- What to do: look at metrics.enterprise_window; a certificate beyond the cap would lower emissions that are not there.
-- 中文: 绿证不超过企业自身下网电量（T_u＋G_u≤F_u），余量为富余。
-- 处理: 核对 metrics.enterprise_window；超出部分会虚减排放。
select
    enterprise_id,
    park_id,
    year,
    grid_offtake_mwh,
    green_trade_mwh,
    gec_usable_mwh,
    gec_counted_mwh,
    gec_surplus_mwh
from metrics.enterprise_year
where
    green_trade_mwh + gec_counted_mwh > grid_offtake_mwh
    or gec_usable_mwh <> gec_counted_mwh + gec_surplus_mwh
    or least(green_trade_mwh, green_trade_surplus_mwh, gec_counted_mwh, gec_surplus_mwh) < 0
