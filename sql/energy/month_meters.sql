-- The meters that count in a month: each span cut to the month, the interval of the park's balance, what is expected.
-- balance_minutes is the shortest interval that every boundary, project and storage meter of the park fills; share_minutes
-- adds the use meters, and is the balance itself where the park has no meter at its gate (its import then follows from use).
-- Partition: month
-- Grain: meter_id, first_day
-- Order: meter_id, first_day
with cut as (
    select
        s.*,
        greatest(s.first_day, m.first_day) as from_day,
        least(s.last_day, m.last_day) as to_day
    from staging.meter_spans as s
    cross join run.month as m
    where s.first_day <= m.last_day and s.last_day >= m.first_day
),
parks as (
    select
        park_id,
        not bool_or(role in ('grid_import', 'grid_export')) as boundary_from_use,
        list_reduce(
            list(distinct interval_minutes) filter (where role in (
                'grid_import', 'grid_export', 'direct_import', 'generation', 'line_end', 'storage_charge', 'storage_discharge'
            )),
            lambda a, b: lcm(a, b)
        ) as gate_minutes,
        list_reduce(list(distinct interval_minutes) filter (where role = 'use'), lambda a, b: lcm(a, b)) as use_minutes
    from cut
    group by park_id
),
lengths as (
    select
        park_id,
        boundary_from_use,
        coalesce(gate_minutes, use_minutes, 15) as gate_minutes,
        lcm(coalesce(gate_minutes, use_minutes, 15), coalesce(use_minutes, gate_minutes, 15)) as share_minutes
    from parks
)
select
    c.meter_id,
    c.from_day as first_day,
    c.to_day as last_day,
    c.park_id,
    c.point,
    c.role,
    c.project_id,
    c.enterprise_id,
    c.supply_class,
    c.interval_minutes,
    c.multiplier,
    c.unit_numerator,
    c.unit_denominator,
    l.boundary_from_use,
    cast(case when l.boundary_from_use then l.share_minutes else l.gate_minutes end as integer) as balance_minutes,
    cast(l.share_minutes as integer) as share_minutes,
    cast((c.to_day - c.from_day + 1) * (1440 // c.interval_minutes) as integer) as intervals_expected
from cut as c
inner join lengths as l on c.park_id = l.park_id
