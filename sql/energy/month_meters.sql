-- The meters that count in a month: each span cut to the month, the interval of the park's balance, what is expected.
-- balance_minutes is the shortest interval that every boundary, project and storage meter of the park fills; share_minutes
-- adds the use meters, and is the balance itself where the park has no meter at its gate (its import then follows from use).
-- Every interval divides the day, 1440 = 2^5 x 3^2 x 5, so the common one is the product of the highest powers of 2, 3, 5.
-- slot, park_no, source_no and user_no number meters, parks, sources and users of the month: grouping millions of rows by
-- integers costs half of grouping by names. A project whose master changes within the month is one source before and
-- another after. A slot is one of a kind over all months; series_no is one for all spans of a
-- meter at one point with one interval.
-- The limits are the most energy an interval can hold (kJ for heat); null where no capacity is known.
-- has_profile: its days have a shape, so that a value far above the others is wrong. What the weather, a switch or a
-- difference makes has none: wind, storage, exports, the import of a park with a supply of its own, heat (its meters step
-- coarsely); there such values are real, and are only listed.
-- A reading belongs to the span that holds the day on which its interval starts: from_end_minute <= its end
-- < to_end_minute, in minutes from the start of the month.
-- Wh = reading in millionths x energy_numerator / energy_denominator, in lowest terms. Up to quick_limit_e6 the product fits
-- 64 bits and the energy is below 10^15 Wh, more than any interval may have.
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
gate_meters as (
    select
        park_id,
        max(gcd(interval_minutes, 32)) * max(gcd(interval_minutes, 9)) * max(gcd(interval_minutes, 5)) as gate_minutes
    from cut
    where role in ('grid_import', 'grid_export', 'direct_import', 'generation', 'line_end', 'storage_charge', 'storage_discharge')
    group by park_id
),
use_meters as (
    select
        park_id,
        max(gcd(interval_minutes, 32)) * max(gcd(interval_minutes, 9)) * max(gcd(interval_minutes, 5)) as use_minutes
    from cut
    where role = 'use'
    group by park_id
),
parks as (
    select
        c.park_id,
        not bool_or(c.role in ('grid_import', 'grid_export')) as boundary_from_use,
        bool_or(c.point in ('grid_export', 'direct_import', 'generation', 'storage_charge', 'storage_discharge')) as has_own_supply,
        max(g.gate_minutes) as gate_minutes,
        max(u.use_minutes) as use_minutes
    from cut as c
    left join gate_meters as g on c.park_id = g.park_id
    left join use_meters as u on c.park_id = u.park_id
    group by c.park_id
),
lengths as (
    select
        park_id,
        boundary_from_use,
        has_own_supply,
        coalesce(gate_minutes, use_minutes, 15) as gate_minutes,
        lcm(coalesce(gate_minutes, use_minutes, 15), coalesce(use_minutes, gate_minutes, 15)) as share_minutes
    from parks
),
terms as (
    select
        c.*,
        cast(round(c.multiplier * 1000000) as hugeint) * c.unit_numerator as numerator,
        cast(1000000000000 as hugeint) * c.unit_denominator as denominator,
        cast(c.interval_minutes as decimal(18, 6)) / 60 * case when c.point in ('heat_import', 'heat_export') then 3600 else 1000 end
            as unit_per_kw
    from cut as c
    where c.multiplier > 0 and c.multiplier <= 10000000
),
reduced as (
    select
        t.*,
        t.numerator // gcd(t.numerator, t.denominator) as energy_numerator,
        t.denominator // gcd(t.numerator, t.denominator) as energy_denominator
    from terms as t
)
select
    m.month,
    cast(
        date_diff('month', date '2000-01-01', m.first_day) * 100000 + row_number() over (order by c.meter_id, c.from_day) as integer
    ) as slot,
    cast(dense_rank() over (order by c.meter_id, c.point, c.interval_minutes) as integer) as series_no,
    cast(dense_rank() over (order by c.park_id) as integer) as park_no,
    cast(dense_rank() over (
        order by
            c.park_id,
            case when c.role in ('grid_import', 'grid_export', 'use') then '' else c.project_id end,
            case when c.role in ('grid_import', 'grid_export', 'use') then null else c.project_from end nulls first
    ) as integer) as source_no,
    cast(dense_rank() over (order by c.park_id, coalesce(c.enterprise_id, '')) as integer) as user_no,
    c.meter_id,
    c.from_day as first_day,
    c.to_day as last_day,
    c.park_id,
    c.point,
    c.role,
    c.project_id,
    c.project_from,
    c.enterprise_id,
    c.supply_class,
    c.technology,
    c.parent_meter_id,
    c.accuracy_class,
    c.measure,
    c.interval_minutes,
    c.multiplier,
    c.unit_numerator,
    c.unit_denominator,
    cast(date_diff('day', m.first_day, c.from_day) * 1440 + c.interval_minutes as integer) as from_end_minute,
    cast((date_diff('day', m.first_day, c.to_day) + 1) * 1440 + c.interval_minutes as integer) as to_end_minute,
    cast(c.energy_numerator as bigint) as energy_numerator,
    cast(c.energy_denominator as bigint) as energy_denominator,
    cast(
        least(cast(2e18 as hugeint) // c.energy_numerator, cast(1e15 as hugeint) * c.energy_denominator // c.energy_numerator)
        as bigint
    ) as quick_limit_e6,
    l.boundary_from_use,
    cast(case when l.boundary_from_use then l.share_minutes else l.gate_minutes end as integer) as balance_minutes,
    cast(l.share_minutes as integer) as share_minutes,
    cast((c.to_day - c.from_day + 1) * (1440 // c.interval_minutes) as integer) as intervals_expected,
    c.point in ('use', 'auxiliary')
    or (c.point in ('generation', 'direct_import') and coalesce(c.technology, '') not in ('wind', 'ocean'))
    or (c.point = 'grid_import' and not l.has_own_supply) as has_profile,
    cast(floor(c.capacity_kw * c.unit_per_kw * p.over_capacity_factor) as bigint) as capacity_limit_wh,
    cast(floor(c.capacity_kw * c.unit_per_kw * p.jump_capacity_share) as bigint) as jump_limit_wh,
    case
        when c.point = 'generation' and c.technology = 'solar'
            then cast(floor(coalesce(c.capacity_kw, c.project_capacity_kw) * c.unit_per_kw * p.night_generation_share) as bigint)
    end as night_limit_wh
from reduced as c
inner join lengths as l on c.park_id = l.park_id
cross join run.month as m
inner join run.params as p on year(m.first_day) = p.year
