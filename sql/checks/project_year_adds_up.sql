-- The self-use of a project is its generation less green charge, plus green discharge, less export, line loss and auxiliary
-- use, to the Wh, and nothing is below zero.
-- Severity: critical
-- What to do: look at metrics.project_year and energy.project_use_month.
-- 中文: 项目自发自用＝发电－绿电充电＋绿电放电－上网－线损－厂用电，分毫不差，且均不小于零。
-- 处理: 核对 metrics.project_year 与 energy.project_use_month。
select
    project_id,
    park_id,
    year,
    generation_mwh,
    green_charge_mwh,
    green_discharge_mwh,
    export_mwh,
    line_loss_mwh,
    auxiliary_mwh,
    self_use_mwh,
    uncounted_mwh
from metrics.project_year
where
    self_use_mwh
    <> generation_mwh - green_charge_mwh + green_discharge_mwh - export_mwh - coalesce(line_loss_mwh, 0) - auxiliary_mwh
    or least(self_use_mwh, generation_mwh, green_charge_mwh, green_discharge_mwh, export_mwh, line_loss_mwh, auxiliary_mwh) < 0
    or uncounted_mwh < 0
    or available_mwh <> generation_mwh + coalesce(curtailed_mwh, 0)
