-- The electricity balance of each park and interval: load, green supply and its use, exports in their order.
-- Exports leave in this order: green, recovered, fossil generation, and what is left passes through from the grid.
-- A park without meters at its gate imports what use and charging need beyond its own supply, and exports the surplus.
-- inflow_conservative_wh: import that was put in as the least favourable value; certificates do not cover it.
-- Partition: month
-- Grain: park_id, minute
-- Order: park_id, minute
with parks as (
    select distinct park_no, park_id, boundary_from_use, balance_minutes
    from energy.month_meters
),
supplies as (
    select
        park_no,
        minute,
        cast(sum(generation_wh) as bigint) as generation_wh,
        cast(sum(recovered_wh) as bigint) as recovered_wh,
        cast(sum(fossil_wh) as bigint) as fossil_wh,
        cast(sum(charge_wh) as bigint) as charge_wh,
        cast(sum(discharge_wh) as bigint) as discharge_wh,
        cast(sum(direct_wh) as bigint) as direct_wh,
        cast(sum(direct_wh) + greatest(sum(net_wh), 0) as bigint) as green_wh
    from energy.supply_interval
    group by park_no, minute
),
flows as (
    select
        coalesce(g.park_no, s.park_no) as park_no,
        coalesce(g.minute, s.minute) as minute,
        coalesce(g.import_wh, 0) as import_metered_wh,
        coalesce(g.import_conservative_wh, 0) as import_conservative_wh,
        coalesce(g.use_conservative_wh, 0) as use_conservative_wh,
        coalesce(g.export_wh, 0) as export_metered_wh,
        coalesce(g.use_wh, 0) as use_wh,
        coalesce(s.generation_wh, 0) as generation_wh,
        coalesce(s.recovered_wh, 0) as recovered_wh,
        coalesce(s.fossil_wh, 0) as fossil_wh,
        coalesce(s.charge_wh, 0) as charge_wh,
        coalesce(s.discharge_wh, 0) as discharge_wh,
        coalesce(s.direct_wh, 0) as direct_wh,
        coalesce(s.green_wh, 0) as green_wh
    from energy.gate_interval as g
    full join supplies as s on g.park_no = s.park_no and g.minute = s.minute
),
gate as (
    select
        f.*,
        p.park_id,
        p.balance_minutes,
        p.boundary_from_use,
        case
            when p.boundary_from_use
                then greatest(f.use_wh + f.charge_wh - f.generation_wh - f.direct_wh - f.discharge_wh, 0)
            else f.import_metered_wh
        end as import_wh,
        case
            when p.boundary_from_use
                then greatest(f.generation_wh + f.direct_wh + f.discharge_wh - f.use_wh - f.charge_wh, 0)
            else f.export_metered_wh
        end as export_wh
    from flows as f
    inner join parks as p on f.park_no = p.park_no
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
    f.park_no,
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
    least(
        case when f.boundary_from_use then f.use_conservative_wh else f.import_conservative_wh end,
        greatest(
            f.import_wh - (f.export_wh - f.green_export_wh - f.recovered_export_wh - f.fossil_export_wh), 0
        )
    ) as inflow_conservative_wh,
    f.used_wh,
    case
        when f.green_wh = 0 then 0
        when f.green_wh < 3000000000 then f.used_wh * f.direct_wh // f.green_wh
        else cast(cast(f.used_wh as hugeint) * f.direct_wh // f.green_wh as bigint)
    end as direct_used_wh
from fossil as f
cross join run.month as m
