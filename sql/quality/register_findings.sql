-- What was noticed in registers, bills and replacements: for each meter, month and code how often, with the first case as
-- evidence. Unioned into quality.findings.
-- Grain: code, meter_id, month
-- Order: code, meter_id, month
with places as (
    select meter_id, arg_max(park_id, valid_from) as park_id
    from staging.meters
    group by meter_id
),
cases as (
    select
        'register_read_skipped' as code, meter_id, read_at as moment, 'the read %s is left out between %s and %s' as template,
        value as first_value, value_before as second_value, value_after as third_value, cast(null as bigint) as wh, file_id, line
    from staging.skipped_reads
    union all
    select
        'register_read_skipped', meter_id, read_at, 'the read %s is not what the replacement says', value, null, null, null,
        file_id, line
    from staging.register_reads
    where status = 'replacement_differs'
    union all
    select 'register_read_negative', meter_id, read_at, 'the read %s is left out', value, null, null, null, file_id, line
    from staging.register_reads
    where status = 'negative'
    union all
    select
        case
            when status = 'valid' then 'register_rollover'
            when status in ('over_capacity', 'out_of_range') then 'register_' || status
            else status
        end,
        meter_id, to_at, '%s after %s on ' || cast(from_at as varchar), to_value, from_value, null, coalesce(energy_wh, backward_wh),
        file_id, line
    from staging.register_advances
    where status <> 'valid' or is_rollover
    union all
    select
        'meter_replaced', meter_id, replaced_at, 'the old register ended at %s, the new one began at %s', old_final, new_initial,
        null, null, file_id, line
    from staging.register_replacements
    union all
    select
        case when status = 'out_of_range' then 'period_out_of_range' else status end, meter_id, to_at,
        'the bill from ' || cast(from_at as varchar), null, null, null, coalesce(register_wh - energy_wh, energy_wh), file_id, null
    from staging.known_totals
    where source = 'period' and status not in ('valid', 'register_covers')
    union all
    select
        'period_parts_differ', meter_id, to_at, '%s in all and %s in its parts', energy, parts_energy, null, energy_wh, file_id, line
    from staging.period_advances
    where kind = 'total' and parts_energy <> energy
),
told as (
    select
        c.*,
        printf(
            c.template,
            coalesce(rtrim(rtrim(cast(cast(c.first_value as decimal(38, 12)) as varchar), '0'), '.'), ''),
            coalesce(rtrim(rtrim(cast(cast(c.second_value as decimal(38, 12)) as varchar), '0'), '.'), ''),
            coalesce(rtrim(rtrim(cast(cast(c.third_value as decimal(38, 12)) as varchar), '0'), '.'), '')
        ) as what
    from cases as c
),
grouped as (
    select
        c.code,
        c.meter_id,
        strftime(c.moment - interval 1 microsecond, '%Y-%m') as month,
        count(*) as cases,
        min(c.moment) as first_at,
        arg_min(c.what, cast(c.moment as varchar) || c.what) as what,
        sum(c.wh) as wh,
        arg_min(c.file_id, cast(c.moment as varchar) || c.what) as file_id,
        arg_min(c.line, cast(c.moment as varchar) || c.what) as line
    from told as c
    group by c.code, c.meter_id, strftime(c.moment - interval 1 microsecond, '%Y-%m')
)
select
    g.code,
    coalesce(k.severity, 'warn') as severity,
    printf(
        '%s Meter %s, %s: %d, the first at %s: %s.', coalesce(k.sentence, g.code), g.meter_id, g.month, g.cases,
        cast(g.first_at as varchar), g.what
    ) as sentence,
    cast(to_json({
        'cases': g.cases,
        'first_at': g.first_at,
        'energy_mwh': cast(cast(g.wh as bigint) * cast(0.000001 as decimal(7, 6)) as varchar),
        'file_id': g.file_id,
        'line': g.line
    }) as varchar) as evidence,
    p.park_id,
    cast(left(g.month, 4) as integer) as year,
    g.month,
    g.meter_id
from grouped as g
inner join places as p on g.meter_id = p.meter_id
left join reference.codes as k on g.code = k.code
