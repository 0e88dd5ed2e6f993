-- Every interval that was not valid: why, what had been delivered, and what counts in its place by which method. Without a
-- method nothing does and the interval is open. Electricity is in MWh, heat in GJ. What has not happened yet, after the last
-- interval that any meter of the month delivered, is no row here but counts as open in quality.meter_month.
-- Grain: meter_id, interval_start
-- Order: meter_id, interval_start
with told as (
    select
        e.month,
        e.minute,
        e.replaces,
        e.method,
        e.file_id,
        k.meter_id,
        k.park_id,
        k.point,
        k.role,
        k.interval_minutes,
        k.point in ('heat_import', 'heat_export') as is_heat,
        e.delivered_wh * cast(0.000001 as decimal(7, 6)) as delivered,
        e.energy_wh * cast(0.000001 as decimal(7, 6)) as estimate
    from energy.estimated_interval as e
    inner join energy.month_meters as k on e.month = k.month and e.slot = k.slot
    inner join metrics.accounts as a on k.park_id = a.park_id and k.first_day between a.first_day and a.last_day
)
select
    meter_id,
    cast(month || '-01' as timestamp) + to_minutes(minute) as interval_start,
    point,
    park_id,
    role,
    interval_minutes,
    replaces,
    case when not is_heat then delivered end as delivered_mwh,
    case when is_heat then delivered end as delivered_gj,
    method,
    case when not is_heat then estimate end as estimate_mwh,
    case when is_heat then estimate end as estimate_gj,
    file_id
from told
