-- Green-power lines bought by an enterprise that belongs to a park in the account's year, each judged in the account of
-- its generation year; the account of the run year also holds those of every other generation year, which it leaves out.
-- reason is the first rule broken, null where the whole line counts; a line of which a part was cancelled for another
-- beneficiary has the reason not_held, counts with the rest, and lost_from to lost_to encloses the lost part. The park is
-- that of the enterprise on the first day of the generation month, else the latest one of the year.
-- not_cancelled_mwh: how much of what counts was not cancelled by the cut-off; a warning.
-- Grain: trade_id, year
-- Order: trade_id, year
with claims as (
    select
        t.*,
        y.year,
        y.cutoff,
        e.park_id,
        t.generation_year <> y.year as is_other_year,
        n.project_code is not null as is_own_project,
        cast(p.nuclear_trade_is_green as integer) = 1 as nuclear_is_green
    from certificates.trade_lines as t
    inner join run.years as y on t.generation_year = y.year or y.is_run_year
    inner join run.params as p on y.year = p.year
    inner join staging.enterprises as e
        on
            t.buyer_enterprise_id = e.enterprise_id
            and y.last_day >= e.valid_from
            and y.first_day <= e.valid_to
    left join (
        select distinct
            park_id,
            gec_project_code as project_code
        from staging.projects
    ) as n
        on e.park_id = n.park_id and t.project_code = n.project_code
    where t.channel = 'green_power'
    qualify row_number() over (
            partition by t.trade_id, y.year
            order by
                cast(t.generation_month || '-01' as date) between e.valid_from and e.valid_to desc,
                e.valid_from desc,
                e.park_id asc
        ) = 1
),
cancelled as (
    select
        c.trade_id,
        c.year,
        x.beneficiary_enterprise_id <> x.buyer_enterprise_id as by_another,
        x.cancellation_id,
        x.shared_from,
        x.shared_to
    from claims as c
    inner join certificates.touching as x on c.trade_id = x.trade_id
    where x.beneficiary_enterprise_id <> x.buyer_enterprise_id or x.cancelled_on <= c.cutoff
),
reached as (
    select
        *,
        coalesce(
            max(shared_to) over (
                partition by trade_id, year
                order by shared_from, cancellation_id
                rows between unbounded preceding and 1 preceding
            ),
            shared_from - 1
        ) as reach_before,
        coalesce(
            max(case when by_another then shared_to end) over (
                partition by trade_id, year
                order by shared_from, cancellation_id
                rows between unbounded preceding and 1 preceding
            ),
            shared_from - 1
        ) as lost_before
    from cancelled
),
gone as (
    select
        trade_id,
        year,
        sum(greatest(shared_to - greatest(shared_from - 1, reach_before), 0)) as gone_mwh,
        sum(case when by_another then greatest(shared_to - greatest(shared_from - 1, lost_before), 0) else 0 end) as lost_mwh,
        min(case when by_another then shared_from end) as lost_from,
        max(case when by_another then shared_to end) as lost_to
    from reached
    group by trade_id, year
),
judged as (
    select
        c.*,
        coalesce(g.gone_mwh, 0) as gone_mwh,
        coalesce(g.lost_mwh, 0) as lost_mwh,
        g.lost_from,
        g.lost_to,
        case
            when c.broken_rule is not null then c.broken_rule
            when c.technology not in ('solar', 'wind', 'hydro', 'biomass', 'geothermal', 'ocean')
                and not (c.technology = 'nuclear' and c.nuclear_is_green) then 'not_renewable'
            when c.is_other_year then 'other_year'
            when c.trade_date > c.cutoff then 'expired_or_late'
            when c.is_own_project then 'counted_elsewhere'
            when g.lost_mwh > 0 then 'not_held'
        end as reason
    from claims as c
    left join gone as g on c.trade_id = g.trade_id and c.year = g.year
)
select
    trade_id,
    year,
    buyer_enterprise_id as enterprise_id,
    park_id,
    project_code,
    generation_month,
    serial_from,
    serial_to,
    count_mwh,
    case when reason is null then count_mwh when reason = 'not_held' then count_mwh - lost_mwh else 0 end as counted_mwh,
    case when reason = 'not_held' then lost_mwh else 0 end as lost_mwh,
    case when reason = 'not_held' then lost_from end as lost_from,
    case when reason = 'not_held' then lost_to end as lost_to,
    trade_date,
    cutoff,
    reason,
    not is_other_year and coalesce(reason = 'overlap', false) as contested,
    case when coalesce(reason, 'not_held') = 'not_held' then count_mwh - gone_mwh else 0 end as not_cancelled_mwh,
    file_id,
    line
from judged
