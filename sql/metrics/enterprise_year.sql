-- Each enterprise's year: use, share of direct and on-site green supply, draw from the grid, certificates counted and left.
-- Grain: enterprise_id, park_id, year
-- Order: enterprise_id, park_id, year
select
    w.enterprise_id,
    w.park_id,
    cast(w.year as integer) as year,
    w.use_wh * cast(0.000001 as decimal(7, 6)) as use_mwh,
    w.direct_share_wh * cast(0.000001 as decimal(7, 6)) as direct_share_mwh,
    w.grid_offtake_wh * cast(0.000001 as decimal(7, 6)) as grid_offtake_mwh,
    w.trade_counted_wh * cast(0.000001 as decimal(7, 6)) as green_trade_mwh,
    (w.trade_wh - w.trade_counted_wh) * cast(0.000001 as decimal(7, 6)) as green_trade_surplus_mwh,
    w.usable_wh * cast(0.000001 as decimal(7, 6)) as gec_usable_mwh,
    w.gec_counted_wh * cast(0.000001 as decimal(7, 6)) as gec_counted_mwh,
    (w.usable_wh - w.gec_counted_wh) * cast(0.000001 as decimal(7, 6)) as gec_surplus_mwh
from metrics.enterprise_window as w
where w.window_kind = 'year'
