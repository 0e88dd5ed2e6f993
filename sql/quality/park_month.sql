-- Data quality of each park and month: how much was measured, what the energy rests on, how late it came, what was found, and
-- which entries have a document. Only meters that are due count. Shares are of all metered energy, heat included; estimated_share
-- is what the sender or the ladder estimated. Every score can be computed again by its statement in quality.scores.
-- Grain: park_id, month
-- Order: park_id, month
with meters as (
    select
        park_id,
        month,
        cast(sum(intervals_expected) as bigint) as intervals_expected,
        cast(sum(intervals_valid) as bigint) as intervals_valid,
        cast(sum(intervals_estimated) as bigint) as intervals_estimated,
        cast(sum(intervals_open) as bigint) as intervals_open,
        sum(energy_mwh) as energy_mwh,
        sum(actual_mwh) as actual_mwh,
        sum(sender_estimated_mwh) as sender_estimated_mwh,
        sum(edited_mwh) as edited_mwh,
        sum(spread_mwh) as spread_mwh,
        sum(alternate_mwh) as alternate_mwh,
        sum(linear_mwh) as linear_mwh,
        sum(like_day_mwh) as like_day_mwh,
        sum(scaled_mwh) as scaled_mwh,
        sum(conservative_mwh) as conservative_mwh,
        sum(open_mwh) as open_mwh,
        max(days_late_latest) as days_late_latest,
        cast(sum(late_interval_days) as bigint) as late_interval_days,
        cast(sum(intervals_dated) as bigint) as intervals_dated
    from quality.meter_month
    where due
    group by park_id, month
),
counted as (
    select park_id, month, code, severity, count(*) as findings
    from quality.findings
    where severity <> 'info' and month is not null
    group by park_id, month, code, severity
),
found as (
    select
        park_id,
        month,
        cast(sum(findings) filter (where severity = 'fail') as integer) as findings_fail,
        cast(sum(findings) filter (where severity = 'warn') as integer) as findings_warn,
        string_agg(code || ' ' || findings, ', ' order by code, severity) as findings
    from counted
    group by park_id, month
),
documents as (
    select park_id, month, 'fuel' as kind, document_id is not null as has_document
    from staging.fuel_rows
    where stands and reason is null
    union all
    select park_id, month, 'heat' as kind, document_id is not null as has_document
    from staging.heat_rows
    where stands and reason is null
    union all
    select park_id, month, 'process' as kind, document_id is not null as has_document
    from staging.process_rows
    where stands and reason is null
),
entries as (
    select
        park_id,
        month,
        count(*) as entries,
        count(*) filter (where has_document) as entries_documented,
        count(*) filter (where kind = 'fuel' and has_document) as fuel_documented,
        count(*) filter (where kind = 'fuel' and not has_document) as fuel_undocumented,
        count(*) filter (where kind = 'heat' and has_document) as heat_documented,
        count(*) filter (where kind = 'heat' and not has_document) as heat_undocumented,
        count(*) filter (where kind = 'process' and has_document) as process_documented,
        count(*) filter (where kind = 'process' and not has_document) as process_undocumented
    from documents
    group by park_id, month
)
select
    a.park_id,
    w.month,
    a.year,
    coalesce(m.intervals_expected, 0) as intervals_expected,
    coalesce(m.intervals_valid, 0) as intervals_valid,
    coalesce(m.intervals_estimated, 0) as intervals_estimated,
    coalesce(m.intervals_open, 0) as intervals_open,
    cast(m.intervals_valid as double) / nullif(m.intervals_expected, 0) as coverage,
    coalesce(m.energy_mwh, 0) as energy_mwh,
    coalesce(m.actual_mwh, 0) as actual_mwh,
    coalesce(m.sender_estimated_mwh, 0) as sender_estimated_mwh,
    coalesce(m.edited_mwh, 0) as edited_mwh,
    coalesce(m.spread_mwh, 0) as spread_mwh,
    coalesce(m.alternate_mwh, 0) as alternate_mwh,
    coalesce(m.linear_mwh, 0) as linear_mwh,
    coalesce(m.like_day_mwh, 0) as like_day_mwh,
    coalesce(m.scaled_mwh, 0) as scaled_mwh,
    coalesce(m.conservative_mwh, 0) as conservative_mwh,
    coalesce(m.open_mwh, 0) as open_mwh,
    cast(m.actual_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as actual_share,
    cast(m.sender_estimated_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as sender_estimated_share,
    cast(m.edited_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as edited_share,
    cast(m.spread_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as spread_share,
    cast(m.alternate_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as alternate_share,
    cast(m.linear_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as linear_share,
    cast(m.like_day_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as like_day_share,
    cast(m.scaled_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as scaled_share,
    cast(m.conservative_mwh as double) / nullif(cast(m.energy_mwh as double), 0) as conservative_share,
    cast(
        m.sender_estimated_mwh + m.alternate_mwh + m.linear_mwh + m.like_day_mwh + m.scaled_mwh + m.conservative_mwh as double
    ) / nullif(cast(m.energy_mwh as double), 0) as estimated_share,
    m.days_late_latest,
    cast(m.late_interval_days as double) / nullif(m.intervals_dated, 0) as days_late_mean,
    coalesce(f.findings_fail, 0) as findings_fail,
    coalesce(f.findings_warn, 0) as findings_warn,
    f.findings,
    coalesce(e.fuel_documented, 0) as fuel_documented,
    coalesce(e.fuel_undocumented, 0) as fuel_undocumented,
    coalesce(e.heat_documented, 0) as heat_documented,
    coalesce(e.heat_undocumented, 0) as heat_undocumented,
    coalesce(e.process_documented, 0) as process_documented,
    coalesce(e.process_undocumented, 0) as process_undocumented,
    cast(e.entries_documented as double) / nullif(e.entries, 0) as documented_share
from metrics.accounts as a
inner join metrics.windows as w on a.year = w.year and w.window_kind = 'month'
left join meters as m on a.park_id = m.park_id and w.month = m.month
left join found as f on a.park_id = f.park_id and w.month = f.month
left join entries as e on a.park_id = e.park_id and w.month = e.month
