-- What the park used of each green source in the month: D of a line, S of an on-site project.
-- Several sources share D (or S) of an interval by the running sum of their supply in order of project_id, so that the
-- parts add up to the Wh: floor(D x K_p / K) - floor(D x K_(p-1) / K).
-- Partition: month
-- Grain: park_id, project_id
-- Order: park_id, project_id
with shared as (
    select
        s.park_id,
        s.project_id,
        s.direct_wh,
        s.net_wh,
        b.direct_used_wh,
        b.used_wh - b.direct_used_wh as onsite_used_wh,
        sum(s.direct_wh) over running as direct_running_wh,
        sum(s.direct_wh) over total as direct_total_wh,
        sum(s.net_wh) over running as net_running_wh,
        sum(s.net_wh) over total as net_total_wh
    from energy.supply_interval as s
    inner join energy.interval_balance as b on s.park_id = b.park_id and s.minute = b.minute
    where s.direct_wh > 0 or s.net_wh > 0
    window
        total as (partition by s.park_id, s.minute),
        running as (partition by s.park_id, s.minute order by s.project_id)
)
select
    m.month,
    s.park_id,
    s.project_id,
    cast(sum(case
        when s.direct_wh > 0
            then cast(s.direct_used_wh as hugeint) * s.direct_running_wh // s.direct_total_wh
                - cast(s.direct_used_wh as hugeint) * (s.direct_running_wh - s.direct_wh) // s.direct_total_wh
        else 0
    end) as bigint) as direct_used_wh,
    cast(sum(case
        when s.net_wh > 0
            then cast(s.onsite_used_wh as hugeint) * s.net_running_wh // s.net_total_wh
                - cast(s.onsite_used_wh as hugeint) * (s.net_running_wh - s.net_wh) // s.net_total_wh
        else 0
    end) as bigint) as onsite_used_wh,
    cast(sum(s.net_wh) as bigint) as net_wh
from shared as s
cross join run.month as m
group by m.month, s.park_id, s.project_id
