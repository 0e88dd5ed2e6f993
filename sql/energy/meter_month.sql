-- Energy and completeness of each meter in the month. intervals_missing counts what is absent, null, negative or out of
-- range: none of it is zero. missing_estimate_wh names its size: the mean of the meter's valid intervals times the gap.
-- Partition: month
-- Grain: meter_id, first_day
-- Order: meter_id, first_day
with read as (
    select
        slot,
        count(*) filter (where status = 'valid') as intervals_valid,
        count(*) filter (where status = 'negative') as intervals_negative,
        count(*) filter (where status = 'no_value') as intervals_no_value,
        count(*) filter (where status = 'out_of_range') as intervals_out_of_range,
        cast(sum(energy_wh) filter (where status = 'valid') as bigint) as energy_wh,
        cast(sum(energy_wh) filter (where status = 'valid' and flag = 'E') as bigint) as sender_estimated_wh
    from energy.interval_energy
    where slot is not null and status <> 'off_grid'
    group by slot
)
select
    m.month,
    k.meter_id,
    k.first_day,
    k.last_day,
    k.park_id,
    k.point,
    k.role,
    k.project_id,
    k.enterprise_id,
    k.supply_class,
    k.interval_minutes,
    k.balance_minutes,
    k.share_minutes,
    k.boundary_from_use,
    k.intervals_expected,
    coalesce(r.intervals_valid, 0) as intervals_valid,
    k.intervals_expected - coalesce(r.intervals_valid, 0) as intervals_missing,
    coalesce(r.intervals_negative, 0) as intervals_negative,
    coalesce(r.intervals_no_value, 0) as intervals_no_value,
    coalesce(r.intervals_out_of_range, 0) as intervals_out_of_range,
    coalesce(r.energy_wh, 0) as energy_wh,
    coalesce(r.sender_estimated_wh, 0) as sender_estimated_wh,
    cast(
        cast(coalesce(r.energy_wh, 0) as hugeint) * (k.intervals_expected - coalesce(r.intervals_valid, 0))
        // nullif(r.intervals_valid, 0)
        as bigint
    ) as missing_estimate_wh
from energy.month_meters as k
cross join run.month as m
left join read as r on k.slot = r.slot
