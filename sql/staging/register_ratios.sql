-- What one unit of a meter's register is worth, over time: the ratio of the last word that was said, be it a row of the
-- master or a replacement, with the limits that tell a rollover from a reset. constant_until is the moment up to which the
-- ratio stays what it is, whatever else of the master changes.
-- Kept: no
-- Grain: meter_id, from_at
-- Order: meter_id, from_at
with masters as (
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
)
select
    meter_id,
    from_at,
    to_at,
    ratio as multiplier,
    register_unit_wh as unit_wh,
    register_modulus,
    register_step,
    capacity_kw,
    case when point in ('heat_import', 'heat_export') then 3600 else 1000 end as wh_per_kwh,
    max(to_at) over (partition by meter_id, island) as constant_until
from islands
