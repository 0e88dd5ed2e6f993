-- What the park used of each source of green power in the month: D of a line, S of an on-site project; and what it kept:
-- supply less its share of the green export. They differ only where the load is less than what was kept (storage that
-- belongs to no project, or meters that contradict each other). A project has a row for each row of its master.
-- Several sources share D (or S) of an interval by the running sum of their supply in order of project_id, so that the
-- parts add up to the Wh: floor(D x K_p / K) - floor(D x K_(p-1) / K).
-- Used power never exceeds the supply, so below 3 GWh an interval the products fit 64 bits.
-- A source that is the only one of its kind in the park takes the whole; running sums are for the others.
-- Partition: month
-- Grain: park_id, project_id, project_from
-- Order: park_id, project_id, project_from
with kinds as (
    select
        source_no,
        park_no,
        bool_or(role = 'direct_import') as is_line,
        bool_or(role <> 'direct_import') as is_onsite
    from energy.month_meters
    where role in ('direct_import', 'generation', 'storage_charge', 'storage_discharge')
    group by source_no, park_no
),
counts as (
    select park_no, count(*) filter (where is_line) > 1 or count(*) filter (where is_onsite) > 1 as is_shared
    from kinds
    group by park_no
),
running as (
    select
        source_no,
        park_no,
        minute,
        direct_wh,
        net_wh,
        sum(direct_wh) over so_far as direct_running_wh,
        sum(net_wh) over so_far as net_running_wh
    from energy.supply_interval
    where
        (direct_wh > 0 or net_wh > 0)
        and park_no in (select park_no from counts where is_shared)
    window so_far as (partition by park_no, minute order by source_no)
    union all
    select source_no, park_no, minute, direct_wh, net_wh, direct_wh as direct_running_wh, net_wh as net_running_wh
    from energy.supply_interval
    where
        (direct_wh > 0 or net_wh > 0)
        and park_no not in (select park_no from counts where is_shared)
),
shared as (
    select
        r.source_no,
        r.direct_wh,
        r.net_wh,
        cast(r.direct_running_wh as bigint) as direct_running_wh,
        cast(r.net_running_wh as bigint) as net_running_wh,
        b.direct_used_wh,
        b.used_wh - b.direct_used_wh as onsite_used_wh,
        b.direct_wh as direct_total_wh,
        b.green_wh - b.direct_wh as net_total_wh,
        b.green_wh - b.green_export_wh as kept_wh,
        b.green_wh - b.green_export_wh > b.used_wh as keeps_more,
        case
            when b.green_wh - b.green_export_wh > b.used_wh
                then cast(cast(b.green_wh - b.green_export_wh as hugeint) * b.direct_wh // b.green_wh as bigint)
        end as direct_kept_wh
    from running as r
    inner join energy.interval_balance as b on r.park_no = b.park_no and r.minute = b.minute
),
parts as (
    select
        source_no,
        net_wh,
        case
            when direct_wh = 0 then 0
            when direct_total_wh < 3000000000
                then direct_used_wh * direct_running_wh // direct_total_wh
                    - direct_used_wh * (direct_running_wh - direct_wh) // direct_total_wh
            else cast(direct_used_wh as hugeint) * direct_running_wh // direct_total_wh
                - cast(direct_used_wh as hugeint) * (direct_running_wh - direct_wh) // direct_total_wh
        end as direct_used_wh,
        case
            when net_wh = 0 then 0
            when net_total_wh < 3000000000
                then onsite_used_wh * net_running_wh // net_total_wh
                    - onsite_used_wh * (net_running_wh - net_wh) // net_total_wh
            else cast(onsite_used_wh as hugeint) * net_running_wh // net_total_wh
                - cast(onsite_used_wh as hugeint) * (net_running_wh - net_wh) // net_total_wh
        end as onsite_used_wh,
        case
            when not keeps_more then 0
            when direct_wh = 0 then 0
            else cast(direct_kept_wh as hugeint) * direct_running_wh // direct_total_wh
                - cast(direct_kept_wh as hugeint) * (direct_running_wh - direct_wh) // direct_total_wh
        end as direct_kept_wh,
        case
            when not keeps_more then 0
            when net_wh = 0 then 0
            else cast(kept_wh - direct_kept_wh as hugeint) * net_running_wh // net_total_wh
                - cast(kept_wh - direct_kept_wh as hugeint) * (net_running_wh - net_wh) // net_total_wh
        end as onsite_kept_wh,
        keeps_more
    from shared
),
sums as (
    select
        source_no,
        cast(sum(direct_used_wh) as bigint) as direct_used_wh,
        cast(sum(onsite_used_wh) as bigint) as onsite_used_wh,
        cast(sum(case when keeps_more then direct_kept_wh else direct_used_wh end) as bigint) as direct_kept_wh,
        cast(sum(case when keeps_more then onsite_kept_wh else onsite_used_wh end) as bigint) as onsite_kept_wh,
        cast(sum(net_wh) as bigint) as net_wh
    from parts
    group by source_no
),
sources as (
    select source_no, park_id, project_id, project_from
    from energy.month_meters
    where role in ('direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge')
    group by source_no, park_id, project_id, project_from
)
select
    m.month,
    n.park_id,
    n.project_id,
    n.project_from,
    s.direct_used_wh,
    s.onsite_used_wh,
    s.direct_kept_wh,
    s.onsite_kept_wh,
    s.net_wh
from sums as s
inner join sources as n on s.source_no = n.source_no
cross join run.month as m
