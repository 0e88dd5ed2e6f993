-- Own-use certificates of each project that came to enterprises of its park: lines that keep rules 1 and 2 and were
-- traded by the cut-off of the account. They prove the direct power of a line whose owner is not the user. Where several
-- projects of a park share a code, the direct line comes first, then the smallest project_id: no certificate counts twice.
-- Grain: park_id, project_id, month
-- Order: park_id, project_id, month
with lines as (
    select
        t.trade_id,
        p.park_id,
        p.project_id,
        t.generation_month,
        t.count_mwh
    from certificates.trade_lines as t
    inner join run.years as y on t.generation_year = y.year
    inner join run.params as a on y.year = a.year
    inner join staging.projects as p
        on
            t.project_code = p.gec_project_code
            and t.generation_month between strftime(p.valid_from, '%Y-%m') and strftime(p.valid_to, '%Y-%m')
    inner join staging.enterprises as e
        on
            t.buyer_enterprise_id = e.enterprise_id
            and p.park_id = e.park_id
            and y.last_day >= e.valid_from
            and y.first_day <= e.valid_to
    where
        t.channel = 'own_use'
        and t.broken_rule is null
        and t.trade_date <= y.cutoff
        and (
            t.technology in ('solar', 'wind', 'hydro', 'biomass', 'geothermal', 'ocean')
            or (t.technology = 'nuclear' and cast(a.nuclear_trade_is_green as integer) = 1)
        )
    qualify row_number() over (
            partition by t.trade_id, p.park_id
            order by case when p.relation = 'direct_line' then 0 else 1 end, p.project_id, p.valid_from, e.valid_from
        ) = 1
)
select
    park_id,
    project_id,
    generation_month as month,
    cast(sum(count_mwh) as decimal(38, 0)) as own_use_mwh
from lines
group by park_id, project_id, generation_month
