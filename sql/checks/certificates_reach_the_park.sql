-- The park's certificates are the sums of its enterprises' (T = sum T_u, G = sum G_u), and their draws fit its import.
-- Severity: critical
-- What to do: look at metrics.enterprise_window and energy.park_window for that park.
-- 中文: 园区绿证为其企业之和（T＝ΣT_u，G＝ΣG_u），企业下网电量之和不超过园区下网电量。
-- 处理: 核对该园区的 metrics.enterprise_window 与 energy.park_window。
with enterprises as (
    select
        park_id,
        year,
        sum(green_trade_mwh) as green_trade_mwh,
        sum(gec_counted_mwh) as gec_counted_mwh,
        sum(grid_offtake_mwh) as grid_offtake_mwh
    from metrics.enterprise_year
    group by park_id, year
)
select
    p.park_id,
    p.year,
    p.green_trade_mwh,
    e.green_trade_mwh as of_enterprises_trade_mwh,
    p.gec_mwh,
    e.gec_counted_mwh as of_enterprises_gec_mwh,
    p.grid_import_mwh,
    e.grid_offtake_mwh
from metrics.park_year as p
left join enterprises as e on p.park_id = e.park_id and p.year = e.year
where
    p.green_trade_mwh <> coalesce(e.green_trade_mwh, 0)
    or p.gec_mwh <> coalesce(e.gec_counted_mwh, 0)
    or e.grid_offtake_mwh > p.grid_import_mwh
