-- Which rule of notice 622 gives the enterprises of a park their own draw from the grid in a year:
-- single: one enterprise and no use meter; import: every import meter names an enterprise; share: by use; none.
-- Grain: park_id, year
-- Order: park_id, year
with enterprises as (
    select
        a.park_id,
        a.year,
        count(distinct e.enterprise_id) as enterprises
    from metrics.accounts as a
    inner join staging.enterprises as e
        on a.park_id = e.park_id and e.valid_from <= a.last_day and e.valid_to >= a.first_day
    group by a.park_id, a.year
),
meters as (
    select
        a.park_id,
        a.year,
        bool_or(s.role = 'use') as has_use_meters,
        bool_or(s.role = 'grid_import')
        and bool_and(s.enterprise_id is not null) filter (where s.role = 'grid_import') as imports_named
    from metrics.accounts as a
    inner join staging.meter_spans as s
        on a.park_id = s.park_id and s.first_day <= a.last_day and s.last_day >= a.first_day
    group by a.park_id, a.year
)
select
    a.park_id,
    a.year,
    coalesce(e.enterprises, 0) as enterprises,
    coalesce(m.has_use_meters, false) as has_use_meters,
    case
        when e.enterprises = 1 and not coalesce(m.has_use_meters, false) then 'single'
        when m.imports_named then 'import'
        when m.has_use_meters then 'share'
        else 'none'
    end as offtake_case
from metrics.accounts as a
left join enterprises as e on a.park_id = e.park_id and a.year = e.year
left join meters as m on a.park_id = m.park_id and a.year = m.year
