-- Green-power lines that count in their account and whose trade has settlements: how much of each its settlements cover.
-- Settled energy is pooled by buyer and project; what is left below 1 MWh carries to the buyer's next settled month of the
-- account. The floor of the running sum does that: floor(S to this month) - floor(S to the month before) certificates. Those
-- cancelled for another beneficiary take their energy first; the lines then follow in order of trade_id.
-- A trade that is settled, but not for the generation month of its line, settles nothing.
-- Kept: no
-- Grain: trade_id, year
-- Order: trade_id, year
with settled as (
    select
        t.trade_id,
        t.year,
        t.enterprise_id,
        t.project_code,
        t.generation_month,
        t.count_mwh - t.lost_mwh as left_mwh,
        t.lost_mwh,
        coalesce(s.settled_mwh, 0) as settled_mwh
    from certificates.claimed_trades as t
    left join staging.green_power_settlements as s on t.trade_id = s.trade_id and t.generation_month = s.month
    where
        coalesce(t.reason, 'not_held') = 'not_held'
        and t.trade_id in (select k.trade_id from staging.green_power_settlements as k)
),
months as (
    select
        enterprise_id,
        project_code,
        year,
        generation_month,
        sum(settled_mwh) as settled_mwh,
        sum(lost_mwh) as lost_mwh
    from settled
    group by enterprise_id, project_code, year, generation_month
),
running as (
    select
        *,
        sum(settled_mwh) over (
            partition by enterprise_id, project_code, year order by generation_month
        ) as settled_so_far
    from months
),
allowed as (
    select
        enterprise_id,
        project_code,
        year,
        generation_month,
        greatest(floor(settled_so_far) - floor(settled_so_far - settled_mwh) - lost_mwh, 0) as allowed_mwh
    from running
),
queued as (
    select
        s.*,
        a.allowed_mwh,
        coalesce(
            sum(s.left_mwh) over (
                partition by s.enterprise_id, s.project_code, s.year, s.generation_month order by s.trade_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as before_mwh
    from settled as s
    inner join allowed as a
        on s.enterprise_id = a.enterprise_id and s.project_code = a.project_code and s.year = a.year
            and s.generation_month = a.generation_month
)
select
    trade_id,
    year,
    settled_mwh,
    cast(least(left_mwh, greatest(allowed_mwh - before_mwh, 0)) as decimal(38, 0)) as covered_mwh
from queued
