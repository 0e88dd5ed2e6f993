-- The market-based result, which decides, beside the location-based one, in which certificates and trade count for nothing. A row
-- is a park and year.
-- 中文: 基于市场与基于位置的结果相差多少？
-- Columns:
-- difference_tco2: Location-based less market-based emissions: what trade and certificates, and the two factors, change. [tCO2]
-- location_based_tco2_per_tce: Location-based emissions over the same energy consumption. [tCO2/tce]
select
    y.park_id,
    y.year,
    k.name_zh,
    y.total_tco2,
    y.location_based_tco2,
    cast(y.location_based_tco2 - y.total_tco2 as decimal(38, 6)) as difference_tco2,
    y.intensity_tco2_per_tce,
    cast(y.location_based_tco2 as double) / nullif(cast(y.energy_tce as double), 0) as location_based_tco2_per_tce,
    y.limit_tco2_per_tce
from metrics.park_year as y
inner join reference.parks as k on y.park_id = k.park_id
order by y.park_id, y.year
