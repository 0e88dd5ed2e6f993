-- The carriers of a park's year add up to its energy consumption, its energy emissions and its electricity use.
-- Severity: critical
-- What to do: compare metrics.energy_by_carrier with evidence.contributions of that park; a leaf is missing or in two rows.
-- 中文: 分品种能源之和等于能源消费总量、能源活动碳排放和用电量。
-- 处理: 对照该园区的 metrics.energy_by_carrier 与 evidence.contributions，查找缺失或重复的项。
with summed as (
    select
        park_id,
        year,
        sum(energy_tce) as energy_tce,
        sum(emission_tco2) as emission_tco2,
        sum(quantity) filter (where carrier = 'electricity' and supply <> 'sent_out') as electricity_mwh
    from metrics.energy_by_carrier
    group by park_id, year
)
select
    y.park_id,
    y.year,
    y.energy_tce,
    s.energy_tce as carriers_tce,
    y.total_tco2 - y.process_tco2 as energy_tco2,
    s.emission_tco2 as carriers_tco2,
    y.electricity_use_mwh,
    s.electricity_mwh as carriers_mwh
from metrics.park_year as y
left join summed as s on y.park_id = s.park_id and y.year = s.year
where
    y.energy_tce <> coalesce(s.energy_tce, 0)
    or y.fuel_tco2 + y.conversion_tco2 + y.electricity_tco2 + y.heat_tco2 <> coalesce(s.emission_tco2, 0)
    or y.electricity_use_mwh <> coalesce(s.electricity_mwh, 0)
