-- Green-power lines bought by an enterprise that belongs to a park in the account's year, each judged in the account of
-- its generation year by everything but its settlement; the account of the run year also holds those of every other
-- generation year, which it leaves out. reason is the first rule broken, null where none is; a line of which a part was
-- cancelled for another beneficiary has the reason not_held and may count with the rest. lost_from to lost_to encloses the
-- lost part. The park is that of the enterprise on the first day of the generation month, else the latest one of the year.
-- Kept: no
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
lost as (
    select
        c.trade_id,
        c.year,
        x.shared_from,
        x.shared_to,
        coalesce(
            max(x.shared_to) over (
                partition by c.trade_id, c.year
                order by x.shared_from, x.cancellation_id
                rows between unbounded preceding and 1 preceding
            ),
            x.shared_from - 1
        ) as reach_before
    from claims as c
    inner join certificates.touching as x on c.trade_id = x.trade_id
    where x.beneficiary_enterprise_id <> x.buyer_enterprise_id and x.trade_broken_rule is null
),
gone as (
    select
        trade_id,
        year,
        sum(greatest(shared_to - greatest(shared_from - 1, reach_before), 0)) as lost_mwh,
        min(shared_from) as lost_from,
        max(shared_to) as lost_to
    from lost
    group by trade_id, year
)
select
    c.trade_id,
    c.year,
    c.buyer_enterprise_id as enterprise_id,
    c.park_id,
    c.project_code,
    c.generation_month,
    c.is_other_year,
    c.serial_from,
    c.serial_to,
    c.count_mwh,
    cast(coalesce(g.lost_mwh, 0) as decimal(38, 0)) as lost_mwh,
    g.lost_from,
    g.lost_to,
    i.issued_mwh,
    c.trade_date,
    c.cutoff,
    case
        when c.broken_rule is not null then c.broken_rule
        when i.issued_mwh < i.count_mwh then 'not_issued'
        when c.technology not in ('solar', 'wind', 'hydro', 'biomass', 'geothermal', 'ocean')
            and not (c.technology = 'nuclear' and c.nuclear_is_green) then 'not_renewable'
        when c.is_other_year then 'other_year'
        when c.trade_date > c.cutoff then 'expired_or_late'
        when c.is_own_project then 'counted_elsewhere'
        when g.lost_mwh > 0 then 'not_held'
    end as reason,
    c.file_id,
    c.line
from claims as c
left join gone as g on c.trade_id = g.trade_id and c.year = g.year
left join certificates.issued_lines as i on i.table_name = 'gec_trades' and c.trade_id = i.ledger_id
