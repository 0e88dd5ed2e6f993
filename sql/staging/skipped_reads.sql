-- Reads that cannot be what the register showed, between two neighbours that agree with each other; no advance is taken from
-- or to them. Looked for only in registers that fall somewhere. reason:
-- zero: a zero, or several, between larger reads: the communication failed, not the register;
-- fell: lower than the read before, while the read after is not: the register did not roll over and come back;
-- rose: higher than the read after, while that is not lower than the one before, and more than the meter can have counted.
-- A register that is stepped back a little fits both of the last two; then the later read is left out.
-- The first and last value that a replacement states are neighbours too. Whether an energy is possible is judged here in
-- floating point: it chooses among reads and is no figure.
-- Grain: meter_id, read_at
-- Order: meter_id, read_at
with points as (
    select meter_id, segment, read_at as moment, 1 as place, value, multiplier, file_id, line
    from staging.register_reads
    where status = 'standing'
    union all
    select meter_id, number as segment, replaced_at as moment, 0 as place, new_initial as value, multiplier, file_id, line
    from staging.register_replacements
    union all
    select meter_id, number - 1 as segment, replaced_at as moment, 2 as place, old_final as value, null as multiplier, file_id, line
    from staging.register_replacements
),
compared as (
    select
        meter_id,
        segment,
        value < lag(value) over (partition by meter_id, segment order by moment) as falls
    from points
),
falling as (
    select distinct meter_id, segment
    from compared
    where falls
),
suspected as (
    select
        p.*,
        last_value(nullif(p.value, 0) ignore nulls) over (
            partition by p.meter_id, p.segment order by p.moment rows between unbounded preceding and 1 preceding
        ) as value_before,
        first_value(nullif(p.value, 0) ignore nulls) over (
            partition by p.meter_id, p.segment order by p.moment rows between 1 following and unbounded following
        ) as value_after
    from points as p
    inner join falling as f on p.meter_id = f.meter_id and p.segment = f.segment
),
neighbours as (
    select
        s.*,
        lag(s.value, 2) over w as value_2_before,
        lag(s.value) over w as value_1_before,
        lead(s.value) over w as value_1_after,
        lead(s.value, 2) over w as value_2_after,
        lag(s.moment) over w as at_1_before,
        lead(s.moment) over w as at_1_after
    from suspected as s
    where not coalesce(s.value = 0 and s.place = 1 and s.value_after >= s.value_before, false)
    window w as (partition by s.meter_id, s.segment order by s.moment)
),
limits as (
    select
        n.*,
        cast(k.register_modulus as double) as modulus,
        cast(k.limit_numerator as double) / cast(k.limit_denominator as double)
        / (cast(coalesce(n.multiplier, k.multiplier) as double) * k.unit_wh) as value_per_second
    from neighbours as n
    left join staging.register_ratios as k on n.meter_id = k.meter_id and n.moment > k.from_at and n.moment <= k.to_at
    where n.place = 1
),
judged as (
    select
        *,
        value < value_1_before and value_1_after >= value_1_before as fell,
        value > value_1_after and value_1_after >= value_1_before as rose,
        coalesce(value_2_after >= value, false) as after_fell,
        coalesce(
            cast(value - value_1_before as double) > value_per_second * date_diff('second', at_1_before, moment),
            cast(value - value_1_before as double) > modulus / 2,
            false
        ) as rise_impossible,
        coalesce(
            modulus - cast(value - value_1_after as double) <= value_per_second * date_diff('second', moment, at_1_after),
            cast(value - value_1_after as double) >= modulus / 2,
            false
        ) as can_roll_over
    from limits
)
select
    meter_id,
    moment as read_at,
    segment,
    value,
    'zero' as reason,
    value_before,
    value_after,
    file_id,
    line
from suspected
where place = 1 and value = 0 and value_after >= value_before
union all
select meter_id, moment, segment, value, 'fell', value_1_before, value_1_after, file_id, line
from judged
where fell
union all
select meter_id, moment, segment, value, 'rose', value_1_before, value_1_after, file_id, line
from judged
where rose and not after_fell and (rise_impossible or not can_roll_over)
