-- The ratios of a project are its self-use and export over what was available, generation + curtailed, and its self-use
-- over the use of its park.
-- Severity: critical
-- What to do: look at metrics.project_year.
-- 中文: 项目比例＝自发自用、上网电量除以可发电量（发电＋弃电），自发自用除以园区用电。
-- 处理: 核对 metrics.project_year。
with ratios as (
    select
        p.*,
        nullif(cast(p.generation_mwh + coalesce(p.curtailed_mwh, 0) as double), 0) as either_mwh,
        nullif(cast(y.electricity_use_mwh as double), 0) as use_mwh
    from metrics.project_year as p
    left join metrics.park_year as y on p.park_id = y.park_id and p.year = y.year
)
select
    project_id,
    park_id,
    year,
    generation_mwh,
    curtailed_mwh,
    self_use_mwh,
    self_use_of_generation,
    self_use_of_consumption,
    export_mwh,
    export_of_generation
from ratios
where
    abs(self_use_of_generation - cast(self_use_mwh as double) / either_mwh) > 1e-9
    or abs(export_of_generation - cast(export_mwh as double) / either_mwh) > 1e-9
    or abs(self_use_of_consumption - cast(self_use_mwh as double) / use_mwh) > 1e-9
