-- When each meter counts: the days on which its own row, its park, its enterprise and its project are valid together.
-- A meter that names no enterprise or project is not bound by one; one that the master does not know at all binds
-- nothing either (finding unknown_enterprise, unknown_project).
-- role says where the energy enters the balance: a generation or storage meter of a project outside the gate (direct
-- line, incremental grid) is the far end of a line; a meter whose parent stands at the same point is not added again.
-- Grain: meter_id, first_day, last_day
-- Order: meter_id, first_day, last_day, park_id, project_id, enterprise_id
with spans as (
    select
        m.*,
        p.technology,
        p.supply_class,
        p.relation,
        p.in_balance,
        p.same_owner,
        p.interval_traced,
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
    left join staging.projects as p on m.project_id = p.project_id
)
select
    s.meter_id,
    s.first_day,
    s.last_day,
    s.park_id,
    s.point,
    coalesce(s.project_id, '') as project_id,
    s.enterprise_id,
    s.technology,
    coalesce(s.supply_class, 'fossil') as supply_class,
    s.relation,
    coalesce(s.same_owner, true) as same_owner,
    coalesce(s.interval_traced, true) as interval_traced,
    s.interval_minutes,
    s.multiplier,
    s.unit_numerator,
    s.unit_denominator,
    s.capacity_kw,
    case
        when exists (
                select 1 from staging.meters as parent where parent.meter_id = s.parent_meter_id and parent.point = s.point
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
from spans as s
where s.first_day <= s.last_day
