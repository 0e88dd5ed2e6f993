-- Certificates of the parks' own projects against what they can have generated, by project code and generation month:
-- distinct serials over issuances, trades and cancellations of anybody; capacity over all hours of the month; metered
-- generation. capacity_mwh and generation_mwh are null where they are not known for every project of the code. Less than
-- 1 MWh of energy may have been carried from the month before.
-- Grain: project_code, generation_month
-- Order: project_code, generation_month
with lines as (
    select project_code, generation_month, generation_year, serial_from, serial_to from staging.gec_issuances
    union all
    select project_code, generation_month, generation_year, serial_from, serial_to from certificates.trade_lines
    union all
    select project_code, generation_month, generation_year, serial_from, serial_to from certificates.cancellation_lines
),
swept as (
    select
        l.project_code,
        l.generation_month,
        l.serial_from,
        l.serial_to,
        coalesce(
            max(l.serial_to) over (
                partition by l.project_code, l.generation_month order by l.serial_from, l.serial_to
                rows between unbounded preceding and 1 preceding
            ),
            l.serial_from - 1
        ) as reach_before
    from lines as l
    inner join run.years as y on l.generation_year = y.year
    inner join (select distinct gec_project_code as project_code from staging.projects) as k on l.project_code = k.project_code
    where l.serial_from <= l.serial_to
),
months as (
    select
        project_code,
        generation_month,
        sum(greatest(serial_to - greatest(serial_from - 1, reach_before), 0)) as certificates_mwh
    from swept
    group by project_code, generation_month
),
plants as (
    select
        m.project_code,
        m.generation_month,
        p.park_id,
        p.project_id,
        -- Of two rows in a month the larger plant: a bound that holds on every day.
        case when count(*) = count(p.capacity_kw) then max(p.capacity_kw) end as capacity_kw
    from months as m
    inner join staging.projects as p
        on
            m.project_code = p.gec_project_code
            and m.generation_month between strftime(p.valid_from, '%Y-%m') and strftime(p.valid_to, '%Y-%m')
    group by m.project_code, m.generation_month, p.park_id, p.project_id
),
generated as (
    select
        park_id,
        project_id,
        month,
        case when sum(intervals_open) = 0 then sum(energy_wh) end as generation_wh
    from energy.meter_month
    where role in ('generation', 'line_end')
    group by park_id, project_id, month
),
bounds as (
    select
        p.project_code,
        p.generation_month,
        min(p.park_id) as park_id,
        case when count(*) = count(p.capacity_kw) then sum(p.capacity_kw) end as capacity_kw,
        case when count(*) = count(g.generation_wh) then sum(g.generation_wh) end as generation_wh
    from plants as p
    left join generated as g
        on p.park_id = g.park_id and p.project_id = g.project_id and p.generation_month = g.month
    group by p.project_code, p.generation_month
)
select
    b.park_id,
    b.project_code,
    b.generation_month,
    cast(m.certificates_mwh as decimal(38, 0)) as certificates_mwh,
    cast(
        b.capacity_kw * day(last_day(cast(b.generation_month || '-01' as date))) * 24 * cast(0.001 as decimal(4, 3))
        as decimal(38, 6)
    ) as capacity_mwh,
    cast(b.generation_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as generation_mwh
from bounds as b
inner join months as m on b.project_code = m.project_code and b.generation_month = m.generation_month
