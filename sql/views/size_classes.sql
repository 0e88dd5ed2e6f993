-- Which limit holds for a park: its energy consumption against the borders of the size classes. A row is a park and year.
-- 中文: 各园区属哪一规模等级，适用哪个限值？
-- Columns:
-- size_class_floor_tce: Energy consumption from which a national limit holds. [tce]
-- size_class_large_tce: Energy consumption from which the limit of large parks holds. [tce]
-- above_floor_tce: Energy consumption less the floor; negative below it. [tce]
-- below_large_tce: What is missing to the class of large parks; negative within it. [tce]
select
    y.park_id,
    y.year,
    k.name_zh,
    y.energy_tce,
    y.size_class,
    y.limit_tco2_per_tce,
    y.core_verdict,
    p.size_class_floor as size_class_floor_tce,
    p.size_class_large as size_class_large_tce,
    cast(y.energy_tce - p.size_class_floor as decimal(38, 6)) as above_floor_tce,
    cast(p.size_class_large - y.energy_tce as decimal(38, 6)) as below_large_tce
from metrics.park_year as y
inner join reference.parks as k on y.park_id = k.park_id
inner join reference.params as p on y.year = p.year
order by y.park_id, y.year
