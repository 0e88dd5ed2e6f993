-- What does not count of the green supply is a part of it (D_x + S_x <= D + S), and fossil export is a part of the export.
-- Severity: critical
-- What to do: look at energy.park_window and the order in which export takes green, recovered and fossil power.
-- 中文: 不计的绿电是绿电的一部分（D_x＋S_x≤D＋S），化石外送是外送的一部分。
-- 处理: 核对 energy.park_window 及外送取用绿电、余能、化石电的次序。
select
    park_id,
    year,
    direct_supply_mwh,
    onsite_nonfossil_mwh,
    uncounted_green_mwh,
    grid_export_mwh,
    fossil_export_mwh
from metrics.park_year
where
    uncounted_green_mwh > direct_supply_mwh + onsite_nonfossil_mwh
    or uncounted_green_mwh < 0
    or fossil_export_mwh > grid_export_mwh
    or fossil_export_mwh < 0
