-- What of a park's electricity and its emissions no enterprise bears, item by item, so that the rows of metrics.enterprise_year and
-- these add up to metrics.park_year: grid power beyond the enterprises' own draws (meters that name none, losses of storage, shares
-- that cannot be measured, import put in as the least favourable value); green supply that does not count and serves none
-- of them; the credit for exported fossil power, which belongs to the generator; and what rounding leaves.
-- Grain: park_id, year, item
-- Order: park_id, year, item
with assigned as (
    select
        park_id,
        year,
        sum(grid_offtake_mwh) as grid_offtake_mwh,
        sum(uncounted_green_mwh) as uncounted_green_mwh,
        sum(market_based_tco2) as market_based_tco2,
        sum(location_based_tco2) as location_based_tco2
    from metrics.enterprise_year
    group by park_id, year
),
parks as (
    select
        w.park_id,
        w.year,
        w.inflow_wh * cast(0.000001 as decimal(7, 6)) - coalesce(a.grid_offtake_mwh, 0) as draw_mwh,
        (w.uncounted_direct_wh + w.sold_onsite_wh) * cast(0.000001 as decimal(7, 6)) - coalesce(a.uncounted_green_mwh, 0)
            as uncounted_mwh,
        w.fossil_export_wh * cast(0.000001 as decimal(7, 6)) as fossil_export_mwh,
        e.residual_tco2 + e.uncounted_tco2 + e.fossil_export_tco2 - coalesce(a.market_based_tco2, 0) as market_based_tco2,
        e.fossil_export_tco2,
        cast(round(w.inflow_wh * cast(0.000001 as decimal(7, 6)) * x.tco2_per_mwh, 6) as decimal(38, 6))
        - coalesce(a.location_based_tco2, 0) as location_based_tco2,
        cast(r.residual_electricity_factor as decimal(9, 6)) as residual_factor,
        x.tco2_per_mwh
    from energy.park_window as w
    inner join emissions.electricity_leaves as e on w.park_id = e.park_id and w.year = e.year and e.window_kind = 'year'
    inner join run.params as r on w.year = r.year
    left join assigned as a on w.park_id = a.park_id and w.year = a.year
    left join metrics.location_factor as x on w.park_id = x.park_id and w.year = x.year
    where w.window_kind = 'year'
),
items as (
    select
        park_id,
        year,
        'grid_draw' as item,
        draw_mwh as energy_mwh,
        round(draw_mwh * residual_factor, 6) as market_based_tco2,
        round(draw_mwh * tco2_per_mwh, 6) as location_based_tco2
    from parks
    union all
    select park_id, year, 'uncounted_green', uncounted_mwh, round(uncounted_mwh * residual_factor, 6), 0
    from parks
    union all
    select park_id, year, 'fossil_export', fossil_export_mwh, fossil_export_tco2, 0
    from parks
),
rest as (
    select
        p.park_id,
        p.year,
        'rounding' as item,
        0 as energy_mwh,
        max(p.market_based_tco2) - sum(i.market_based_tco2) as market_based_tco2,
        max(p.location_based_tco2) - sum(i.location_based_tco2) as location_based_tco2
    from parks as p
    inner join items as i on p.park_id = i.park_id and p.year = i.year
    group by p.park_id, p.year
),
everything as (
    select * from items
    union all
    select * from rest
)
select
    i.park_id,
    cast(i.year as integer) as year,
    i.item,
    cast(i.energy_mwh as decimal(38, 6)) as energy_mwh,
    cast(i.market_based_tco2 as decimal(38, 6)) as market_based_tco2,
    cast(i.location_based_tco2 as decimal(38, 6)) as location_based_tco2
from everything as i
