-- The electricity balance of each park and month, in Wh: sums of the intervals.
-- Partition: month
-- Grain: park_id
-- Order: park_id
select
    m.month,
    b.park_id,
    max(b.balance_minutes) as balance_minutes,
    bool_or(b.boundary_from_use) as boundary_from_use,
    cast(sum(b.import_wh) as bigint) as import_wh,
    cast(sum(b.export_wh) as bigint) as export_wh,
    cast(sum(b.import_wh - b.pass_through_wh) as bigint) as inflow_wh,
    cast(sum(b.inflow_conservative_wh) as bigint) as inflow_conservative_wh,
    cast(sum(b.import_wh + b.direct_wh + b.generation_wh - b.export_wh) as bigint) as use_wh,
    cast(sum(b.load_wh) as bigint) as load_wh,
    cast(sum(b.generation_wh) as bigint) as generation_wh,
    cast(sum(b.fossil_wh) as bigint) as fossil_wh,
    cast(sum(b.recovered_wh) as bigint) as recovered_wh,
    cast(sum(b.charge_wh) as bigint) as charge_wh,
    cast(sum(b.discharge_wh) as bigint) as discharge_wh,
    cast(sum(b.green_export_wh) as bigint) as green_export_wh,
    cast(sum(b.recovered_export_wh) as bigint) as recovered_export_wh,
    cast(sum(b.fossil_export_wh) as bigint) as fossil_export_wh,
    cast(sum(b.direct_used_wh) as bigint) as direct_used_wh,
    cast(sum(b.used_wh - b.direct_used_wh) as bigint) as onsite_used_wh,
    count(*) filter (where b.signed_load_wh < 0) as intervals_negative_load,
    cast(coalesce(sum(-b.signed_load_wh) filter (where b.signed_load_wh < 0), 0) as bigint) as negative_load_wh
from energy.interval_balance as b
cross join run.month as m
group by m.month, b.park_id
