-- What registers and bills say about stretches that touch the month. Cut out of staging.known_totals so that a read that
-- comes late rebuilds only the months it speaks of.
-- Partition: month
-- Grain: meter_id, from_at, to_at, source
-- Order: meter_id, from_at, to_at, source
select
    t.meter_id,
    t.from_at,
    t.to_at,
    t.energy_wh,
    t.source,
    t.tolerance_wh,
    t.status,
    t.is_estimate,
    t.is_source,
    t.file_id
from staging.known_totals as t
cross join run.month as m
where t.from_at < m."end" and t.to_at > m.start and t.status in ('valid', 'over_capacity')
