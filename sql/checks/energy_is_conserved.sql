-- Energy is conserved in every interval and month, to the Wh; use, export and storage loss of the month's account are those of
-- the intervals, worked out a second time; and what fell to lines, projects and enterprises adds up to D and S.
-- Severity: critical
-- What to do: look at energy.conservation_month and energy.interval_balance of the park and month; an interval was lost,
-- counted twice, or its parts were not shared out to the last Wh.
-- 中文: 每个时段、每个月电量守恒至瓦时；用电、外送、储能损耗与逐时段核算一致；线路、项目、企业份额之和等于 D 与 S。
-- 处理: 核对该园区、月份的 energy.conservation_month 与 energy.interval_balance：有时段丢失、重复或未分摊完。
with months as (
    select
        c.*,
        m.electricity_use_mwh,
        m.grid_export_mwh,
        m.storage_loss_mwh,
        m.direct_supply_mwh,
        m.onsite_nonfossil_mwh
    from metrics.energy_conservation as c
    left join metrics.park_month as m
        on c.park_id = m.park_id and c.month = m.month and c.year = m.year and m.window_kind = 'month'
)
select
    park_id,
    month,
    intervals_unbalanced,
    largest_imbalance_wh,
    import_mwh + line_sent_mwh + generation_mwh + discharge_mwh + missing_mwh as entering_mwh,
    metered_use_mwh + unmetered_mwh + charge_mwh + export_mwh + line_loss_mwh as leaving_mwh,
    electricity_use_mwh,
    import_mwh + line_sent_mwh - line_loss_mwh + generation_mwh - export_mwh as use_of_intervals_mwh,
    shared_direct_mwh,
    shared_onsite_mwh,
    shared_green_mwh,
    unshared_mwh,
    direct_supply_mwh,
    onsite_nonfossil_mwh
from months
where
    intervals_unbalanced <> 0
    or largest_imbalance_wh <> 0
    or import_mwh + line_sent_mwh + generation_mwh + discharge_mwh + missing_mwh
    <> metered_use_mwh + unmetered_mwh + charge_mwh + export_mwh + line_loss_mwh
    or electricity_use_mwh is distinct from import_mwh + line_sent_mwh - line_loss_mwh + generation_mwh - export_mwh
    or grid_export_mwh is distinct from export_mwh
    or storage_loss_mwh is distinct from charge_mwh - discharge_mwh
    or shared_direct_mwh is distinct from direct_supply_mwh
    or shared_onsite_mwh is distinct from onsite_nonfossil_mwh
    or shared_green_mwh + unshared_mwh is distinct from direct_supply_mwh + onsite_nonfossil_mwh
