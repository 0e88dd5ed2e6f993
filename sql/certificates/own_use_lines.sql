-- Own-use lines that prove the direct power of a project: lines that keep rules 1 and 2, whose serials were issued where
-- issuances are delivered, that were traded by the cut-off of the account and came to an enterprise of the project's
-- park. A line counts for one project of one park only: that of the park to which its buyer belonged on the first day of
-- the generation month, else later in the year; where projects of a park share a code, the direct line comes first, then
-- the smallest project_id.
-- Kept: no
-- Grain: trade_id
-- Order: trade_id
select
    t.trade_id,
    p.park_id,
    p.project_id,
    t.buyer_enterprise_id as enterprise_id,
    t.project_code,
    t.generation_month,
    t.generation_year as year,
    t.serial_from,
    t.serial_to,
    t.count_mwh,
    t.file_id,
    t.line
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
left join certificates.issued_lines as i on i.table_name = 'gec_trades' and t.trade_id = i.ledger_id
where
    t.channel = 'own_use'
    and t.broken_rule is null
    and (i.ledger_id is null or i.issued_mwh = i.count_mwh)
    and t.trade_date <= y.cutoff
    and (
        t.technology in ('solar', 'wind', 'hydro', 'biomass', 'geothermal', 'ocean')
        or (t.technology = 'nuclear' and cast(a.nuclear_trade_is_green as integer) = 1)
    )
qualify row_number() over (
        partition by t.trade_id
        order by
            cast(t.generation_month || '-01' as date) between e.valid_from and e.valid_to desc,
            e.valid_from desc,
            case when p.relation = 'direct_line' then 0 else 1 end asc,
            p.project_id asc,
            p.valid_from asc
    ) = 1
