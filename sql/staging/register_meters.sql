-- When a meter delivers its register: readings that come for it then, in whatever table, are what the register showed.
-- A moment belongs to the day before it, as the end of an interval does; only where the master begins it is a read too,
-- the first one.
-- Kept: no
-- Grain: meter_id, first_at
-- Order: meter_id, first_at
with masters as (
    select
        meter_id,
        measure,
        cast(valid_from as timestamp) as begins_at,
        cast(valid_to + 1 as timestamp) as last_at,
        lag(valid_to + 1) over (partition by meter_id order by valid_from) = valid_from as follows
    from staging.meters
)
select
    meter_id,
    case when follows then begins_at + interval 1 microsecond else begins_at end as first_at,
    last_at
from masters
where measure = 'register'
