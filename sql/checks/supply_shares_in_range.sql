-- Shares of supply lie between 0 and 1.
-- Severity: warning
-- What to do: look for a park that sends out more than it takes in, or whose use is nearly 0.
-- 中文: 各类供应占比在0与1之间。
-- 处理: 查找外送多于流入或用电接近零的园区。
select
    park_id,
    year,
    direct_supply_share,
    direct_line_share,
    green_share,
    nonfossil_energy_share
from metrics.park_year
where
    least(direct_supply_share, direct_line_share, green_share, nonfossil_energy_share) < 0
    or greatest(direct_supply_share, direct_line_share, green_share, nonfossil_energy_share) > 1 + 1e-12
