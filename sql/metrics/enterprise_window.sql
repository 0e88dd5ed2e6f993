-- Use, share of green supply, draw from the grid (F) and counted certificates of each enterprise in each window.
-- T = min(trade, F); G = min(usable, F - T); the rest is surplus and never lent. usable is within the recognised amounts.
-- Certificates belong to the window of their generation month. contested_*: the same with the contested certificates counted too.
-- Grain: enterprise_id, park_id, year, window_kind, month
-- Order: enterprise_id, park_id, year, window_kind, month
with members as (
    select distinct
        e.enterprise_id,
        a.park_id,
        a.year,
        w.window_kind,
        w.month,
        w.first_month,
        w.last_month,
        c.offtake_case
    from metrics.accounts as a
    inner join staging.enterprises as e
        on a.park_id = e.park_id and e.valid_from <= a.last_day and e.valid_to >= a.first_day
    inner join metrics.windows as w on a.year = w.year
    inner join metrics.offtake_case as c on a.park_id = c.park_id and a.year = c.year
),
parks as (
    select
        m.park_id,
        m.year,
        m.window_kind,
        m.month,
        sum(p.inflow_wh - p.inflow_conservative_wh) as inflow_wh,
        sum(p.load_wh) as load_wh,
        sum(p.direct_used_wh + p.onsite_used_wh) as green_used_wh
    from (select distinct park_id, year, window_kind, month, first_month, last_month from members) as m
    inner join energy.park_month as p on m.park_id = p.park_id and p.month between m.first_month and m.last_month
    group by m.park_id, m.year, m.window_kind, m.month
),
own as (
    select
        m.enterprise_id,
        m.park_id,
        m.year,
        m.window_kind,
        m.month,
        sum(e.use_wh) as use_wh,
        sum(e.green_share_wh) as green_share_wh,
        sum(e.own_offtake_wh) as own_offtake_wh,
        sum(e.shared_offtake_wh) as shared_offtake_wh
    from members as m
    inner join energy.enterprise_month as e
        on m.park_id = e.park_id and m.enterprise_id = e.enterprise_id and e.month between m.first_month and m.last_month
    group by m.enterprise_id, m.park_id, m.year, m.window_kind, m.month
),
certificates as (
    select
        m.enterprise_id,
        m.park_id,
        m.year,
        m.window_kind,
        m.month,
        sum(cast(c.trade_mwh as hugeint)) as trade_mwh,
        sum(cast(c.usable_mwh as hugeint)) * 1000000 - sum(cast(c.not_recognised_wh as hugeint)) as usable_wh,
        sum(cast(c.contested_trade_mwh as hugeint)) as contested_trade_mwh,
        sum(cast(c.contested_usable_mwh as hugeint)) as contested_usable_mwh
    from members as m
    inner join certificates.enterprise_certificates as c
        on m.park_id = c.park_id and m.enterprise_id = c.enterprise_id
            and c.generation_month between m.first_month and m.last_month
    group by m.enterprise_id, m.park_id, m.year, m.window_kind, m.month
),
drawn as (
    select
        m.enterprise_id,
        m.park_id,
        m.year,
        m.window_kind,
        m.month,
        m.offtake_case,
        case
            when m.offtake_case = 'single' then coalesce(p.load_wh, 0) else coalesce(o.use_wh, 0)
        end as use_wh,
        case
            when m.offtake_case = 'single' then coalesce(p.green_used_wh, 0) else coalesce(o.green_share_wh, 0)
        end as direct_share_wh,
        case
            when m.offtake_case = 'single' then coalesce(p.inflow_wh, 0)
            when m.offtake_case = 'import' then coalesce(o.own_offtake_wh, 0)
            when m.offtake_case = 'share' then coalesce(o.shared_offtake_wh, 0)
            else 0
        end as grid_offtake_wh,
        coalesce(c.trade_mwh, 0) * 1000000 as trade_wh,
        coalesce(c.usable_wh, 0) as usable_wh,
        coalesce(c.trade_mwh + c.contested_trade_mwh, 0) * 1000000 as contested_trade_wh,
        coalesce(c.usable_wh + c.contested_usable_mwh * 1000000, 0) as contested_usable_wh
    from members as m
    left join parks as p on m.park_id = p.park_id and m.year = p.year and m.window_kind = p.window_kind and m.month = p.month
    left join own as o
        on m.enterprise_id = o.enterprise_id and m.park_id = o.park_id and m.year = o.year
            and m.window_kind = o.window_kind and m.month = o.month
    left join certificates as c
        on m.enterprise_id = c.enterprise_id and m.park_id = c.park_id and m.year = c.year
            and m.window_kind = c.window_kind and m.month = c.month
)
select
    d.enterprise_id,
    d.park_id,
    d.year,
    d.window_kind,
    d.month,
    d.offtake_case,
    cast(d.use_wh as decimal(38, 0)) as use_wh,
    cast(d.direct_share_wh as decimal(38, 0)) as direct_share_wh,
    cast(d.grid_offtake_wh as decimal(38, 0)) as grid_offtake_wh,
    cast(d.trade_wh as decimal(38, 0)) as trade_wh,
    cast(d.usable_wh as decimal(38, 0)) as usable_wh,
    cast(least(d.trade_wh, d.grid_offtake_wh) as decimal(38, 0)) as trade_counted_wh,
    cast(least(d.usable_wh, d.grid_offtake_wh - least(d.trade_wh, d.grid_offtake_wh)) as decimal(38, 0)) as gec_counted_wh,
    cast(
        least(d.contested_trade_wh, d.grid_offtake_wh)
        + least(d.contested_usable_wh, d.grid_offtake_wh - least(d.contested_trade_wh, d.grid_offtake_wh))
        as decimal(38, 0)
    ) as contested_counted_wh
from drawn as d
