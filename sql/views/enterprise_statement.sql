-- The statement of an enterprise: use, green supply, own draw, what of it is green, and what its electricity emits. A row is an
-- enterprise and year.
-- 中文: 一家企业的用电与绿电账是怎样的？
-- Columns:
-- green_share: Green supply that counts, green-power trade and certificates, as a share of its direct supply and own draw: the rest
-- is residual_grid_mwh and uncounted_green_mwh. Not of its use: both hold its part of the losses, which certificates cover too. [1]
select
    enterprise_id,
    park_id,
    year,
    use_mwh,
    direct_share_mwh,
    uncounted_green_mwh,
    grid_offtake_mwh,
    green_trade_mwh,
    gec_counted_mwh,
    residual_grid_mwh,
    cast(direct_share_mwh - coalesce(uncounted_green_mwh, 0) + green_trade_mwh + gec_counted_mwh as double)
    / nullif(cast(direct_share_mwh + grid_offtake_mwh as double), 0) as green_share,
    hourly_green_share,
    market_based_tco2,
    location_based_tco2
from metrics.enterprise_year
order by enterprise_id, year
