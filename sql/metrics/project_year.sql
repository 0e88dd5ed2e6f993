-- Each project's year by notices 650 and 688: self-use of available generation, self-use of the park's use, and export of
-- available generation, each with its verdict. Available = metered generation + curtailment on record or metered.
-- Self-use = generation - green charge + green discharge - export - line loss - auxiliary use, to the Wh, so that charge and
-- discharge never count both. Generation of a line is its far end where that is metered. Export is the project's share of
-- the green export. Auxiliary use is what the plant's own meters show, never more than there is to take it from: of a line
-- it lies before the park's end, within what did not arrive; of an on-site project within what the park kept.
-- curtailment_record: none (curtailed_mwh is null, available is the metered generation alone), partial (some months with
-- generation have neither record nor meter), complete. users: enterprises of the park that are known to use power.
-- Of a line of which only the far end is metered nobody knows what arrived: self-use and export are null.
-- Grain: project_id, park_id, year
-- Order: project_id, park_id, year
with kept as (
    select
        u.park_id,
        u.project_id,
        u.month,
        sum(u.direct_kept_wh) as direct_kept_wh,
        sum(u.onsite_kept_wh) as onsite_kept_wh,
        sum(u.net_wh) as net_wh
    from energy.project_use_month as u
    inner join staging.projects as p
        on u.park_id = p.park_id and u.project_id = p.project_id and u.project_from = p.valid_from
    where p.supply_class = 'green'
    group by u.park_id, u.project_id, u.month
),
auxiliary as (
    select park_id, project_id, month, sum(energy_wh) as auxiliary_wh
    from energy.meter_month
    where role = 'auxiliary'
    group by park_id, project_id, month
),
curtailed as (
    select park_id, project_id, month, cast(sum(curtailed_wh) as bigint) as curtailed_wh
    from (
        select park_id, project_id, month, cast(cast(curtailed_mwh as decimal(38, 6)) * 1000000 as bigint) as curtailed_wh
        from staging.curtailment_rows
        where stands and reason is null
        union all
        select park_id, project_id, month, energy_wh
        from energy.meter_month
        where role = 'curtailment'
    ) as recorded
    group by park_id, project_id, month
),
months as (
    select
        a.park_id,
        a.year,
        m.project_id,
        m.month,
        m.green_onsite_wh + m.green_direct_wh + m.green_line_loss_wh as generation_wh,
        m.charged_from_own_wh as green_charge_wh,
        coalesce(k.net_wh, 0) - m.green_onsite_wh + m.charged_from_own_wh as green_discharge_wh,
        m.green_direct_wh + coalesce(k.net_wh - k.direct_kept_wh - k.onsite_kept_wh, 0) as export_wh,
        case when m.has_far_end then m.green_line_loss_wh end as not_arrived_wh,
        coalesce(k.onsite_kept_wh, 0) as onsite_kept_wh,
        coalesce(x.auxiliary_wh, 0) as auxiliary_wh,
        m.has_far_end and not m.has_park_end as arrives_unmetered
    from metrics.accounts as a
    inner join energy.project_month as m on a.park_id = m.park_id and cast(left(m.month, 4) as integer) = a.year
    left join kept as k on m.park_id = k.park_id and m.project_id = k.project_id and m.month = k.month
    left join auxiliary as x on m.park_id = x.park_id and m.project_id = x.project_id and m.month = x.month
    where m.supply_class = 'green'
),
energy_year as (
    select
        park_id,
        year,
        project_id,
        cast(sum(generation_wh) as bigint) as generation_wh,
        cast(sum(green_charge_wh) as bigint) as green_charge_wh,
        cast(sum(green_discharge_wh) as bigint) as green_discharge_wh,
        cast(sum(export_wh) as bigint) as export_wh,
        cast(sum(not_arrived_wh - least(auxiliary_wh, not_arrived_wh)) as bigint) as line_loss_wh,
        cast(sum(
            least(auxiliary_wh, coalesce(not_arrived_wh, 0))
            + least(auxiliary_wh - least(auxiliary_wh, coalesce(not_arrived_wh, 0)), onsite_kept_wh)
        ) as bigint) as auxiliary_wh,
        bool_or(arrives_unmetered) as arrives_unmetered
    from months
    group by park_id, year, project_id
),
self_used as (
    select
        *,
        generation_wh - green_charge_wh + green_discharge_wh - export_wh - coalesce(line_loss_wh, 0) - auxiliary_wh as self_use_wh
    from energy_year
),
curtailed_year as (
    select park_id, cast(left(month, 4) as integer) as year, project_id, cast(sum(curtailed_wh) as bigint) as curtailed_wh
    from curtailed
    group by park_id, left(month, 4), project_id
),
unrecorded as (
    select m.park_id, m.year, m.project_id, count(*) as months_unrecorded
    from months as m
    left join curtailed as c on m.park_id = c.park_id and m.project_id = c.project_id and m.month = c.month
    where m.generation_wh > 0 and c.month is null
    group by m.park_id, m.year, m.project_id
),
uncounted as (
    select park_id, cast(left(month, 4) as integer) as year, project_id, cast(sum(uncounted_wh) as bigint) as uncounted_wh
    from energy.line_month
    group by park_id, left(month, 4), project_id
),
users as (
    select park_id, year, count(*) as users
    from metrics.enterprise_window
    where window_kind = 'year' and use_wh > 0
    group by park_id, year
),
amounts as (
    select
        e.project_id,
        e.park_id,
        e.year,
        u.users,
        e.generation_wh,
        c.curtailed_wh,
        case
            when c.project_id is null then 'none'
            when n.months_unrecorded > 0 then 'partial'
            else 'complete'
        end as curtailment_record,
        e.generation_wh + coalesce(c.curtailed_wh, 0) as available_wh,
        e.green_charge_wh,
        e.green_discharge_wh,
        case when not e.arrives_unmetered then e.line_loss_wh end as line_loss_wh,
        e.auxiliary_wh,
        case when not e.arrives_unmetered then e.export_wh end as export_wh,
        case when not e.arrives_unmetered then e.self_use_wh end as self_use_wh,
        coalesce(l.uncounted_wh, 0) as uncounted_wh,
        w.use_wh,
        cast(p.self_use_of_generation_min as decimal(9, 6)) as self_use_of_generation_min,
        cast(p.self_use_of_consumption_min as decimal(9, 6)) as self_use_of_consumption_min,
        cast(p.export_of_generation_max as decimal(9, 6)) as export_of_generation_max,
        j.intervals_open > 0 or e.arrives_unmetered as is_open
    from self_used as e
    inner join energy.park_window as w on e.park_id = w.park_id and e.year = w.year and w.window_kind = 'year'
    inner join metrics.judged_year as j on e.park_id = j.park_id and e.year = j.year
    inner join run.params as p on e.year = p.year
    left join curtailed_year as c on e.park_id = c.park_id and e.project_id = c.project_id and e.year = c.year
    left join unrecorded as n on e.park_id = n.park_id and e.project_id = n.project_id and e.year = n.year
    left join uncounted as l on e.park_id = l.park_id and e.project_id = l.project_id and e.year = l.year
    left join users as u on e.park_id = u.park_id and e.year = u.year
)
select
    a.project_id,
    a.park_id,
    cast(a.year as integer) as year,
    cast(a.users as integer) as users,
    cast(a.generation_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as generation_mwh,
    cast(a.curtailed_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as curtailed_mwh,
    a.curtailment_record,
    cast(a.available_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as available_mwh,
    cast(a.green_charge_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as green_charge_mwh,
    cast(a.green_discharge_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as green_discharge_mwh,
    cast(a.line_loss_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as line_loss_mwh,
    cast(a.auxiliary_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as auxiliary_mwh,
    cast(a.export_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as export_mwh,
    cast(a.self_use_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as self_use_mwh,
    cast(a.uncounted_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)) as uncounted_mwh,
    cast(a.self_use_wh as double) / nullif(cast(a.available_wh as double), 0) as self_use_of_generation,
    cast(a.self_use_wh as double) / nullif(cast(a.use_wh as double), 0) as self_use_of_consumption,
    cast(a.export_wh as double) / nullif(cast(a.available_wh as double), 0) as export_of_generation,
    1 - cast(a.curtailed_wh as double) / nullif(cast(a.available_wh as double), 0) as renewable_utilisation,
    case
        when a.is_open then 'undecided'
        when a.available_wh = 0 then 'not_applicable'
        when a.self_use_wh >= a.available_wh * a.self_use_of_generation_min then 'pass'
        else 'fail'
    end as self_use_of_generation_verdict,
    case
        when a.is_open then 'undecided'
        when a.use_wh = 0 then 'not_applicable'
        when a.self_use_wh >= a.use_wh * a.self_use_of_consumption_min then 'pass'
        else 'fail'
    end as self_use_of_consumption_verdict,
    case
        when a.is_open then 'undecided'
        when a.available_wh = 0 then 'not_applicable'
        when a.export_wh <= a.available_wh * a.export_of_generation_max then 'pass'
        else 'fail'
    end as export_of_generation_verdict
from amounts as a
