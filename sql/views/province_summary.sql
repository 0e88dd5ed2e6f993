-- The provinces of a year: how many parks pass, and what they emit together. A row is a province and year. Sums and the common
-- intensity take in the parks that have an intensity; the others are counted in parks_without_intensity.
-- 中文: 各省情况如何？
-- Columns:
-- parks: Parks of the province in the account. [1]
-- parks_passing: Parks whose overall verdict is pass. [1]
-- parks_failing: Parks whose overall verdict is fail. [1]
-- parks_undecided: Parks whose overall verdict is undecided. [1]
-- parks_not_applicable: Parks to which no limit applies. [1]
-- parks_without_intensity: Parks whose intensity could not be computed; they are in no sum. [1]
-- total_tco2: Emissions of the parks with an intensity. [tCO2]
-- energy_tce: Energy consumption of the same parks, on the coal-equivalent basis. [tce]
-- intensity_tco2_per_tce: Their emissions over their energy consumption. [tCO2/tce]
-- lowest_tco2_per_tce: Lowest intensity of a park. [tCO2/tce]
-- highest_tco2_per_tce: Highest intensity of a park. [tCO2/tce]
select
    y.year,
    k.province_zh,
    count(*) as parks,
    count(*) filter (where y.overall_verdict = 'pass') as parks_passing,
    count(*) filter (where y.overall_verdict = 'fail') as parks_failing,
    count(*) filter (where y.overall_verdict = 'undecided') as parks_undecided,
    count(*) filter (where y.overall_verdict = 'not_applicable') as parks_not_applicable,
    count(*) filter (where y.intensity_tco2_per_tce is null) as parks_without_intensity,
    cast(sum(y.total_tco2) filter (where y.intensity_tco2_per_tce is not null) as decimal(38, 6)) as total_tco2,
    cast(sum(y.energy_tce) filter (where y.intensity_tco2_per_tce is not null) as decimal(38, 6)) as energy_tce,
    cast(sum(y.total_tco2) filter (where y.intensity_tco2_per_tce is not null) as double)
    / nullif(cast(sum(y.energy_tce) filter (where y.intensity_tco2_per_tce is not null) as double), 0) as intensity_tco2_per_tce,
    min(y.intensity_tco2_per_tce) as lowest_tco2_per_tce,
    max(y.intensity_tco2_per_tce) as highest_tco2_per_tce
from metrics.park_year as y
inner join reference.parks as k on y.park_id = k.park_id
group by y.year, k.province_zh
order by y.year, k.province_zh
