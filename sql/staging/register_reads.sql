-- The reads of registers, one for each moment, and which register of the meter they are of: segment counts the replacements
-- before. Rows without a meter in the master at their time are no reads (staging.set_aside_meter_rows).
-- status: standing; no_value (blank or flag N); negative; replacement (shows what the replacement at this moment says);
-- replacement_differs (does not; the replacement counts).
-- Grain: meter_id, read_at, segment
-- Order: meter_id, read_at, segment
with repeated as (
    select distinct meter_id, read_at
    from staging.repeated_registers
),
registers as (
    select r.meter_id, r.read_at, r.value, r.flag, r.multiplier, r.file_id, r.line, false as is_reading, cast(null as boolean) as is_old
    from parsed.meter_registers as r
    union all
    select
        r.meter_id, r.interval_end as read_at, cast(r.value as decimal(38, 12)) as value, r.flag, r.multiplier, r.file_id,
        cast(null as integer) as line, true as is_reading, cast(null as boolean) as is_old
    from parsed.meter_readings as r
    inner join staging.register_meters as k
        on r.meter_id = k.meter_id and r.interval_end >= k.first_at and r.interval_end <= k.last_at
),
delivered as (
    select r.*
    from registers as r
    where not exists (select 1 from repeated as t where t.meter_id = r.meter_id and t.read_at = r.read_at)
    union all
    select meter_id, read_at, value, flag, multiplier, file_id, line, is_reading, is_old
    from staging.repeated_registers
    where stands
),
masters as (
    select
        m.meter_id,
        cast(m.valid_from as timestamp) as from_at,
        cast(m.valid_to + 1 as timestamp) as to_at,
        lag(m.valid_to + 1) over (partition by m.meter_id order by m.valid_from) = m.valid_from as follows
    from staging.meters as m
    inner join staging.parks as k on m.park_id = k.park_id
),
segments as (
    select
        meter_id,
        number as segment,
        replaced_at as from_at,
        coalesce(lead(replaced_at) over (partition by meter_id order by replaced_at), timestamp '9999-12-31') as to_at
    from staging.register_replacements
),
placed as (
    select
        d.*,
        x.number,
        x.old_final,
        x.new_initial,
        coalesce(s.segment, 0) - case when coalesce(d.is_old, d.value = x.old_final, false) then 1 else 0 end as segment
    from delivered as d
    inner join masters as m
        on
            d.meter_id = m.meter_id
            and d.read_at <= m.to_at
            and (d.read_at > m.from_at or (d.read_at = m.from_at and m.follows is not true))
    left join segments as s on d.meter_id = s.meter_id and d.read_at >= s.from_at and d.read_at < s.to_at
    left join staging.register_replacements as x on d.meter_id = x.meter_id and d.read_at = x.replaced_at
)
select
    meter_id,
    read_at,
    cast(segment as integer) as segment,
    value,
    multiplier,
    coalesce(flag = 'E', false) as is_estimate,
    case
        when value is null or flag = 'N' then 'no_value'
        when number is not null and value in (old_final, new_initial) then 'replacement'
        when number is not null then 'replacement_differs'
        when value < 0 then 'negative'
        else 'standing'
    end as status,
    file_id,
    line,
    is_reading
from placed
