-- The intensity of a park against both baselines: the average of existing parks and the park's own base year. A row is a park and
-- year; a comparison is empty where the park has no such baseline.
-- 中文: 与基准相比如何？
select
    y.park_id,
    y.year,
    k.name_zh,
    y.intensity_tco2_per_tce,
    y.baseline_average_tco2_per_tce,
    y.ratio_to_average,
    k.base_year,
    y.baseline_base_year_tco2_per_tce,
    y.baseline_base_year_kind,
    y.reduction_from_base_year
from metrics.park_year as y
inner join reference.parks as k on y.park_id = k.park_id
order by y.park_id, y.year
