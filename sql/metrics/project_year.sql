-- Each project's year by notices 650 and 688: self-use of available generation, self-use of the park's use, and export of
-- available generation, each with its verdict. Available = metered generation + curtailment on record or metered.
-- Self-use is what the park used of the project's net power (generation - green charge + green discharge - export), so
-- that charge and discharge never count both; of a line metered at its far end, generation is the metered far end.
-- Without any curtailment on record curtailed_mwh is null and available is the metered generation alone.
-- Grain: project_id, year
-- Order: project_id, year
with energy_year as (
    select
        a.park_id,
        a.year,
        m.project_id,
        sum(m.generation_wh) + sum(coalesce(m.line_end_wh, m.direct_wh)) as generation_wh,
        sum(coalesce(u.direct_used_wh, 0) + coalesce(u.onsite_used_wh, 0)) as self_use_wh,
        sum(coalesce(u.net_wh, 0) + m.direct_wh - coalesce(u.direct_used_wh, 0) - coalesce(u.onsite_used_wh, 0)) as export_wh
    from metrics.accounts as a
    inner join energy.project_month as m on a.park_id = m.park_id and cast(left(m.month, 4) as integer) = a.year
    left join energy.project_use_month as u
        on m.park_id = u.park_id and m.project_id = u.project_id and m.month = u.month
    where m.project_id in (select project_id from staging.projects where supply_class = 'green')
    group by a.park_id, a.year, m.project_id
),
curtailed as (
    select project_id, year, sum(curtailed_mwh) as curtailed_mwh
    from (
        select project_id, cast(year as integer) as year, cast(curtailed_mwh as decimal(38, 6)) as curtailed_mwh
        from staging.curtailment_rows
        where stands and reason is null
        union all
        select project_id, cast(left(month, 4) as integer), energy_wh * cast(0.000001 as decimal(7, 6))
        from energy.meter_month
        where role = 'curtailment'
    ) as recorded
    group by project_id, year
),
amounts as (
    select
        e.park_id,
        e.year,
        e.project_id,
        e.generation_wh * cast(0.000001 as decimal(7, 6)) as generation_mwh,
        cast(c.curtailed_mwh as decimal(38, 6)) as curtailed_mwh,
        e.generation_wh * cast(0.000001 as decimal(7, 6)) + coalesce(c.curtailed_mwh, 0) as available_mwh,
        e.self_use_wh * cast(0.000001 as decimal(7, 6)) as self_use_mwh,
        greatest(e.export_wh, 0) * cast(0.000001 as decimal(7, 6)) as export_mwh,
        w.use_wh * cast(0.000001 as decimal(7, 6)) as use_mwh,
        p.self_use_of_generation_min,
        p.self_use_of_consumption_min,
        p.export_of_generation_max,
        j.intervals_open
    from energy_year as e
    inner join energy.park_window as w on e.park_id = w.park_id and e.year = w.year and w.window_kind = 'year'
    inner join metrics.judged_year as j on e.park_id = j.park_id and e.year = j.year
    inner join run.params as p on e.year = p.year
    left join curtailed as c on e.project_id = c.project_id and e.year = c.year
)
select
    a.project_id,
    cast(a.year as integer) as year,
    a.park_id,
    cast(a.generation_mwh as decimal(38, 6)) as generation_mwh,
    a.curtailed_mwh,
    cast(a.self_use_mwh as decimal(38, 6)) as self_use_mwh,
    cast(a.export_mwh as decimal(38, 6)) as export_mwh,
    cast(a.self_use_mwh as double) / nullif(cast(a.available_mwh as double), 0) as self_use_of_generation,
    cast(a.self_use_mwh as double) / nullif(cast(a.use_mwh as double), 0) as self_use_of_consumption,
    cast(a.export_mwh as double) / nullif(cast(a.available_mwh as double), 0) as export_of_generation,
    1 - cast(a.curtailed_mwh as double) / nullif(cast(a.available_mwh as double), 0) as renewable_utilisation,
    case
        when a.intervals_open > 0 then 'undecided'
        when a.available_mwh = 0 then 'not_applicable'
        when a.self_use_mwh >= a.available_mwh * cast(a.self_use_of_generation_min as decimal(9, 6)) then 'pass'
        else 'fail'
    end as self_use_of_generation_verdict,
    case
        when a.intervals_open > 0 then 'undecided'
        when a.use_mwh = 0 then 'not_applicable'
        when a.self_use_mwh >= a.use_mwh * cast(a.self_use_of_consumption_min as decimal(9, 6)) then 'pass'
        else 'fail'
    end as self_use_of_consumption_verdict,
    case
        when a.intervals_open > 0 then 'undecided'
        when a.available_mwh = 0 then 'not_applicable'
        when a.export_mwh <= a.available_mwh * cast(a.export_of_generation_max as decimal(9, 6)) then 'pass'
        else 'fail'
    end as export_of_generation_verdict
from amounts as a
