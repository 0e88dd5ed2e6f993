-- The share of each green source in the electricity use of a park. A row is a park and year; the first four shares less the fifth
-- are green_share.
-- 中文: 各类绿色电力各占多少？
-- Columns:
-- direct_share: Power over direct lines, as a share of use. [1]
-- onsite_share: Power of green projects in the park, as a share of use. [1]
-- trade_share: Green-power trade that counts, as a share of use. [1]
-- certificate_share: Cancelled certificates that count, as a share of use. [1]
-- uncounted_share: What of the direct and on-site power does not count as green, as a share of use. [1]
select
    y.park_id,
    y.year,
    k.name_zh,
    cast(y.direct_supply_mwh as double) / nullif(cast(y.electricity_use_mwh as double), 0) as direct_share,
    cast(y.onsite_nonfossil_mwh as double) / nullif(cast(y.electricity_use_mwh as double), 0) as onsite_share,
    cast(y.green_trade_mwh as double) / nullif(cast(y.electricity_use_mwh as double), 0) as trade_share,
    cast(y.gec_mwh as double) / nullif(cast(y.electricity_use_mwh as double), 0) as certificate_share,
    cast(y.uncounted_green_mwh as double) / nullif(cast(y.electricity_use_mwh as double), 0) as uncounted_share,
    y.green_share,
    y.direct_supply_share,
    y.nonfossil_energy_share
from metrics.park_year as y
inner join reference.parks as k on y.park_id = k.park_id
order by y.park_id, y.year
