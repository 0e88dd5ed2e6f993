-- What a register counted between two neighbouring reads; a replacement is the last read of the old register and the first
-- of the new one. Wh (kJ for heat) = advance x ratio x unit, rounded half up in integers.
-- A fall is a rollover if the meter can have counted that much (at most over_capacity_factor x capacity x time; without a
-- capacity at most half the modulus), else a reset. A rise that the meter cannot have counted, but can have run backward
-- through zero, is register_backward: energy of the other direction. backward_wh is what it ran backward, or fell.
-- The ratio has to be one and the same: that of the rows where they state one, else the last word of master and
-- replacements, unchanged up to the later read, or to the day of the replacement (register_ratio_unknown).
-- status: valid, register_reset, register_backward, register_ratio_unknown, over_capacity (energy_wh is what the register
-- says), out_of_range. The limits are those of the latest year of the run.
-- Grain: meter_id, from_at
-- Order: meter_id, from_at
with parameters as (
    select
        cast(cast(arg_max(over_capacity_factor, year) * 1000000 as bigint) as hugeint) as factor_e6,
        cast(cast(arg_max(register_tolerance_steps, year) * 1000 as bigint) as hugeint) as steps_e3,
        cast(cast(arg_max(register_tolerance_share, year) * 1000000000 as bigint) as hugeint) as share_e9
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
        b.register_step,
        case when b.register_modulus >= greatest(p.from_value, p.to_value) then b.register_modulus end as modulus,
        p.to_value - p.from_value as rise,
        case
            when b.capacity_kw <= 1000000000
                then parameters.factor_e6 * cast(cast(b.capacity_kw as decimal(38, 6)) * 1000000 as hugeint)
                    * date_diff('second', p.from_at, p.to_at) * b.wh_per_kwh // 3600000000000000
        end as limit_wh,
        parameters.steps_e3,
        parameters.share_e9
    from pairs as p
    cross join parameters
    left join staging.register_ratios as b on p.meter_id = b.meter_id and p.from_at >= b.from_at and p.from_at < b.to_at
    left join staging.register_ratios as a on p.meter_id = a.meter_id and p.ratio_at > a.from_at and p.ratio_at <= a.to_at
    where p.from_at is not null
),
measured as (
    select
        r.*,
        case when r.rise >= 0 then r.rise else r.modulus + r.rise end as forward,
        case when r.rise < 0 then -r.rise else r.modulus - r.rise end as backward,
        cast(cast(r.multiplier as decimal(18, 6)) * 1000000 as hugeint) * r.unit_wh as ratio_e6,
        greatest(abs(cast(r.rise as double)), coalesce(cast(r.modulus as double), 0)) * r.multiplier * r.unit_wh <= 1e15
            as is_in_range
    from rated as r
),
energies as (
    select
        m.*,
        case
            when m.is_in_range
                then (2 * cast(m.forward * 1000000000000 as hugeint) * m.ratio_e6 + 1000000000000000000) // 2000000000000000000
        end as forward_wh,
        case
            when m.is_in_range
                then (2 * cast(m.backward * 1000000000000 as hugeint) * m.ratio_e6 + 1000000000000000000) // 2000000000000000000
        end as backward_wh
    from measured as m
),
judged as (
    select
        e.*,
        case
            when not e.is_ratio_known then 'register_ratio_unknown'
            when not e.is_in_range then 'out_of_range'
            when e.rise < 0 and coalesce(e.forward_wh <= e.limit_wh, -2 * e.rise >= e.modulus, false) then 'valid'
            when e.rise < 0 then 'register_reset'
            when coalesce(e.forward_wh <= e.limit_wh, 2 * e.rise <= e.modulus, true) then 'valid'
            when coalesce(e.backward_wh <= e.limit_wh, e.modulus is not null) then 'register_backward'
            else 'over_capacity'
        end as status
    from energies as e
)
select
    meter_id,
    from_at,
    to_at,
    cast(case when status in ('valid', 'over_capacity') then forward_wh end as bigint) as energy_wh,
    status,
    status = 'valid' and rise < 0 as is_rollover,
    is_estimate,
    cast(case when status in ('register_reset', 'register_backward') then backward_wh end as bigint) as backward_wh,
    cast(case
        when status in ('valid', 'over_capacity')
            then greatest(
                    steps_e3 * cast(cast(least(coalesce(register_step, 0), 1000000) as decimal(38, 6)) * 1000000 as hugeint) * ratio_e6
                    // 1000000000000000,
                    share_e9 * forward_wh // 1000000000
                )
    end as bigint) as tolerance_wh,
    segment,
    from_value,
    to_value,
    multiplier,
    file_id,
    line
from judged
