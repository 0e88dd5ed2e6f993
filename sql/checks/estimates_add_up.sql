-- Every estimate has its row: what quality.estimates puts in place of a meter's values adds up to what quality.meter_month
-- counts as estimated, in intervals and, for electricity, in MWh; and no expected interval is without a state.
-- Severity: critical
-- What to do: compare the two tables for the meter and month; an estimate without a row was invented, a row without it lost.
-- 中文: 每个估算都有记录：quality.estimates 之和等于 quality.meter_month 的估算量，应有时段均有状态。
-- 处理: 逐表计、逐月对照两表：无记录的估算系虚构，无估算的记录系丢失。
with estimated as (
    select
        meter_id,
        strftime(interval_start, '%Y-%m') as month,
        count(method) as intervals,
        sum(case when method in ('alternate', 'linear', 'like_day', 'scaled', 'conservative') then estimate_mwh else 0 end) as mwh
    from quality.estimates
    group by meter_id, strftime(interval_start, '%Y-%m')
),
counted as (
    select
        meter_id,
        month,
        sum(intervals_expected) as intervals_expected,
        sum(intervals_valid) as intervals_valid,
        sum(intervals_estimated) as intervals_estimated,
        sum(intervals_open) as intervals_open,
        sum(case
            when point in ('heat_import', 'heat_export') then 0
            else alternate_mwh + linear_mwh + like_day_mwh + scaled_mwh + conservative_mwh
        end) as estimated_mwh
    from quality.meter_month
    group by meter_id, month
)
select
    coalesce(c.meter_id, e.meter_id) as meter_id,
    coalesce(c.month, e.month) as month,
    c.intervals_expected,
    c.intervals_estimated,
    e.intervals as rows_with_method,
    c.estimated_mwh,
    e.mwh as mwh_of_rows
from counted as c
full join estimated as e on c.meter_id = e.meter_id and c.month = e.month
where
    coalesce(c.intervals_estimated, 0) <> coalesce(e.intervals, 0)
    or coalesce(c.estimated_mwh, 0) <> coalesce(e.mwh, 0)
    or c.intervals_expected <> c.intervals_valid + c.intervals_estimated + c.intervals_open
