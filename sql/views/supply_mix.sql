-- What the electricity of a park is made of. A row is a park, year and source; the sources of a park add up to its use exactly.
-- 中文: 用电由哪些来源构成？
-- Columns:
-- source: Where the power came from. direct_supply: direct lines; onsite: green projects of the park; green_trade, certificates: grid
-- power with either; residual_grid: grid power with neither; own_fossil: own fossil plants less their export; other: power
-- from waste heat and pressure less its export, and what storage lost.
-- energy_mwh: Power from this source. [MWh]
-- share: Its part of the electricity use. [1]
-- is_green: Whether it can count as green; what of direct_supply and onsite does not count is in views.green_sources.
with sources as (
    select
        park_id,
        year,
        electricity_use_mwh,
        unnest(
            ['direct_supply', 'onsite', 'green_trade', 'certificates', 'residual_grid', 'own_fossil', 'other']
        ) as source,
        unnest([true, true, true, true, false, false, false]) as is_green,
        unnest(
            [
                direct_supply_mwh, onsite_nonfossil_mwh, green_trade_mwh, gec_mwh, residual_grid_mwh,
                own_fossil_generation_mwh - fossil_export_mwh,
                electricity_use_mwh - direct_supply_mwh - onsite_nonfossil_mwh - green_trade_mwh - gec_mwh - residual_grid_mwh
                - own_fossil_generation_mwh + fossil_export_mwh
            ]
        ) as energy_mwh
    from metrics.park_year
)
select
    park_id,
    year,
    source,
    is_green,
    cast(energy_mwh as decimal(38, 6)) as energy_mwh,
    cast(energy_mwh as double) / nullif(cast(electricity_use_mwh as double), 0) as share
from sources
order by park_id asc, year asc, energy_mwh desc nulls last, source asc
