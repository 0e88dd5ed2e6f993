-- Green power used in the park does not exceed its load, which is use less storage loss: D + S <= U - loss.
-- Severity: warning
-- What to do: look for intervals in which more leaves a park than enters it; a meter is missing or has the wrong sign.
-- 中文: 园区使用的绿电不超过负荷（用电减储能损耗）：D＋S≤U－损耗。
-- 处理: 查找流出大于流入的时段：缺表计或方向相反。
select
    park_id,
    year,
    direct_supply_mwh,
    onsite_nonfossil_mwh,
    electricity_use_mwh,
    storage_loss_mwh
from metrics.park_year
where direct_supply_mwh + onsite_nonfossil_mwh > electricity_use_mwh - storage_loss_mwh
