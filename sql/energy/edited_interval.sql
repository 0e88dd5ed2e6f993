-- The intervals of the month whose value a person has set, with two names and a document. The value is what the meter
-- would have read for the interval; its energy is value x multiplier x unit, rounded half up like a reading. One below zero,
-- or too large for the model, fails like a reading.
-- Partition: month
-- Kept: no
-- Grain: slot, minute
-- Order: slot, minute
with pieces as (
    select
        k.slot,
        k.interval_minutes,
        k.multiplier,
        k.unit_numerator,
        k.unit_denominator,
        e.value,
        e.reason,
        e.document_sha256,
        e.author,
        e.approver,
        e.file_id,
        greatest(k.from_end_minute - k.interval_minutes, date_diff('minute', m.start, e.from_at)) as from_minute,
        least(k.to_end_minute - k.interval_minutes, date_diff('minute', m.start, e.to_at)) as to_minute
    from staging.standing_edits as e
    inner join energy.month_meters as k on e.meter_id = k.meter_id
    cross join run.month as m
    where e.from_at < m."end" and e.to_at > m.start
),
intervals as (
    select
        p.*,
        cast(unnest(generate_series(
            (p.from_minute + p.interval_minutes - 1) // p.interval_minutes * p.interval_minutes,
            p.to_minute - p.interval_minutes,
            p.interval_minutes
        )) as integer) as minute
    from pieces as p
    where p.to_minute > p.from_minute
),
judged as (
    select
        i.*,
        case
            when i.value < 0 then 'negative'
            when cast(i.value as double) * i.multiplier * i.unit_numerator > 1e15 then 'out_of_range'
            else 'valid'
        end as status
    from intervals as i
)
select
    j.slot,
    j.minute,
    j.status,
    case
        when j.status = 'valid'
            then cast((
                    2 * cast(cast(j.value as decimal(38, 12)) * 1000000000000 as hugeint)
                    * cast(cast(j.multiplier as decimal(38, 6)) * 1000000 as hugeint) * j.unit_numerator
                    + cast(1000000000000000000 as hugeint) * j.unit_denominator
                ) // (cast(2000000000000000000 as hugeint) * j.unit_denominator) as bigint)
    end as energy_wh,
    j.value,
    j.reason,
    j.document_sha256,
    j.author,
    j.approver,
    j.file_id
from judged as j
