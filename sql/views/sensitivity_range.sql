-- Whether another value of an open parameter would change the result. A row is a park, year and parameter that metrics.sensitivity
-- varies.
-- 中文: 换一个因子，结论会变吗？
-- Columns:
-- lowest_tco2_per_tce: Lowest intensity, with the published value of the parameter and with the others. [tCO2/tce]
-- highest_tco2_per_tce: Highest intensity with them. [tCO2/tce]
-- verdict_changes: Whether one of them gives another core verdict than the published one.
select
    s.park_id,
    s.year,
    s.parameter,
    y.intensity_tco2_per_tce,
    least(y.intensity_tco2_per_tce, min(s.intensity_tco2_per_tce)) as lowest_tco2_per_tce,
    greatest(y.intensity_tco2_per_tce, max(s.intensity_tco2_per_tce)) as highest_tco2_per_tce,
    y.limit_tco2_per_tce,
    y.core_verdict,
    bool_or(s.core_verdict <> y.core_verdict) as verdict_changes
from metrics.sensitivity as s
inner join metrics.park_year as y on s.park_id = y.park_id and s.year = y.year
group by s.park_id, s.year, s.parameter, y.intensity_tco2_per_tce, y.limit_tco2_per_tce, y.core_verdict
order by s.park_id, s.year, s.parameter
