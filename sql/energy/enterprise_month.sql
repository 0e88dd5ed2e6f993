-- Each enterprise's draw from the grid and share of green supply in the month, by both ways of notice 622:
-- import: its own import meters, less its share of what passes through; share: its part, by use, of the park's import.
-- Shares go by running sums in order of enterprise_id, so they add up to the Wh. A use meter without an enterprise takes
-- its share too (enterprise '').
-- Partition: month
-- Grain: park_id, enterprise_id
-- Order: park_id, enterprise_id
with balance as (
    select
        b.park_id,
        b.minute - b.minute % k.share_minutes as minute,
        sum(b.import_wh - b.pass_through_wh) as inflow_wh,
        sum(b.used_wh) as used_wh
    from energy.interval_balance as b
    inner join (select distinct park_id, share_minutes from energy.month_meters) as k on b.park_id = k.park_id
    group by b.park_id, b.minute - b.minute % k.share_minutes
),
uses as (
    select
        e.park_id,
        e.enterprise_id,
        e.energy_wh as use_wh,
        coalesce(b.inflow_wh, 0) as inflow_wh,
        coalesce(b.used_wh, 0) as used_wh,
        sum(e.energy_wh) over (partition by e.park_id, e.minute order by e.enterprise_id) as running_wh,
        sum(e.energy_wh) over (partition by e.park_id, e.minute) as total_wh
    from energy.enterprise_interval as e
    left join balance as b on e.park_id = b.park_id and e.minute = b.minute
    where e.role = 'use'
),
imports as (
    select
        e.park_id,
        e.enterprise_id,
        e.energy_wh as import_wh,
        b.pass_through_wh,
        sum(e.energy_wh) over (partition by e.park_id, e.minute order by e.enterprise_id) as running_wh,
        sum(e.energy_wh) over (partition by e.park_id, e.minute) as total_wh
    from energy.enterprise_interval as e
    inner join energy.interval_balance as b on e.park_id = b.park_id and e.minute = b.minute
    where e.role = 'grid_import'
),
parts as (
    select
        park_id,
        enterprise_id,
        use_wh,
        case
            when total_wh = 0 then 0
            else cast(least(inflow_wh, total_wh) as hugeint) * running_wh // total_wh
                - cast(least(inflow_wh, total_wh) as hugeint) * (running_wh - use_wh) // total_wh
        end as shared_offtake_wh,
        case
            when total_wh = 0 then 0
            else cast(least(used_wh, total_wh) as hugeint) * running_wh // total_wh
                - cast(least(used_wh, total_wh) as hugeint) * (running_wh - use_wh) // total_wh
        end as green_share_wh,
        0 as own_offtake_wh
    from uses
    union all by name
    select
        park_id,
        enterprise_id,
        0 as use_wh,
        0 as shared_offtake_wh,
        0 as green_share_wh,
        import_wh - case
            when total_wh = 0 then 0
            else cast(pass_through_wh as hugeint) * running_wh // total_wh
                - cast(pass_through_wh as hugeint) * (running_wh - import_wh) // total_wh
        end as own_offtake_wh
    from imports
)
select
    m.month,
    p.park_id,
    p.enterprise_id,
    cast(sum(p.use_wh) as bigint) as use_wh,
    cast(sum(p.shared_offtake_wh) as bigint) as shared_offtake_wh,
    cast(sum(p.green_share_wh) as bigint) as green_share_wh,
    cast(sum(p.own_offtake_wh) as bigint) as own_offtake_wh
from parts as p
cross join run.month as m
group by m.month, p.park_id, p.enterprise_id
