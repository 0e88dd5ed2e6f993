-- The scores of quality.park_month: what each says, and the one statement that computes it from the published tables, for
-- every park and month for which there is something to compute it from.
-- Grain: score
-- Order: score
with kinds as (
    select 'actual' as kind, 'delivered as measured' as meaning
    union all
    select 'sender_estimated', 'delivered as an estimate of the sender'
    union all
    select 'edited', 'set by a person with two names and a document'
    union all
    select 'spread', 'told only as a sum of several intervals by a register or a bill'
    union all
    select 'alternate', 'taken from a check meter at the same point'
    union all
    select 'linear', 'put on a straight line between two valid values'
    union all
    select 'like_day', 'taken from days of the same type'
    union all
    select 'scaled', 'shaped by one of these and scaled to a register or a bill'
    union all
    select 'conservative', 'set to the value that cannot help the park'
)
select
    kind || '_share' as score,
    'Share of the metered energy that was ' || meaning || '.' as sentence,
    'select park_id, month, cast(sum(' || kind || '_mwh) as double) / nullif(cast(sum(energy_mwh) as double), 0) as score'
    || ' from quality.meter_month where due group by park_id, month' as statement
from kinds
union all
select
    'coverage',
    'Share of the expected intervals of the meters that are due which have a valid value.',
    'select park_id, month, cast(sum(intervals_valid) as double) / nullif(sum(intervals_expected), 0) as score'
    || ' from quality.meter_month where due group by park_id, month'
union all
select
    'estimated_share',
    'Share of the metered energy that the sender or one of the five steps of the ladder estimated.',
    'select park_id, month, cast(sum(sender_estimated_mwh + alternate_mwh + linear_mwh + like_day_mwh + scaled_mwh'
    || ' + conservative_mwh) as double) / nullif(cast(sum(energy_mwh) as double), 0) as score'
    || ' from quality.meter_month where due group by park_id, month'
union all
select
    'intervals_open',
    'Intervals of the meters that are due which have neither a valid value nor an estimate.',
    'select park_id, month, sum(intervals_open) as score from quality.meter_month where due group by park_id, month'
union all
select
    'open_mwh',
    'What the open intervals probably hold: the mean of the meter''s other intervals times their number.',
    'select park_id, month, sum(open_mwh) as score from quality.meter_month where due group by park_id, month'
union all
select
    'days_late_latest',
    'Days from the end of an interval''s day to the delivery of the value that counts, for the latest; where deliveries say when.',
    'select park_id, month, max(days_late_latest) as score from quality.meter_month where due group by park_id, month'
union all
select
    'days_late_mean',
    'The same, on average over the intervals whose delivery says when.',
    'select park_id, month, cast(sum(late_interval_days) as double) / nullif(sum(intervals_dated), 0) as score'
    || ' from quality.meter_month where due group by park_id, month'
union all
select
    'findings_fail',
    'Findings of the month that a figure cannot pass over.',
    'select p.park_id, p.month, count(f.code) as score from quality.park_month as p left join quality.findings as f'
    || ' on p.park_id = f.park_id and p.month = f.month and f.severity = ''fail'' group by p.park_id, p.month'
union all
select
    'findings_warn',
    'Findings of the month that someone should look at.',
    'select p.park_id, p.month, count(f.code) as score from quality.park_month as p left join quality.findings as f'
    || ' on p.park_id = f.park_id and p.month = f.month and f.severity = ''warn'' group by p.park_id, p.month'
union all
select
    'documented_share',
    'Share of the fuel, heat and process entries that name a document.',
    'select park_id, month, cast(fuel_documented + heat_documented + process_documented as double) / nullif(fuel_documented'
    || ' + fuel_undocumented + heat_documented + heat_undocumented + process_documented + process_undocumented, 0) as score'
    || ' from quality.park_month'
