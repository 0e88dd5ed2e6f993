-- When each meter counts: the days on which its own row, its park, its enterprise and its project are valid together.
-- A meter that names no enterprise or project is not bound by one; one that the master of its park does not know binds
-- nothing either and names no project (findings unknown_enterprise, unknown_project).
-- project_from is the valid_from of the row of the project's master that counts on these days.
-- role says where the energy enters the balance. A generation meter of a project outside the gate (direct line,
-- incremental grid) is the far end of a line. A meter is only a check on the days on which a meter above it, of the same
-- park and point, is valid itself: its energy is in that one. Meters that stand above each other in a circle all count
-- (finding meter_parent_circle), so that nothing drops out of the balance.
-- Grain: meter_id, first_day
-- Order: meter_id, first_day
with recursive pairs as (
    select distinct meter_id, parent_meter_id as ancestor_id
    from staging.meters
    where parent_meter_id is not null
),
above as (
    select meter_id, ancestor_id
    from pairs
    union
    select a.meter_id, p.ancestor_id
    from above as a
    inner join pairs as p on a.ancestor_id = p.meter_id
),
spans as (
    select
        m.*,
        p.project_id as known_project_id,
        p.valid_from as project_from,
        p.supply_class,
        p.technology,
        p.capacity_kw as project_capacity_kw,
        p.relation,
        p.in_balance,
        greatest(
            m.valid_from, k.valid_from,
            coalesce(e.valid_from, date '0001-01-01'), coalesce(p.valid_from, date '0001-01-01')
        ) as first_day,
        least(
            m.valid_to, k.valid_to,
            coalesce(e.valid_to, date '9999-12-31'), coalesce(p.valid_to, date '9999-12-31')
        ) as last_day
    from staging.meters as m
    inner join staging.parks as k on m.park_id = k.park_id
    left join staging.enterprises as e on m.enterprise_id = e.enterprise_id and m.park_id = e.park_id
    left join staging.projects as p on m.project_id = p.project_id and m.park_id = p.park_id
),
covers as (
    select
        s.meter_id,
        s.first_day as span_day,
        greatest(s.first_day, c.first_day) as from_day,
        least(s.last_day, c.last_day) as to_day
    from spans as s
    inner join spans as c
        on s.park_id = c.park_id and s.point = c.point and s.first_day <= c.last_day and s.last_day >= c.first_day
    where
        s.parent_meter_id is not null
        and c.meter_id <> s.meter_id
        and (
            c.meter_id = s.parent_meter_id
            or exists (select 1 from above as a where a.meter_id = s.parent_meter_id and a.ancestor_id = c.meter_id)
        )
        and not exists (select 1 from above as a where a.meter_id = c.meter_id and a.ancestor_id = s.meter_id)
),
cuts as (
    select meter_id, first_day as span_day, first_day as cut_day
    from spans
    union
    select meter_id, span_day, from_day
    from covers
    union
    select meter_id, span_day, to_day + 1
    from covers
),
pieces as (
    select
        s.*,
        c.cut_day as from_day,
        coalesce(
            lead(c.cut_day) over (partition by s.meter_id, s.first_day order by c.cut_day) - 1, s.last_day
        ) as to_day
    from spans as s
    inner join cuts as c on s.meter_id = c.meter_id and s.first_day = c.span_day
    where c.cut_day <= s.last_day
)
select
    s.meter_id,
    s.from_day as first_day,
    s.to_day as last_day,
    s.park_id,
    s.point,
    coalesce(s.known_project_id, '') as project_id,
    s.project_from,
    s.enterprise_id,
    coalesce(s.supply_class, 'fossil') as supply_class,
    s.technology,
    s.measure,
    s.interval_minutes,
    s.multiplier,
    s.unit_numerator,
    s.unit_denominator,
    s.capacity_kw,
    s.project_capacity_kw,
    s.accuracy_class,
    s.parent_meter_id,
    case
        when exists (
                select 1
                from covers as c
                where c.meter_id = s.meter_id and c.span_day = s.first_day and s.from_day between c.from_day and c.to_day
            ) then 'check'
        when s.point in ('grid_import', 'grid_export', 'direct_import', 'use') then s.point
        when
            s.point in ('storage_charge', 'storage_discharge')
            and s.in_balance is false
            and s.relation in ('onsite', 'microgrid', 'source_grid_load_storage')
            then 'outside'
        when s.point in ('storage_charge', 'storage_discharge') then s.point
        when s.point = 'generation' and coalesce(s.in_balance, true) then 'generation'
        when s.point = 'generation' and s.relation in ('direct_line', 'incremental_grid') then 'line_end'
        when s.point in ('heat_import', 'heat_export', 'curtailment', 'auxiliary', 'resale') then s.point
        else 'outside'
    end as role
from pieces as s
where s.from_day <= s.to_day
