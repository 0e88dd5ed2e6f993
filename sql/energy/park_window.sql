-- The electricity of each park and window in Wh: sums of its months, what does not count as green, and certificates.
-- In = T + G + N, T + G <= In. S_x = min(max(Z - green exports, 0), D + S - D_x): certificates of the park's own projects
-- that others hold, beyond what left through the gate, take the green character of that much own use away.
-- nuclear_counted_wh: nuclear power within D + S that counts; it stays out of the direct share unless a parameter says so.
-- Grain: park_id, year, window_kind, month
-- Order: park_id, year, window_kind, month
with keys as (
    select a.park_id, a.year, w.window_kind, w.month, w.first_month, w.last_month
    from metrics.accounts as a
    inner join metrics.windows as w on a.year = w.year
),
balance as (
    select
        k.park_id,
        k.year,
        k.window_kind,
        k.month,
        sum(m.use_wh) as use_wh,
        sum(m.load_wh) as load_wh,
        sum(m.import_wh) as import_wh,
        sum(m.export_wh) as export_wh,
        sum(m.inflow_wh) as inflow_wh,
        sum(m.generation_wh) as generation_wh,
        sum(m.fossil_wh) as fossil_wh,
        sum(m.recovered_wh) as recovered_wh,
        sum(m.charge_wh) as charge_wh,
        sum(m.discharge_wh) as discharge_wh,
        sum(m.green_export_wh) as green_export_wh,
        sum(m.recovered_export_wh) as recovered_export_wh,
        sum(m.fossil_export_wh) as fossil_export_wh,
        sum(m.direct_used_wh) as direct_used_wh,
        sum(m.onsite_used_wh) as onsite_used_wh
    from keys as k
    inner join energy.park_month as m on k.park_id = m.park_id and m.month between k.first_month and k.last_month
    group by k.park_id, k.year, k.window_kind, k.month
),
lines as (
    select
        k.park_id,
        k.year,
        k.window_kind,
        k.month,
        sum(l.uncounted_wh) as uncounted_direct_wh,
        sum(l.direct_used_wh - l.uncounted_wh) filter (where l.technology = 'nuclear') as nuclear_direct_wh
    from keys as k
    inner join energy.line_month as l on k.park_id = l.park_id and l.month between k.first_month and k.last_month
    group by k.park_id, k.year, k.window_kind, k.month
),
nuclear as (
    select
        k.park_id,
        k.year,
        k.window_kind,
        k.month,
        sum(u.onsite_used_wh) as nuclear_onsite_wh
    from keys as k
    inner join energy.project_use_month as u on k.park_id = u.park_id and u.month between k.first_month and k.last_month
    where u.project_id in (select project_id from staging.projects where technology = 'nuclear')
    group by k.park_id, k.year, k.window_kind, k.month
),
sold as (
    select
        k.park_id,
        k.year,
        k.window_kind,
        k.month,
        sum(cast(z.sold_elsewhere_mwh as hugeint)) * 1000000 as sold_elsewhere_wh
    from keys as k
    inner join certificates.sold_elsewhere as z
        on k.park_id = z.park_id and z.generation_month between k.first_month and k.last_month
    group by k.park_id, k.year, k.window_kind, k.month
),
counted as (
    select
        park_id,
        year,
        window_kind,
        month,
        sum(trade_counted_wh) as green_trade_wh,
        sum(gec_counted_wh) as gec_wh,
        sum(contested_counted_wh) as contested_counted_wh
    from metrics.enterprise_window
    group by park_id, year, window_kind, month
),
terms as (
    select
        k.park_id,
        k.year,
        k.window_kind,
        k.month,
        k.first_month,
        k.last_month,
        coalesce(b.use_wh, 0) as use_wh,
        coalesce(b.load_wh, 0) as load_wh,
        coalesce(b.import_wh, 0) as import_wh,
        coalesce(b.export_wh, 0) as export_wh,
        coalesce(b.inflow_wh, 0) as inflow_wh,
        coalesce(b.generation_wh, 0) as generation_wh,
        coalesce(b.fossil_wh, 0) as fossil_wh,
        coalesce(b.recovered_wh, 0) as recovered_wh,
        coalesce(b.charge_wh, 0) as charge_wh,
        coalesce(b.discharge_wh, 0) as discharge_wh,
        coalesce(b.green_export_wh, 0) as green_export_wh,
        coalesce(b.recovered_export_wh, 0) as recovered_export_wh,
        coalesce(b.fossil_export_wh, 0) as fossil_export_wh,
        coalesce(b.direct_used_wh, 0) as direct_used_wh,
        coalesce(b.onsite_used_wh, 0) as onsite_used_wh,
        coalesce(l.uncounted_direct_wh, 0) as uncounted_direct_wh,
        least(
            greatest(coalesce(z.sold_elsewhere_wh, 0) - coalesce(b.green_export_wh, 0), 0),
            coalesce(b.direct_used_wh + b.onsite_used_wh, 0) - coalesce(l.uncounted_direct_wh, 0)
        ) as sold_onsite_wh,
        coalesce(l.nuclear_direct_wh, 0) + coalesce(n.nuclear_onsite_wh, 0) as nuclear_counted_wh,
        coalesce(c.green_trade_wh, 0) as green_trade_wh,
        coalesce(c.gec_wh, 0) as gec_wh,
        coalesce(c.contested_counted_wh, 0) as contested_counted_wh
    from keys as k
    left join balance as b
        on k.park_id = b.park_id and k.year = b.year and k.window_kind = b.window_kind and k.month = b.month
    left join lines as l
        on k.park_id = l.park_id and k.year = l.year and k.window_kind = l.window_kind and k.month = l.month
    left join nuclear as n
        on k.park_id = n.park_id and k.year = n.year and k.window_kind = n.window_kind and k.month = n.month
    left join sold as z
        on k.park_id = z.park_id and k.year = z.year and k.window_kind = z.window_kind and k.month = z.month
    left join counted as c
        on k.park_id = c.park_id and k.year = c.year and k.window_kind = c.window_kind and k.month = c.month
)
select
    t.park_id,
    t.year,
    t.window_kind,
    t.month,
    t.first_month,
    t.last_month,
    cast(t.use_wh as bigint) as use_wh,
    cast(t.load_wh as bigint) as load_wh,
    cast(t.import_wh as bigint) as import_wh,
    cast(t.export_wh as bigint) as export_wh,
    cast(t.inflow_wh as bigint) as inflow_wh,
    cast(t.generation_wh as bigint) as generation_wh,
    cast(t.fossil_wh as bigint) as fossil_wh,
    cast(t.recovered_wh as bigint) as recovered_wh,
    cast(t.charge_wh as bigint) as charge_wh,
    cast(t.discharge_wh as bigint) as discharge_wh,
    cast(t.green_export_wh as bigint) as green_export_wh,
    cast(t.recovered_export_wh as bigint) as recovered_export_wh,
    cast(t.fossil_export_wh as bigint) as fossil_export_wh,
    cast(t.direct_used_wh as bigint) as direct_used_wh,
    cast(t.onsite_used_wh as bigint) as onsite_used_wh,
    cast(t.uncounted_direct_wh as bigint) as uncounted_direct_wh,
    cast(t.sold_onsite_wh as bigint) as sold_onsite_wh,
    cast(t.nuclear_counted_wh as bigint) as nuclear_counted_wh,
    cast(t.green_trade_wh as bigint) as green_trade_wh,
    cast(t.gec_wh as bigint) as gec_wh,
    cast(t.inflow_wh - t.green_trade_wh - t.gec_wh as bigint) as residual_wh,
    cast(t.inflow_wh - t.contested_counted_wh as bigint) as contested_residual_wh
from terms as t
