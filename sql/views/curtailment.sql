-- How much power of the projects was not taken. A row is a project and year; curtailed_mwh is empty, not zero, where no record and
-- no meter tells it.
-- 中文: 弃电多少？
-- Columns:
-- curtailed_share: Curtailed, as a share of the available generation; empty where it is not known. [1]
select
    project_id,
    park_id,
    year,
    generation_mwh,
    curtailed_mwh,
    available_mwh,
    cast(curtailed_mwh as double) / nullif(cast(available_mwh as double), 0) as curtailed_share,
    curtailment_record,
    renewable_utilisation
from metrics.project_year
order by project_id, park_id, year
