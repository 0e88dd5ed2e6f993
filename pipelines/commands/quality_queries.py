"""The queries of the quality command on the published tables; what is done with their rows is in ``quality``."""

PARKS = """
    with months as (
        select
            park_id,
            cast(sum(intervals_valid) as double) / nullif(sum(intervals_expected), 0) as coverage,
            cast(sum(
                sender_estimated_mwh + alternate_mwh + linear_mwh + like_day_mwh + scaled_mwh + conservative_mwh
            ) as double) / nullif(cast(sum(energy_mwh) as double), 0) as estimated_share,
            cast(sum(intervals_open) as bigint) as intervals_open,
            sum(open_mwh) as open_mwh,
            max(days_late_latest) as days_late_latest
        from quality.park_month
        where year = $1 and coalesce(month = $2, true)
        group by park_id
    ),
    found as (
        select
            park_id,
            count(*) filter (where severity = 'fail') as findings_fail,
            count(*) filter (where severity = 'warn') as findings_warn
        from quality.findings
        where coalesce(year = $1, true) and ($2 is null or month = $2)
        group by park_id
    )
    select
        m.park_id, p.name_zh, p.name_en, m.* exclude (park_id),
        coalesce(f.findings_fail, 0) as findings_fail, coalesce(f.findings_warn, 0) as findings_warn
    from months as m
    left join reference.parks as p using (park_id)
    left join found as f using (park_id)
    order by m.intervals_open desc, m.coverage nulls first, m.park_id
"""
"""All parks of year $1, or of its month $2, those with the most open intervals first."""

MONTHS = """
    select * exclude (method_version, factor_release, publication_id)
    from quality.park_month
    where park_id = $1 and year = $2 and coalesce(month = $3, true)
    order by month
"""
"""The months of park $1 in year $2, or the month $3."""

METERS = """
    with methods as (
        select meter_id, string_agg(method || ' ' || intervals, ', ' order by method) as methods
        from (
            select meter_id, coalesce(method, 'open') as method, count(*) as intervals
            from quality.estimates
            where park_id = $1 and year(interval_start) = $2 and coalesce(strftime(interval_start, '%Y-%m') = $3, true)
            group by all
        )
        group by meter_id
    )
    select
        m.meter_id,
        m.point,
        bool_or(m.due) as due,
        cast(sum(m.intervals_expected) as bigint) as intervals_expected,
        cast(sum(m.intervals_valid) as bigint) as intervals_valid,
        cast(sum(m.intervals_estimated) as bigint) as intervals_estimated,
        cast(sum(m.intervals_open) as bigint) as intervals_open,
        sum(m.energy_mwh) as energy_mwh,
        sum(m.alternate_mwh + m.linear_mwh + m.like_day_mwh + m.scaled_mwh + m.conservative_mwh) as estimated_mwh,
        sum(m.spread_mwh) as spread_mwh,
        sum(m.open_mwh) as open_mwh,
        max(t.methods) as methods
    from quality.meter_month as m
    left join methods as t using (meter_id)
    where m.park_id = $1 and m.year = $2 and coalesce(m.month = $3, true)
    group by m.meter_id, m.point
    order by due desc, intervals_open desc, intervals_estimated desc, m.meter_id
"""
"""The meters of park $1 in year $2 or month $3: how complete, and by which methods their gaps are filled."""

SOURCES = """
    select
        source_kind, meter_id, method, basis, gaps, masks, energy_mwh, half_width_mwh, bias_mwh,
        half_width_tco2_per_tce, bias_tco2_per_tce,
        half_width_tco2_per_tce * half_width_tco2_per_tce
        / nullif(sum(half_width_tco2_per_tce * half_width_tco2_per_tce) over (), 0) as variance_share
    from metrics.uncertainty_sources
    where park_id = $1 and year = $2
    order by half_width_tco2_per_tce desc nulls last, meter_id, method
"""
"""What makes the intensity of park $1 in year $2 uncertain, the widest first; with its part of the sum of squares."""

FINDINGS = """
    select code, severity, month, meter_id, sentence, evidence
    from quality.findings
    where park_id = $1 and coalesce(year = $2, true) and ($3 is null or month = $3)
    order by array_position(['fail', 'warn', 'info'], severity), code, month, meter_id, sentence
"""
"""What was found about park $1 in year $2 or month $3."""

STRETCHES = """
    with told as (
        select
            *,
            method is null as is_open,
            epoch_us(interval_start) // 60000000 - interval_minutes * row_number() over (
                partition by meter_id, method is null order by interval_start
            ) as island
        from quality.estimates
        where
            park_id = $1 and year(interval_start) = $2 and coalesce(strftime(interval_start, '%Y-%m') = $3, true)
            and role not in ('check', 'outside')
    ),
    untold as (
        select
            m.meter_id,
            min(m.first_day) as first_day,
            sum(m.intervals_open) - coalesce(max(t.intervals), 0) as intervals
        from quality.meter_month as m
        left join (
            select meter_id, strftime(interval_start, '%Y-%m') as month, count(*) as intervals
            from told
            where is_open
            group by all
        ) as t using (meter_id, month)
        where m.park_id = $1 and m.year = $2 and coalesce(m.month = $3, true) and m.due
        group by m.meter_id, m.month
    )
    select
        meter_id,
        min(interval_start) as from_at,
        max(interval_start) + to_minutes(max(interval_minutes)) as to_at,
        count(*) as intervals,
        case when is_open then 'open' else 'estimated' end as state,
        string_agg(distinct replaces, ', ' order by replaces) as reasons
    from told
    group by meter_id, is_open, island, interval_minutes
    union all
    select
        meter_id,
        cast(first_day as timestamp),
        cast(last_day(first_day) + 1 as timestamp),
        cast(intervals as bigint),
        'open',
        'missing'
    from untold
    where intervals > 0
    order by state desc, intervals desc, meter_id, from_at
"""
"""Stretches of park $1 in year $2 or month $3 that a delivery would close: open ones first, the longest first.

Of a month in which nothing at all was measured, or after its last measured interval, only the number is known.
"""
