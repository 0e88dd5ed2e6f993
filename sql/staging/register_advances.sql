-- What a register counted between two neighbouring reads; a replacement is the last read of the old register and the first
-- of the new one. Wh (kJ for heat) = advance x ratio x unit, rounded half up in integers.
-- A fall is a rollover if the meter can have counted that much (at most over_capacity_factor x capacity x time; without a
-- capacity at most half the modulus), else a reset. A rise that the meter cannot have counted, but can have run backward
-- through zero, is register_backward: energy of the other direction. backward_wh is what it ran backward, or fell.
-- The ratio has to be one and the same: that of the rows where they state one, else the last word of master and
-- replacements, unchanged up to the later read, or to the day of the replacement (register_ratio_unknown).
-- status: valid, register_reset, register_backward, register_ratio_unknown, over_capacity (energy_wh is what the register
-- says), out_of_range. tolerance_wh is floored, which compares whole Wh alike.
-- Grain: meter_id, from_at
-- Order: meter_id, from_at
with parameters as (
    select cast(arg_max(register_tolerance_share, year) * 1000000 as bigint) as share_e6
    from run.params
),
points as (
    select r.meter_id, r.segment, r.read_at as moment, 1 as place, r.value, r.multiplier, r.is_estimate, r.file_id, r.line
    from staging.register_reads as r
    where
        r.status = 'standing'
        and not exists (
            select 1 from staging.skipped_reads as s
            where s.meter_id = r.meter_id and s.segment = r.segment and s.read_at = r.read_at
        )
    union all
    select
        meter_id, number as segment, replaced_at as moment, 0 as place, new_initial as value, null as multiplier,
        false as is_estimate, file_id, line
    from staging.register_replacements
    union all
    select
        meter_id, number - 1 as segment, replaced_at as moment, 2 as place, old_final as value, null as multiplier,
        false as is_estimate, file_id, line
    from staging.register_replacements
),
pairs as (
    select
        meter_id,
        segment,
        lag(moment) over w as from_at,
        moment as to_at,
        lag(value) over w as from_value,
        value as to_value,
        is_estimate or lag(is_estimate) over w as is_estimate,
        coalesce(lag(multiplier) over w, case when lag(place) over w = 0 then multiplier end) as from_multiplier,
        coalesce(multiplier, case when place = 2 then lag(multiplier) over w end) as to_multiplier,
        case
            when place = 2 then greatest(date_trunc('day', moment), lag(moment) over w + interval 1 microsecond)
            else moment
        end as ratio_at,
        file_id,
        line
    from points
    window w as (partition by meter_id, segment order by moment)
),
rated as (
    select
        p.*,
        coalesce(p.from_multiplier, b.multiplier) as multiplier,
        coalesce(
            coalesce(p.from_multiplier, b.multiplier) = coalesce(p.to_multiplier, a.multiplier)
            and b.unit_wh = a.unit_wh
            and (b.constant_until >= p.ratio_at or (p.from_multiplier is not null and p.to_multiplier is not null)),
            false
        ) as is_ratio_known,
        b.unit_wh,
        case when b.register_modulus >= greatest(p.from_value, p.to_value) then b.register_modulus end as modulus,
        p.to_value - p.from_value as rise,
        date_diff('second', p.from_at, p.to_at) as seconds,
        b.limit_numerator,
        b.limit_denominator,
        case when coalesce(p.from_multiplier, b.multiplier) = b.multiplier then b.step_wh end as step_wh
    from pairs as p
    left join staging.register_ratios as b on p.meter_id = b.meter_id and p.from_at >= b.from_at and p.from_at < b.to_at
    left join staging.register_ratios as a on p.meter_id = a.meter_id and p.ratio_at > a.from_at and p.ratio_at <= a.to_at
    where p.from_at is not null
),
measured as (
    select
        r.*,
        case when r.rise >= 0 then r.rise else r.modulus + r.rise end as forward,
        case when r.rise < 0 then -r.rise else r.modulus - r.rise end as backward,
        -- Above 10^15 Wh nothing is an energy, and below it the products of this model fit their types.
        1e15 / (cast(r.multiplier as double) * r.unit_wh) as largest,
        case
            when r.limit_numerator is null then null
            when r.limit_numerator <= 1000000000 and r.seconds <= 9000000000
                then r.seconds * cast(r.limit_numerator as bigint) // cast(r.limit_denominator as bigint)
            else cast(least(r.seconds * r.limit_numerator // r.limit_denominator, 1000000000000000) as bigint)
        end as limit_wh
    from rated as r
),
forwards as (
    select
        m.*,
        case
            when m.forward > m.largest then null
            when
                m.forward < 900000 and cast(m.forward as decimal(18, 6)) = m.forward
                and cast(m.multiplier as bigint) = m.multiplier and m.unit_wh % 1000 = 0
                then (
                    2 * cast(cast(m.forward as decimal(18, 6)) * 1000000 as bigint) * cast(m.multiplier as bigint) * (m.unit_wh // 1000)
                    + 1000
                ) // 2000
            else cast((
                    2 * cast(m.forward * 1000000000000 as hugeint) * cast(cast(m.multiplier as decimal(38, 6)) * 1000000 as hugeint)
                    * m.unit_wh + 1000000000000000000
                ) // 2000000000000000000 as bigint)
        end as forward_wh
    from measured as m
),
backwards as (
    select
        f.*,
        case
            when f.backward <= f.largest and (f.rise < 0 or coalesce(f.forward_wh > f.limit_wh, f.rise > f.backward))
                then cast((
                        2 * cast(f.backward * 1000000000000 as hugeint) * cast(cast(f.multiplier as decimal(38, 6)) * 1000000 as hugeint)
                        * f.unit_wh + 1000000000000000000
                    ) // 2000000000000000000 as bigint)
        end as backward_wh
    from forwards as f
),
judged as (
    select
        b.*,
        case
            when not b.is_ratio_known then 'register_ratio_unknown'
            when b.rise < 0 and b.forward_wh is not null and coalesce(b.forward_wh <= b.limit_wh, b.forward <= b.backward) then 'valid'
            when b.rise < 0 then 'register_reset'
            when b.forward_wh is null then 'out_of_range'
            when coalesce(b.forward_wh <= b.limit_wh, b.forward <= b.backward, true) then 'valid'
            when coalesce(b.backward_wh <= b.limit_wh, b.modulus is not null) then 'register_backward'
            else 'over_capacity'
        end as status
    from backwards as b
)
select
    j.meter_id,
    j.from_at,
    j.to_at,
    case when j.status in ('valid', 'over_capacity') then j.forward_wh end as energy_wh,
    j.status,
    j.status = 'valid' and j.rise < 0 as is_rollover,
    j.is_estimate,
    case when j.status in ('register_reset', 'register_backward') then j.backward_wh end as backward_wh,
    case
        when j.status in ('valid', 'over_capacity')
            then greatest(coalesce(j.step_wh, 0), j.forward_wh * p.share_e6 // 1000000)
    end as tolerance_wh,
    j.segment,
    j.from_value,
    j.to_value,
    j.multiplier,
    j.file_id,
    j.line
from judged as j
cross join parameters as p
