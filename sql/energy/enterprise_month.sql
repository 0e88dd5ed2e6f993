-- Each enterprise's draw from the grid and share of green supply in the month, by both ways of notice 622:
-- import: its own import meters, less its share of what passes through; share: its part, by use, of the park's import.
-- Import that was put in as the least favourable value counts in neither: certificates do not cover it.
-- Shares go by running sums in order of enterprise_id, so they add up to the Wh. A use meter without an enterprise takes
-- its share too (enterprise ''). Where more passes through than comes in, the share is negative, and // would round it
-- towards zero: there floor(-x) is written as -ceil(x). Below 3 GWh an interval the products fit 64 bits, which are several times quicker.
-- Partition: month
-- Grain: park_id, enterprise_id
-- Order: park_id, enterprise_id
with lengths as (
    select distinct park_no, share_minutes
    from energy.month_meters
),
balance as (
    select
        b.park_no,
        b.minute - b.minute % k.share_minutes as minute,
        cast(sum(b.import_wh - b.pass_through_wh - b.inflow_conservative_wh) as bigint) as inflow_wh,
        cast(sum(b.used_wh) as bigint) as used_wh
    from energy.interval_balance as b
    inner join lengths as k on b.park_no = k.park_no
    group by b.park_no, b.minute - b.minute % k.share_minutes
),
totals as (
    select park_no, role, minute, cast(sum(energy_wh) as bigint) as total_wh
    from energy.enterprise_interval
    group by park_no, role, minute
),
running as (
    select
        user_no,
        park_no,
        role,
        minute,
        energy_wh,
        conservative_wh,
        cast(sum(energy_wh) over (partition by park_no, role, minute order by user_no) as bigint) as running_wh
    from energy.enterprise_interval
),
uses as (
    select
        r.user_no,
        r.energy_wh as use_wh,
        r.running_wh,
        t.total_wh,
        least(coalesce(b.inflow_wh, 0), t.total_wh) as inflow_wh,
        least(coalesce(b.used_wh, 0), t.total_wh) as green_wh
    from running as r
    inner join totals as t on r.park_no = t.park_no and r.role = t.role and r.minute = t.minute
    left join balance as b on r.park_no = b.park_no and r.minute = b.minute
    where r.role = 'use'
),
imports as (
    select
        r.user_no,
        r.energy_wh as import_wh,
        r.conservative_wh,
        b.pass_through_wh,
        r.running_wh,
        t.total_wh
    from running as r
    inner join totals as t on r.park_no = t.park_no and r.role = t.role and r.minute = t.minute
    inner join energy.interval_balance as b on r.park_no = b.park_no and r.minute = b.minute
    where r.role = 'grid_import'
),
own as (
    select
        user_no,
        conservative_wh,
        import_wh - case
            when total_wh > 0
                then cast(pass_through_wh as hugeint) * running_wh // total_wh
                    - cast(pass_through_wh as hugeint) * (running_wh - import_wh) // total_wh
            else 0
        end as own_wh
    from imports
),
parts as (
    select
        user_no,
        cast(sum(use_wh) as bigint) as use_wh,
        cast(sum(case
            when total_wh = 0 then 0
            when inflow_wh < 0
                then (cast(-inflow_wh as hugeint) * (running_wh - use_wh) + total_wh - 1) // total_wh
                    - (cast(-inflow_wh as hugeint) * running_wh + total_wh - 1) // total_wh
            when total_wh < 3000000000
                then inflow_wh * running_wh // total_wh - inflow_wh * (running_wh - use_wh) // total_wh
            else cast(inflow_wh as hugeint) * running_wh // total_wh
                - cast(inflow_wh as hugeint) * (running_wh - use_wh) // total_wh
        end) as bigint) as shared_offtake_wh,
        cast(sum(case
            when total_wh = 0 then 0
            when total_wh < 3000000000
                then green_wh * running_wh // total_wh - green_wh * (running_wh - use_wh) // total_wh
            else cast(green_wh as hugeint) * running_wh // total_wh
                - cast(green_wh as hugeint) * (running_wh - use_wh) // total_wh
        end) as bigint) as green_share_wh,
        0 as own_offtake_wh
    from uses
    group by user_no
    union all
    select
        user_no,
        0 as use_wh,
        0 as shared_offtake_wh,
        0 as green_share_wh,
        cast(sum(own_wh - least(conservative_wh, greatest(own_wh, 0))) as bigint) as own_offtake_wh
    from own
    group by user_no
),
users as (
    select distinct user_no, park_id, coalesce(enterprise_id, '') as enterprise_id
    from energy.month_meters
)
select
    m.month,
    u.park_id,
    u.enterprise_id,
    cast(sum(p.use_wh) as bigint) as use_wh,
    cast(sum(p.shared_offtake_wh) as bigint) as shared_offtake_wh,
    cast(sum(p.green_share_wh) as bigint) as green_share_wh,
    cast(sum(p.own_offtake_wh) as bigint) as own_offtake_wh
from parts as p
inner join users as u on p.user_no = u.user_no
cross join run.month as m
group by m.month, u.park_id, u.enterprise_id
