-- The months of a park. A row is a park and month; the intensity from January to that month stands beside that of the month.
-- 中文: 各月走势如何？
-- Columns:
-- green_share: Direct, on-site, traded and certified power that counts, as a share of the month's use. [1]
-- year_to_date_tco2_per_tce: Intensity from January to the month. [tCO2/tce]
select
    m.park_id,
    m.year,
    m.month,
    m.electricity_use_mwh,
    m.grid_import_mwh,
    m.grid_export_mwh,
    cast(
        m.direct_supply_mwh + m.onsite_nonfossil_mwh - coalesce(m.uncounted_green_mwh, 0) + m.green_trade_mwh + m.gec_mwh as double
    ) / nullif(cast(m.electricity_use_mwh as double), 0) as green_share,
    m.total_tco2,
    m.energy_tce,
    m.intensity_tco2_per_tce,
    d.intensity_tco2_per_tce as year_to_date_tco2_per_tce,
    m.coverage,
    m.estimated_share,
    m.completeness,
    m.provisional
from metrics.park_month as m
left join metrics.park_month as d
    on m.park_id = d.park_id and m.year = d.year and m.month = d.month and d.window_kind = 'year_to_date'
where m.window_kind = 'month'
order by m.park_id, m.month
