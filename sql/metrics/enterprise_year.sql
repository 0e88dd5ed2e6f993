-- Each enterprise's year: use, share of direct and on-site green supply, draw from the grid, certificates counted and left,
-- and what its electricity emits. Of the park's green supply that does not count (D_x + S_x) it bears the part that its
-- share of the supply is; market-based = residual factor x (F - T - G + that part), location-based = F x average grid factor.
-- What no enterprise bears is in metrics.electricity_not_assigned; with it the rows add up to the park.
-- hourly_green_share: green supply that counts and was matched with the enterprise's own use interval by interval, over its
-- use; matching_minutes is the longest such interval, and beyond an hour there is no hourly share.
-- Grain: enterprise_id, park_id, year
-- Order: enterprise_id, park_id, year
with lengths as (
    select
        a.park_id,
        a.year,
        max(k.balance_minutes) as balance_minutes,
        max(k.share_minutes) as share_minutes
    from metrics.accounts as a
    inner join energy.month_meters as k on a.park_id = k.park_id and cast(left(k.month, 4) as integer) = a.year
    group by a.park_id, a.year
),
years as (
    select
        w.*,
        w.grid_offtake_wh - w.trade_counted_wh - w.gec_counted_wh as residual_wh,
        case when w.offtake_case = 'single' then l.balance_minutes else l.share_minutes end as matching_minutes,
        cast(
            cast(p.uncounted_direct_wh + p.sold_onsite_wh as hugeint) * cast(w.direct_share_wh as hugeint)
            // nullif(p.direct_used_wh + p.onsite_used_wh, 0) as decimal(38, 0)
        ) as uncounted_wh,
        cast(r.residual_electricity_factor as decimal(9, 6)) as residual_factor,
        x.tco2_per_mwh
    from metrics.enterprise_window as w
    inner join energy.park_window as p on w.park_id = p.park_id and w.year = p.year and p.window_kind = 'year'
    inner join run.params as r on w.year = r.year
    left join lengths as l on w.park_id = l.park_id and w.year = l.year
    left join metrics.location_factor as x on w.park_id = x.park_id and w.year = x.year
    where w.window_kind = 'year'
)
select
    y.enterprise_id,
    y.park_id,
    cast(y.year as integer) as year,
    y.use_wh * cast(0.000001 as decimal(7, 6)) as use_mwh,
    y.direct_share_wh * cast(0.000001 as decimal(7, 6)) as direct_share_mwh,
    y.grid_offtake_wh * cast(0.000001 as decimal(7, 6)) as grid_offtake_mwh,
    y.trade_counted_wh * cast(0.000001 as decimal(7, 6)) as green_trade_mwh,
    (y.trade_wh - y.trade_counted_wh) * cast(0.000001 as decimal(7, 6)) as green_trade_surplus_mwh,
    y.usable_wh * cast(0.000001 as decimal(7, 6)) as gec_usable_mwh,
    y.gec_counted_wh * cast(0.000001 as decimal(7, 6)) as gec_counted_mwh,
    (y.usable_wh - y.gec_counted_wh) * cast(0.000001 as decimal(7, 6)) as gec_surplus_mwh,
    y.offtake_case,
    coalesce(y.uncounted_wh, 0) * cast(0.000001 as decimal(7, 6)) as uncounted_green_mwh,
    y.residual_wh * cast(0.000001 as decimal(7, 6)) as residual_grid_mwh,
    cast(y.matching_minutes as integer) as matching_minutes,
    case
        when y.matching_minutes <= 60
            then cast(y.direct_share_wh - coalesce(y.uncounted_wh, 0) as double) / nullif(cast(y.use_wh as double), 0)
    end as hourly_green_share,
    cast(round(
        (y.residual_wh + coalesce(y.uncounted_wh, 0)) * cast(0.000001 as decimal(7, 6)) * y.residual_factor, 6
    ) as decimal(38, 6)) as market_based_tco2,
    cast(round(y.grid_offtake_wh * cast(0.000001 as decimal(7, 6)) * y.tco2_per_mwh, 6) as decimal(38, 6)) as location_based_tco2
from years as y
