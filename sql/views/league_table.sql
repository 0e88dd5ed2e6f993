-- The parks of a year by emission intensity: against baseline and limit, direct supply, verdicts. A row is a park and year; the
-- lowest intensity comes first, parks without one last. margin_tco2_per_tce tells by how much the limit is kept.
-- 中文: 谁达标，距限值多少？
select
    y.year,
    y.park_id,
    k.name_zh,
    k.name_en,
    k.province_zh,
    y.intensity_tco2_per_tce,
    y.ratio_to_average,
    y.reduction_from_base_year,
    y.limit_tco2_per_tce,
    y.margin_tco2_per_tce,
    y.size_class,
    y.direct_supply_share,
    y.core_verdict,
    y.direct_supply_verdict,
    y.overall_verdict,
    y.reasons,
    y.coverage,
    y.total_tco2,
    y.energy_tce,
    y.electricity_use_mwh
from metrics.park_year as y
inner join reference.parks as k on y.park_id = k.park_id
order by y.year, y.intensity_tco2_per_tce nulls last, y.park_id
