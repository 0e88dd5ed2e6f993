-- The electricity balance of each park and interval: load, green supply and its use, exports in their order.
-- Exports leave in this order: green, recovered, fossil generation, and what is left passes through from the grid.
-- A park without meters at its gate imports what use and charging need beyond its own supply, and exports the surplus.
-- Partition: month
-- Grain: park_id, minute
-- Order: park_id, minute
with parks as (
    select distinct park_id, boundary_from_use, balance_minutes
    from energy.month_meters
),
flows as (
    select
        f.park_id,
        f.minute,
        cast(sum(f.import_wh) as bigint) as import_metered_wh,
        cast(sum(f.export_wh) as bigint) as export_metered_wh,
        cast(sum(f.use_wh) as bigint) as use_wh,
        cast(sum(f.generation_wh) as bigint) as generation_wh,
        cast(sum(f.generation_wh) filter (where f.supply_class = 'recovered') as bigint) as recovered_wh,
        cast(sum(f.generation_wh) filter (where f.supply_class = 'fossil') as bigint) as fossil_wh,
        cast(sum(f.charge_wh) as bigint) as charge_wh,
        cast(sum(f.discharge_wh) as bigint) as discharge_wh
    from energy.flow_interval as f
    group by f.park_id, f.minute
),
supplies as (
    select
        park_id,
        minute,
        cast(sum(direct_wh) as bigint) as direct_wh,
        cast(sum(direct_wh) + greatest(sum(net_wh), 0) as bigint) as green_wh
    from energy.supply_interval
    group by park_id, minute
),
gate as (
    select
        f.park_id,
        f.minute,
        p.balance_minutes,
        p.boundary_from_use,
        case
            when p.boundary_from_use
                then greatest(f.use_wh + f.charge_wh - f.generation_wh - s.direct_wh - f.discharge_wh, 0)
            else f.import_metered_wh
        end as import_wh,
        case
            when p.boundary_from_use
                then greatest(f.generation_wh + s.direct_wh + f.discharge_wh - f.use_wh - f.charge_wh, 0)
            else f.export_metered_wh
        end as export_wh,
        s.direct_wh,
        s.green_wh,
        f.generation_wh,
        coalesce(f.recovered_wh, 0) as recovered_wh,
        coalesce(f.fossil_wh, 0) as fossil_wh,
        f.charge_wh,
        f.discharge_wh
    from flows as f
    inner join supplies as s on f.park_id = s.park_id and f.minute = s.minute
    inner join parks as p on f.park_id = p.park_id
),
loads as (
    select
        g.*,
        g.import_wh + g.direct_wh + g.generation_wh + g.discharge_wh - g.charge_wh - g.export_wh as signed_load_wh,
        least(g.export_wh, g.green_wh) as green_export_wh
    from gate as g
),
recovered as (
    select
        l.*,
        greatest(l.signed_load_wh, 0) as load_wh,
        least(l.export_wh - l.green_export_wh, l.recovered_wh) as recovered_export_wh
    from loads as l
),
fossil as (
    select
        r.*,
        least(r.export_wh - r.green_export_wh - r.recovered_export_wh, r.fossil_wh) as fossil_export_wh,
        least(r.green_wh - r.green_export_wh, r.load_wh) as used_wh
    from recovered as r
)
select
    f.park_id,
    f.minute,
    m.start + to_minutes(f.minute) as interval_start,
    f.balance_minutes,
    f.boundary_from_use,
    f.import_wh,
    f.export_wh,
    f.direct_wh,
    f.generation_wh,
    f.recovered_wh,
    f.fossil_wh,
    f.charge_wh,
    f.discharge_wh,
    f.signed_load_wh,
    f.load_wh,
    f.green_wh,
    f.green_export_wh,
    f.recovered_export_wh,
    f.fossil_export_wh,
    f.export_wh - f.green_export_wh - f.recovered_export_wh - f.fossil_export_wh as pass_through_wh,
    f.used_wh,
    case
        when f.green_wh = 0 then 0
        else cast(cast(f.used_wh as hugeint) * f.direct_wh // f.green_wh as bigint)
    end as direct_used_wh
from fossil as f
cross join run.month as m
