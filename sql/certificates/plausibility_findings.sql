-- Ledger rows that contradict each other, the master or the meters, and recognised amounts that cut certificates, one row
-- for each park and generation month that has it. None of them decides by itself whether a certificate counts. What is of
-- no known park has one row over all months.
-- Grain: code, park_id, month
-- Order: code, park_id, month
with members as (
    select enterprise_id, park_id
    from staging.enterprises
    qualify row_number() over (partition by enterprise_id order by valid_from desc, park_id asc) = 1
),
plants as (
    select
        gec_project_code as project_code,
        min(park_id) as park_id,
        -- 江苏 and 江苏省 are one province.
        min(regexp_replace(province_zh, '(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$', '')) as province
    from staging.projects
    where gec_project_code is not null
    group by gec_project_code
),
issuances as (
    select
        *,
        concat(project_code, '/', generation_month, '/', serial_from, '-', serial_to) as ledger_id,
        serial_to - serial_from + 1 as count_mwh
    from staging.gec_issuances
),
settled_buyers as (
    select distinct enterprise_id, project_code, year
    from certificates.judged_trades
    where settled_mwh is not null
),
-- A union of decimals takes the fewest decimals of its parts: each part is cast.
flagged as (
    select
        'certificates_over_capacity' as code,
        park_id,
        generation_month as month,
        project_code as ledger_id,
        cast(certificates_mwh - capacity_mwh as decimal(38, 6)) as mwh
    from certificates.project_certificates
    where certificates_mwh > capacity_mwh
    union all
    -- Less than 1 MWh may have been carried from the month before.
    select
        'certificates_over_generation', park_id, generation_month, project_code,
        cast(certificates_mwh - generation_mwh as decimal(38, 6))
    from certificates.project_certificates
    where certificates_mwh >= generation_mwh + 1
    union all
    select 'certificate_province_differs', p.park_id, t.generation_month, t.trade_id, cast(t.count_mwh as decimal(38, 6))
    from certificates.trade_lines as t
    inner join plants as p on t.project_code = p.project_code
    where regexp_replace(t.province_zh, '(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$', '') <> p.province
    union all
    select
        'issuance_overlap', p.park_id, i.generation_month, concat(i.project_code, '/', i.generation_month, '/', i.serial_from),
        cast(i.lines_mwh - (i.serial_to - i.serial_from + 1) as decimal(38, 6))
    from certificates.issued_ranges as i
    left join plants as p on i.project_code = p.project_code
    where i.lines > 1
    union all
    select 'issuance_bad_range', p.park_id, i.generation_month, i.ledger_id, cast(0 as decimal(38, 6))
    from issuances as i
    left join plants as p on i.project_code = p.project_code
    where i.serial_from > i.serial_to or i.serial_from < 0
    union all
    select 'issuance_energy_differs', p.park_id, i.generation_month, i.ledger_id, cast(abs(i.count_mwh - i.energy_mwh) as decimal(38, 6))
    from issuances as i
    left join plants as p on i.project_code = p.project_code
    where i.serial_from <= i.serial_to and i.serial_from >= 0 and abs(i.count_mwh - i.energy_mwh) >= 1
    union all
    select 'moved_before_issue', e.park_id, m.generation_month, m.ledger_id, m.mwh
    from certificates.illegal_moves as m
    left join members as e on m.enterprise_id = e.enterprise_id
    where m.code = 'before_issue'
    union all
    -- Where no issuance is known, what is sure is that nothing is issued before its month of generation begins.
    select 'moved_before_issue', e.park_id, c.generation_month, c.cancellation_id, cast(c.count_mwh as decimal(38, 6))
    from certificates.cancellation_lines as c
    left join certificates.illegal_moves as m
        on m.table_name = 'gec_cancellations' and c.cancellation_id = m.ledger_id and m.code = 'before_issue'
    left join members as e on c.beneficiary_enterprise_id = e.enterprise_id
    where m.ledger_id is null and c.broken_rule is null and c.cancelled_on < cast(c.generation_month || '-01' as date)
    union all
    select
        'cancelled_before_trade', e.park_id, c.generation_month, x.cancellation_id,
        cast(x.shared_to - x.shared_from + 1 as decimal(38, 6))
    from certificates.touching as x
    inner join certificates.cancellation_lines as c on x.cancellation_id = c.cancellation_id
    left join members as e on x.beneficiary_enterprise_id = e.enterprise_id
    where
        x.cancelled_on < x.trade_date
        and x.beneficiary_enterprise_id = x.buyer_enterprise_id
        and x.trade_broken_rule is null
        and x.cancellation_broken_rule is null
    union all
    select 'settlement_without_trade', e.park_id, s.month, concat(s.trade_id, '/', s.month), cast(s.settled_mwh as decimal(38, 6))
    from staging.green_power_settlements as s
    left join certificates.trade_lines as t on s.trade_id = t.trade_id
    left join members as e on t.buyer_enterprise_id = e.enterprise_id
    where t.trade_id is null or t.channel <> 'green_power' or t.generation_month <> s.month
    union all
    select 'settlement_missing', j.park_id, j.generation_month, j.trade_id, cast(j.counted_mwh as decimal(38, 6))
    from certificates.judged_trades as j
    inner join settled_buyers as b
        on j.enterprise_id = b.enterprise_id and j.project_code = b.project_code and j.year = b.year
    where j.counted_mwh > 0 and j.settled_mwh is null
    union all
    select 'certificate_province_unknown', park_id, generation_month, trade_id, cast(usable_mwh as decimal(38, 6))
    from certificates.scoped_purchases
    where not province_known and scope is not null
    union all
    select 'recognition_scope_missing', s.park_id, s.generation_month, s.trade_id, cast(s.usable_mwh as decimal(38, 6))
    from certificates.scoped_purchases as s
    left join staging.gec_recognition as g on s.enterprise_id = g.enterprise_id and s.year = g.year and s.scope = g.scope
    where s.scope is not null and g.enterprise_id is null
    union all
    select
        'certificates_not_recognised', park_id, generation_month, enterprise_id,
        cast(not_recognised_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6))
    from certificates.not_recognised_month
    where not_recognised_wh > 0
    union all
    select 'unknown_recognised_enterprise', null, null, g.enterprise_id, cast(g.recognised_mwh as decimal(38, 6))
    from staging.gec_recognition as g
    left join members as e on g.enterprise_id = e.enterprise_id
    where e.enterprise_id is null
),
placed as (
    select
        code,
        park_id,
        case when park_id is not null then month end as month,
        ledger_id,
        mwh
    from flagged
)
select
    f.code,
    c.severity,
    c.sentence,
    cast(
        to_json({ 'lines': count(*), 'mwh': cast(sum(f.mwh) as varchar), 'first_ledger_id': min(f.ledger_id) }) as varchar
    ) as evidence,
    f.park_id,
    cast(left(f.month, 4) as integer) as year,
    f.month,
    cast(null as varchar) as meter_id
from placed as f
inner join reference.codes as c on f.code = c.code and c.kind = 'finding'
group by f.code, c.severity, c.sentence, f.park_id, f.month
