-- What a reader of a figure has to know: every reason of a verdict, every gap, every assumption, each with a sentence and
-- its evidence. severity: fail decides a verdict or leaves it open, warn is for review, info only tells.
-- Grain: code, park_id, year, month, meter_id, sentence
-- Order: park_id, year, code, month, meter_id, sentence
with longest as (
    select
        a.park_id,
        a.year,
        arg_max({ 'meter_id': s.meter_id, 'from_at': s.from_at, 'minutes': s.minutes }, s.minutes) as longest
    from metrics.accounts as a
    inner join energy.estimated_stretch as s
        on a.park_id = s.park_id and s.from_at < cast(a.last_day + 1 as timestamp) and s.to_at > cast(a.first_day as timestamp)
    where s.role not in ('check', 'outside')
    group by a.park_id, a.year
),
judged as (
    select
        j.*,
        w.total_tco2,
        w.energy_tce,
        w.use_wh,
        w.fossil_wh,
        i.intensity_low,
        i.intensity_high,
        case when d.decides then d.decisive_mwh end as decisive_mwh,
        d.meters,
        e.longest,
        unnest(j.reasons) as code
    from metrics.judged_year as j
    inner join metrics.park_window as w on j.park_id = w.park_id and j.year = w.year and w.window_kind = 'year'
    left join metrics.intensity_interval as i on j.park_id = i.park_id and j.year = i.year
    left join quality.decisive_metering as d on j.park_id = d.park_id and j.year = d.year
    left join longest as e on j.park_id = e.park_id and j.year = e.year
),
reasons as (
    select
        r.code,
        coalesce(c.severity, 'fail') as severity,
        c.sentence || case r.code
            when 'missing_readings'
                then printf(
                        ' %d intervals, probably about %s MWh.', r.intervals_open,
                        cast(cast(r.missing_estimate_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 3)) as varchar)
                    )
            when 'prolonged_estimate_year'
                then printf(
                        ' Meter %s: %.1f days from %s.', r.longest.meter_id, r.longest.minutes / 1440.0,
                        strftime(r.longest.from_at, '%Y-%m-%d %H:%M')
                    )
            when 'missing_input' then printf(' %d rows.', r.inputs_missing)
            when 'intensity_above_limit'
                then printf(
                        ' %.5f tCO2/tce against %s.', cast(r.total_tco2 as double) / cast(r.energy_tce as double),
                        cast(cast(r.limit_tco2_per_tce as decimal(9, 3)) as varchar)
                    )
            when 'intensity_uncertain'
                then printf(
                        ' It reaches from %.5f to %.5f tCO2/tce against %s. ', r.intensity_low, r.intensity_high,
                        cast(cast(r.limit_tco2_per_tce as decimal(9, 3)) as varchar)
                    )
                    || coalesce(
                        printf(
                            'Metered values for %s MWh that are estimated now (%s) would decide it.',
                            cast(cast(r.decisive_mwh as decimal(38, 3)) as varchar), array_to_string(r.meters, ', ')
                        ),
                        'No missing metering decides it; meters of a better accuracy class would.'
                    )
            when 'direct_supply_below_minimum'
                then printf(' The share is %.4f.', cast(r.direct_green_wh as double) / cast(r.use_wh as double))
            when 'outflow_credit'
                then printf(' Credits %s tCO2, sources %s tCO2.', cast(r.credit_tco2 as varchar), cast(r.supplier_tco2 as varchar))
            when 'fuel_missing'
                then printf(
                        ' %s tce of fuel for %s MWh of fossil generation.', cast(r.power_fuel_tce as varchar),
                        cast(r.fossil_wh * cast(0.000001 as decimal(7, 6)) as varchar)
                    )
            else ''
        end as sentence,
        cast(to_json({
            'total_tco2': cast(r.total_tco2 as varchar),
            'energy_tce': cast(r.energy_tce as varchar),
            'limit_tco2_per_tce': cast(r.limit_tco2_per_tce as varchar),
            'intervals_open': r.intervals_open,
            'inputs_missing': r.inputs_missing
        }) as varchar) as evidence,
        r.park_id,
        r.year,
        cast(null as varchar) as month,
        cast(null as varchar) as meter_id
    from judged as r
    left join reference.codes as c on r.code = c.code
),
gaps as (
    select
        case when m.intervals_valid + m.intervals_estimated = 0 then 'no_readings' else 'open_gap' end as code,
        case when m.due then 'fail' else 'warn' end as severity,
        printf(
            '%d of %d intervals of meter %s have neither a valid value nor an estimate in %s, probably about %s MWh.',
            m.intervals_open, m.intervals_expected, m.meter_id, m.month,
            cast(cast(m.missing_estimate_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 3)) as varchar)
        ) as sentence,
        cast(to_json({
            'point': m.point,
            'intervals_expected': m.intervals_expected,
            'intervals_open': m.intervals_open,
            'missing_energy_mwh': cast(m.missing_estimate_wh * cast(0.000001 as decimal(7, 6)) as varchar)
        }) as varchar) as evidence,
        m.park_id,
        cast(left(m.month, 4) as integer) as year,
        m.month,
        m.meter_id
    from energy.meter_coverage as m
    where m.intervals_open > 0
),
owed as (
    select
        'missing_input' as code,
        'fail' as severity,
        printf(
            'Expected and not delivered: %s %s%s for %s; zero is stated with a row of quantity 0.',
            m.table_name, m.key, case when m.enterprise_id = '' then '' else ' of ' || m.enterprise_id end,
            case when m.frequency = 'year' then left(m.month, 4) else m.month end
        ) as sentence,
        cast(to_json({ 'table': m.table_name, 'key': m.key, 'enterprise_id': m.enterprise_id }) as varchar) as evidence,
        m.park_id,
        m.year,
        m.month,
        cast(null as varchar) as meter_id
    from metrics.missing_inputs as m
),
conversions as (
    select
        'conversion_negative' as code,
        'fail' as severity,
        printf(
            'Conversion of enterprise %s gives %s tCO2 in the year: its streams do not balance (%s).',
            coalesce(f.enterprise_id, '(none named)'), cast(sum(f.emission_tco2) as varchar),
            string_agg(distinct f.fuel || ' ' || f.activity, ', ' order by f.fuel || ' ' || f.activity)
        ) as sentence,
        cast(to_json({
            'enterprise_id': f.enterprise_id,
            'documents': list_sort(list(distinct coalesce(f.document_id, f.file_id || ':' || f.line)))
        }) as varchar) as evidence,
        f.park_id,
        cast(f.year as integer) as year,
        cast(null as varchar) as month,
        cast(null as varchar) as meter_id
    from emissions.fuel_leaves as f
    where f.term = 'conversion'
    group by f.park_id, f.year, f.enterprise_id
    having sum(f.emission_tco2) < 0
),
superseded as (
    select
        'row_superseded' as code,
        'info' as severity,
        printf(
            'Line %d of %s (%s, %s) was replaced by line %d of %s.', s.line, o.file_name, s.table_name, s.entry, s.kept_line, n.file_name
        ) as sentence,
        cast(to_json({ 'old': s.raw, 'new': s.kept_raw, 'old_file_id': s.file_id, 'new_file_id': s.kept_file_id }) as varchar)
            as evidence,
        cast(null as varchar) as park_id,
        cast(null as integer) as year,
        cast(null as varchar) as month,
        cast(null as varchar) as meter_id
    from (
        select table_name, entry, file_id, line, raw, kept_file_id, kept_line, kept_raw
        from staging.superseded_rows
        union all
        select table_name, entry, file_id, line, raw, kept_file_id, kept_line, kept_raw
        from staging.superseded_meter_rows
    ) as s
    inner join lake.files as o on s.file_id = o.file_id
    inner join lake.files as n on s.kept_file_id = n.file_id
),
everything as (
    select code, severity, sentence, evidence, park_id, year, month, meter_id from quality.vee_findings
    union all
    select code, severity, sentence, evidence, park_id, year, month, meter_id from quality.register_findings
    union all
    select code, severity, sentence, evidence, park_id, year, month, meter_id from quality.uncertainty_findings
    union all
    select code, severity, sentence, evidence, park_id, year, month, meter_id from superseded
    union all
    select code, severity, sentence, evidence, park_id, cast(year as integer) as year, month, meter_id from reasons
    union all
    select code, severity, sentence, evidence, park_id, cast(year as integer) as year, month, meter_id from gaps
    union all
    select code, severity, sentence, evidence, park_id, cast(year as integer) as year, month, meter_id from owed
    union all
    select code, severity, sentence, evidence, park_id, cast(year as integer) as year, month, meter_id from conversions
    union all
    select code, severity, sentence, evidence, park_id, cast(year as integer) as year, month, meter_id from quality.assumption_findings
    union all
    select code, severity, sentence, evidence, park_id, year, month, meter_id from quality.direct_supply_findings
    union all
    select code, severity, sentence, evidence, park_id, cast(left(month, 4) as integer) as year, month, meter_id
    from certificates.findings
    union all
    select code, severity, sentence, evidence, park_id, cast(year as integer) as year, month, meter_id
    from certificates.plausibility_findings
)
select e.code, e.severity, e.sentence, e.evidence, e.park_id, e.year, e.month, e.meter_id
from everything as e
where e.year is null or exists (select 1 from metrics.accounts as a where a.park_id = e.park_id and a.year = e.year)
