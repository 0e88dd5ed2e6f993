-- The ratios of a project are its self-use and export over what was available, generation + curtailed.
-- Severity: critical
-- What to do: look at metrics.project_year.
with ratios as (
    select
        *,
        nullif(cast(generation_mwh + coalesce(curtailed_mwh, 0) as double), 0) as available_mwh
    from metrics.project_year
)
select
    project_id,
    year,
    generation_mwh,
    curtailed_mwh,
    self_use_mwh,
    self_use_of_generation,
    export_mwh,
    export_of_generation
from ratios
where
    abs(self_use_of_generation - cast(self_use_mwh as double) / available_mwh) > 1e-9
    or abs(export_of_generation - cast(export_mwh as double) / available_mwh) > 1e-9
