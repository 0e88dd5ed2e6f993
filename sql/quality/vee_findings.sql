-- What validation and estimation found, one finding for a rule, a meter and a month (the balance: for a park and a month):
-- how many intervals and stretches, the first or longest of them, and what stands in place of values that cannot stand.
-- fail: the value could not stand; of a meter that only checks, or lies outside the balance, warn. The rules that only warn
-- leave the values as they are.
-- unit_slip: the mean of a month's intervals differs from the median of the meter's other months by a factor that a wrong
-- unit or ratio makes, named in the sentence; scale_change: by more than five times without such a factor. Both need two
-- other months. Where most values are above the capacity, they are what is compared.
-- Energies in sentences are MWh, of heat meters GJ; single values with all their decimals.
-- Grain: code, park_id, year, month, meter_id
-- Order: park_id, year, code, month, meter_id, sentence
with replaced as (
    select
        e.month,
        e.slot,
        case e.replaces
            when 'no_value' then 'missing'
            when 'out_of_range' then 'reading_out_of_range'
            else e.replaces
        end as code,
        cast(e.month || '-01' as timestamp) + to_minutes(e.minute) as from_at,
        e.minute - k.interval_minutes * row_number() over (
            partition by e.month, e.slot, case when e.replaces = 'no_value' then 'missing' else e.replaces end order by e.minute
        ) as island,
        e.replaces = 'no_value' as is_null,
        e.delivered_wh,
        coalesce(e.method, 'open') as method,
        e.energy_wh
    from energy.estimated_interval as e
    inner join energy.month_meters as k on e.month = k.month and e.slot = k.slot
),
stretches as (
    select
        r.month,
        r.slot,
        r.code,
        min(r.from_at) as from_at,
        max(r.from_at) as last_at,
        count(*) as intervals,
        count(*) filter (where r.is_null) as intervals_null,
        sum(r.delivered_wh) as delivered_wh,
        sum(r.energy_wh) as estimated_wh,
        count(*) filter (where r.method = 'alternate') as alternate,
        count(*) filter (where r.method = 'linear') as linear,
        count(*) filter (where r.method = 'like_day') as like_day,
        count(*) filter (where r.method = 'scaled') as scaled,
        count(*) filter (where r.method in ('register_spread', 'period_spread')) as spread,
        count(*) filter (where r.method = 'conservative') as conservative,
        count(*) filter (where r.method = 'open') as still_open
    from replaced as r
    group by r.month, r.slot, r.code, r.island
),
named_stretches as (
    select
        s.*,
        k.meter_id,
        k.park_id,
        k.role in ('check', 'outside') as is_check,
        case when k.point in ('heat_import', 'heat_export') then ' GJ' else ' MWh' end as unit,
        strftime(s.from_at, '%Y-%m-%d %H:%M') || ' to ' || strftime(s.last_at + to_minutes(k.interval_minutes), '%Y-%m-%d %H:%M')
            as stretch
    from stretches as s
    inner join energy.month_meters as k on s.month = k.month and s.slot = k.slot
),
faults as (
    select
        code,
        month,
        meter_id,
        park_id,
        bool_and(is_check) as is_check,
        min(unit) as unit,
        count(*) as stretches,
        list(stretch order by from_at)[1:5] as first_stretches,
        cast(sum(intervals) as bigint) as intervals,
        cast(sum(intervals_null) as bigint) as intervals_null,
        cast(sum(delivered_wh) as decimal(38, 0)) * cast(0.000001 as decimal(7, 6)) as delivered,
        cast(sum(estimated_wh) as decimal(38, 0)) * cast(0.000001 as decimal(7, 6)) as estimated,
        list_filter([
            case when sum(alternate) > 0 then 'alternate ' || sum(alternate) end,
            case when sum(linear) > 0 then 'linear ' || sum(linear) end,
            case when sum(like_day) > 0 then 'like_day ' || sum(like_day) end,
            case when sum(scaled) > 0 then 'scaled ' || sum(scaled) end,
            case when sum(spread) > 0 then 'spread ' || sum(spread) end,
            case when sum(conservative) > 0 then 'conservative ' || sum(conservative) end,
            case when sum(still_open) > 0 then 'open ' || sum(still_open) end
        ], lambda part: part is not null) as filled
    from named_stretches
    group by code, month, meter_id, park_id
),
registers as (
    select
        meter_id,
        strftime(from_at, '%Y-%m') as month,
        list(
            strftime(from_at, '%Y-%m-%d %H:%M') || ' to ' || strftime(to_at, '%Y-%m-%d %H:%M') || ': '
            || cast(valid_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 3)) || ' against '
            || cast(energy_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 3))
            order by from_at
        )[1:5] as contradictions
    from energy.register_check
    where disagrees
    group by meter_id, strftime(from_at, '%Y-%m')
),
failures as (
    select
        f.code,
        case when f.is_check then 'warn' else 'fail' end as severity,
        printf(
            ' Meter %s, %s: %d %s in %d %s, first %s%s%s; instead%s: %s.',
            f.meter_id, f.month, f.intervals, case when f.intervals = 1 then 'interval' else 'intervals' end,
            f.stretches, case when f.stretches = 1 then 'stretch' else 'stretches' end, f.first_stretches[1],
            case when f.intervals_null > 0 then printf(', %d delivered without a value', f.intervals_null) else '' end,
            coalesce(', delivered ' || cast(f.delivered as decimal(38, 3)) || f.unit, ''),
            coalesce(' ' || cast(f.estimated as decimal(38, 3)) || f.unit, ''), array_to_string(f.filled, ', ')
        ) as detail,
        cast(to_json({
            'intervals': f.intervals,
            'stretches': f.stretches,
            'first': array_to_string(f.first_stretches, '; '),
            'delivered': cast(f.delivered as varchar) || f.unit,
            'estimated': cast(f.estimated as varchar) || f.unit,
            'filled': array_to_string(f.filled, ', '),
            'intervals_against_register': array_to_string(r.contradictions, '; ')
        }) as varchar) as evidence,
        f.park_id,
        f.month,
        f.meter_id
    from faults as f
    left join registers as r on f.code = 'register_sum' and f.meter_id = r.meter_id and f.month = r.month
),
warnings as (
    select
        *,
        rtrim(rtrim(cast(energy_wh * cast(0.000001 as decimal(7, 6)) as varchar), '0'), '.') as energy_said,
        rtrim(rtrim(cast(before_wh * cast(0.000001 as decimal(7, 6)) as varchar), '0'), '.') as before_said
    from energy.reading_warning
),
warned as (
    select
        w.code,
        w.month,
        k.meter_id,
        k.park_id,
        w.intervals,
        case when w.code in ('jump', 'spike_kept') then w.energy_wh - w.before_wh else w.intervals end as size,
        strftime(cast(w.month || '-01' as timestamp) + to_minutes(w.from_minute), '%Y-%m-%d %H:%M') || case
            when w.code = 'jump' then ' from ' || w.before_said || ' to ' || w.energy_said
            when w.code = 'spike_kept' then ' the highest value of the day, ' || w.energy_said || ', third highest ' || w.before_said
            else ' to ' || strftime(cast(w.month || '-01' as timestamp) + to_minutes(w.to_minute), '%Y-%m-%d %H:%M')
        end || case when w.code = 'flat_line' then ' at ' || w.energy_said else '' end || case
            when w.code = 'zero_run' then ''
            when k.point in ('heat_import', 'heat_export') then ' GJ'
            else ' MWh'
        end as stretch,
        w.from_minute
    from warnings as w
    inner join energy.month_meters as k on w.month = k.month and w.slot = k.slot
),
reviews as (
    select
        code,
        case when code = 'spike_kept' then 'info' else 'warn' end as severity,
        printf(
            ' Meter %s, %s: %s, %d %s in all; the largest: %s.', meter_id, month,
            case when count(*) = 1 then 'once' else count(*) || ' times' end,
            cast(sum(intervals) as bigint), case when sum(intervals) = 1 then 'interval' else 'intervals' end,
            list(stretch order by size desc, from_minute asc)[1]
        ) as detail,
        cast(to_json({
            'times': count(*),
            'intervals': cast(sum(intervals) as bigint),
            'largest': array_to_string(list(stretch order by size desc, from_minute asc)[1:5], '; ')
        }) as varchar) as evidence,
        park_id,
        month,
        meter_id
    from warned
    group by code, month, meter_id, park_id
),
prolonged_years as (
    select s.*, unnest(generate_series(year(s.from_at), year(s.to_at - to_minutes(1)))) as year
    from energy.estimated_stretch as s
),
prolonged as (
    select
        'prolonged_estimate' as code,
        'warn' as severity,
        printf(
            ' Meter %s: %.1f days from %s to %s.', p.meter_id, p.minutes / 1440.0,
            strftime(p.from_at, '%Y-%m-%d %H:%M'), strftime(p.to_at, '%Y-%m-%d %H:%M')
        ) as detail,
        cast(to_json({ 'from': p.from_at, 'to': p.to_at, 'minutes': p.minutes }) as varchar) as evidence,
        p.park_id,
        case when p.year = year(p.from_at) then strftime(p.from_at, '%Y-%m') else p.year || '-01' end as month,
        p.meter_id
    from prolonged_years as p
),
flows as (
    select
        park_id,
        month,
        cast(sum(
            case when role in ('grid_import', 'direct_import', 'generation', 'storage_discharge') then energy_wh else 0 end
        ) as bigint) as inflow_wh,
        cast(sum(case when role in ('storage_charge', 'grid_export') then energy_wh else 0 end) as bigint) as outflow_wh,
        cast(sum(case when role = 'use' then energy_wh else 0 end) as bigint) as use_wh
    from energy.meter_month
    where
        role in (
            'grid_import', 'direct_import', 'generation', 'storage_discharge', 'storage_charge', 'grid_export', 'use'
        )
    group by park_id, month
    having not bool_or(boundary_from_use) and bool_or(role = 'use') and sum(intervals_open) = 0
),
balances as (
    select
        'balance' as code,
        'warn' as severity,
        printf(
            ' %s: %s MWh come in, %s leave or are stored, %s are metered as used; %s are left.', f.month,
            cast(cast(f.inflow_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 3)) as varchar),
            cast(cast(f.outflow_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 3)) as varchar),
            cast(cast(f.use_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 3)) as varchar),
            cast(cast((f.inflow_wh - f.outflow_wh - f.use_wh) * cast(0.000001 as decimal(7, 6)) as decimal(38, 3)) as varchar)
        ) as detail,
        cast(to_json({
            'inflow_mwh': cast(f.inflow_wh * cast(0.000001 as decimal(7, 6)) as varchar),
            'left_mwh': cast((f.inflow_wh - f.outflow_wh - f.use_wh) * cast(0.000001 as decimal(7, 6)) as varchar),
            'largest_share': cast(cast(p.balance_max_share as decimal(9, 6)) as varchar)
        }) as varchar) as evidence,
        f.park_id,
        f.month,
        cast(null as varchar) as meter_id
    from flows as f
    inner join run.params as p on cast(left(f.month, 4) as integer) = p.year
    where
        f.inflow_wh - f.outflow_wh - f.use_wh < 0
        or f.inflow_wh - f.outflow_wh - f.use_wh > cast(p.balance_max_share as decimal(9, 6)) * f.inflow_wh
),
park_notes as (
    select
        'accuracy_class_missing' as code,
        'info' as severity,
        printf(
            ' %d %s: %s.', count(distinct m.meter_id), case when count(distinct m.meter_id) = 1 then 'meter' else 'meters' end,
            array_to_string(list_sort(list(distinct m.meter_id))[1:10], ', ')
        ) as detail,
        cast(to_json({ 'meters': array_to_string(list_sort(list(distinct m.meter_id)), ', ') }) as varchar) as evidence,
        m.park_id,
        left(m.month, 4) as year
    from energy.meter_month as m
    where m.accuracy_class is null and m.role not in ('check', 'outside')
    group by m.park_id, left(m.month, 4)
    union all
    select
        'holidays_unknown' as code,
        'warn' as severity,
        printf(' %s: intervals estimated from like days: %d.', left(e.month, 4), count(*)) as detail,
        cast(to_json({ 'intervals': count(*) }) as varchar) as evidence,
        k.park_id,
        left(e.month, 4) as year
    from energy.estimated_interval as e
    inner join energy.month_meters as k on e.month = k.month and e.slot = k.slot
    where
        e.method = 'like_day'
        and left(e.month, 4) in (select cast(year(d.day) as varchar) from staging.day_types as d where not d.is_known)
    group by k.park_id, left(e.month, 4)
),
everything as (
    select code, severity, detail, evidence, park_id, left(month, 4) as year, month, meter_id from failures
    union all
    select code, severity, detail, evidence, park_id, left(month, 4) as year, month, meter_id from reviews
    union all
    select code, severity, detail, evidence, park_id, left(month, 4) as year, month, meter_id from prolonged
    union all
    select code, severity, detail, evidence, park_id, left(month, 4) as year, month, meter_id from balances
    union all
    select code, severity, detail, evidence, park_id, left(month, 4) as year, month, meter_id from quality.scale_findings
    union all
    select code, severity, detail, evidence, park_id, year, null as month, null as meter_id from park_notes
)
select
    e.code,
    e.severity,
    coalesce(c.sentence, e.code) || e.detail as sentence,
    e.evidence,
    e.park_id,
    cast(e.year as integer) as year,
    e.month,
    e.meter_id
from everything as e
left join reference.codes as c on e.code = c.code
