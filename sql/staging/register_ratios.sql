-- What one unit of a meter's register is worth, over time: the ratio of the last word that was said, be it a row of the
-- master or a replacement, with the limits that tell a rollover from a reset. constant_until is the moment up to which the
-- ratio stays what it is, whatever else of the master changes.
-- The meter can count limit_numerator / limit_denominator Wh in a second, in lowest terms: over_capacity_factor x capacity.
-- step_wh is the energy of register_tolerance_steps steps of the register. Parameters are those of the latest year.
-- Kept: no
-- Grain: meter_id, from_at
-- Order: meter_id, from_at
with parameters as (
    select
        cast(cast(arg_max(over_capacity_factor, year) * 1000000 as bigint) as hugeint) as factor_e6,
        cast(cast(arg_max(register_tolerance_steps, year) * 1000 as bigint) as hugeint) as steps_e3
    from run.params
),
masters as (
    select
        m.*,
        cast(m.valid_from as timestamp) as begins_at,
        cast(m.valid_to + 1 as timestamp) as ends_at
    from staging.meters as m
),
cuts as (
    select meter_id, begins_at as cut_at
    from masters
    union
    select meter_id, replaced_at as cut_at
    from staging.register_replacements
    where multiplier is not null
),
pieces as (
    select
        m.*,
        c.cut_at as from_at,
        least(
            m.ends_at, coalesce(lead(c.cut_at) over (partition by m.meter_id, m.begins_at order by c.cut_at), m.ends_at)
        ) as to_at,
        coalesce(
            last_value(r.multiplier ignore nulls) over (
                partition by m.meter_id, m.begins_at order by c.cut_at rows between unbounded preceding and current row
            ),
            m.multiplier
        ) as ratio
    from cuts as c
    inner join masters as m on c.meter_id = m.meter_id and c.cut_at >= m.begins_at and c.cut_at < m.ends_at
    left join staging.register_replacements as r
        on c.meter_id = r.meter_id and c.cut_at = r.replaced_at
),
changes as (
    select
        p.*,
        case
            when
                p.from_at = lag(p.to_at) over w
                and p.ratio = lag(p.ratio) over w
                and p.register_unit_wh = lag(p.register_unit_wh) over w
                then 0
            else 1
        end as is_change
    from pieces as p
    window w as (partition by p.meter_id order by p.from_at)
),
islands as (
    select
        c.*,
        sum(c.is_change) over (
            partition by c.meter_id order by c.from_at rows between unbounded preceding and current row
        ) as island
    from changes as c
),
limited as (
    select
        i.*,
        case
            when i.capacity_kw <= 1000000000
                then p.factor_e6 * cast(cast(i.capacity_kw as decimal(38, 6)) * 1000000 as hugeint)
                    * case when i.point in ('heat_import', 'heat_export') then 3600 else 1000 end
        end as limit_numerator,
        cast(3600000000000000 as hugeint) as limit_denominator,
        case
            when i.register_step <= 1000000
                then p.steps_e3 * cast(cast(i.register_step as decimal(38, 6)) * 1000000 as hugeint)
                    * cast(cast(i.ratio as decimal(38, 6)) * 1000000 as hugeint) * i.register_unit_wh // 1000000000000000
        end as step_wh
    from islands as i
    cross join parameters as p
)
select
    meter_id,
    from_at,
    to_at,
    ratio as multiplier,
    register_unit_wh as unit_wh,
    register_modulus,
    capacity_kw is not null as has_capacity,
    limit_numerator // gcd(limit_numerator, limit_denominator) as limit_numerator,
    limit_denominator // gcd(limit_numerator, limit_denominator) as limit_denominator,
    cast(step_wh as bigint) as step_wh,
    max(to_at) over (partition by meter_id, island) as constant_until
from limited
