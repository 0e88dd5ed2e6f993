-- Where the year of a park could end, and the way to the limit: the newest forecast of each park and year. A row is a park and
-- year; after December it is the result itself.
-- 中文: 年末将如何，达标还差多少？
select
    t.park_id,
    t.year,
    k.name_zh,
    t.month,
    t.months_closed,
    t.intensity_tco2_per_tce,
    t.intensity_low,
    t.intensity_high,
    t.limit_tco2_per_tce,
    t.core_outlook,
    t.direct_supply_share,
    t.direct_supply_outlook,
    t.limit_gap_mwh,
    t.cutoff,
    t.build_end,
    t.path_step_mwh
from metrics.trajectory as t
inner join reference.parks as k on t.park_id = k.park_id
qualify row_number() over (partition by t.park_id, t.year order by t.month desc) = 1
order by t.park_id, t.year
