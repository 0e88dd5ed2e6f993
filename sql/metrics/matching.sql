-- Green supply matched with load in each park and year at four bases, from the same intervals: the sum of min(green supply, load)
-- of every quarter hour, hour, month, or of the whole year, and its share of the electricity use U.
-- What a rule that matches at that basis would leave of the park's claim D + S - D_x - S_x + T + G:
-- D and S were used in the interval in which they were made, so all that counts of them stays at every basis. A certificate
-- says its month and no hour: trade and certificates stay at basis month as far as each enterprise drew power in the month of
-- generation, at basis year whole, at a finer basis not at all.
-- A basis that the park's balance interval does not divide is null, with the reason in not_given. spread_share: how much of the
-- metered energy was spread evenly from registers or bills, so that its course within a month is not known.
-- Grain: park_id, year, basis
-- Order: park_id, year, basis
with months as (
    select
        park_id,
        cast(left(month, 4) as integer) as year,
        month,
        max(balance_minutes) as balance_minutes,
        bool_and(quarter_matched_wh is not null) as has_quarters,
        bool_and(hour_matched_wh is not null) as has_hours,
        cast(sum(green_wh) as bigint) as green_wh,
        cast(sum(load_wh) as bigint) as load_wh,
        cast(sum(quarter_matched_wh) as bigint) as quarter_matched_wh,
        cast(sum(hour_matched_wh) as bigint) as hour_matched_wh
    from energy.matching_month
    group by park_id, cast(left(month, 4) as integer), month
),
years as (
    select
        park_id,
        year,
        max(balance_minutes) as balance_minutes,
        cast(sum(green_wh) as bigint) as green_wh,
        cast(sum(load_wh) as bigint) as load_wh,
        case when bool_and(has_quarters) then cast(sum(quarter_matched_wh) as bigint) end as quarter_matched_wh,
        case when bool_and(has_hours) then cast(sum(hour_matched_wh) as bigint) end as hour_matched_wh,
        cast(sum(least(green_wh, load_wh)) as bigint) as month_matched_wh,
        cast(least(sum(green_wh), sum(load_wh)) as bigint) as year_matched_wh
    from months
    group by park_id, year
),
monthly as (
    select park_id, year, sum(greatest(trade_counted_wh + gec_counted_wh, 0)) as certificates_wh
    from metrics.enterprise_window
    where window_kind = 'month'
    group by park_id, year
),
claims as (
    select
        park_id,
        year,
        use_wh,
        direct_used_wh + onsite_used_wh - uncounted_direct_wh - sold_onsite_wh as physical_wh,
        green_trade_wh + gec_wh as certificates_wh
    from energy.park_window
    where window_kind = 'year'
),
spread as (
    select
        park_id,
        cast(left(month, 4) as integer) as year,
        cast(sum(spread_wh) as double) / nullif(cast(sum(energy_wh) as double), 0) as spread_share
    from energy.meter_month
    where
        role in (
            'grid_import', 'grid_export', 'direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge', 'use'
        )
    group by park_id, cast(left(month, 4) as integer)
),
bases as (
    select
        c.park_id,
        c.year,
        b.basis,
        b.minutes,
        y.balance_minutes,
        s.spread_share,
        c.use_wh,
        y.green_wh,
        y.load_wh,
        case b.basis
            when 'quarter_hour' then y.quarter_matched_wh
            when 'hour' then y.hour_matched_wh
            when 'month' then y.month_matched_wh
            else y.year_matched_wh
        end as matched_wh,
        c.physical_wh + c.certificates_wh as claimed_wh,
        c.physical_wh + case b.basis
            when 'year' then c.certificates_wh
            when 'month' then least(coalesce(m.certificates_wh, 0), c.certificates_wh)
            else 0
        end as left_wh
    from claims as c
    cross join (values ('quarter_hour', 15), ('hour', 60), ('month', null), ('year', null)) as b (basis, minutes)
    left join years as y on c.park_id = y.park_id and c.year = y.year
    left join monthly as m on c.park_id = m.park_id and c.year = m.year
    left join spread as s on c.park_id = s.park_id and c.year = s.year
)
select
    park_id,
    cast(year as integer) as year,
    basis,
    balance_minutes,
    load_wh * cast(0.000001 as decimal(7, 6)) as load_mwh,
    green_wh * cast(0.000001 as decimal(7, 6)) as green_supply_mwh,
    matched_wh * cast(0.000001 as decimal(7, 6)) as matched_mwh,
    cast(matched_wh as double) / nullif(cast(use_wh as double), 0) as matched_share,
    claimed_wh * cast(0.000001 as decimal(7, 6)) as claimed_green_mwh,
    case when matched_wh is not null then left_wh * cast(0.000001 as decimal(7, 6)) end as claim_left_mwh,
    case when matched_wh is not null then cast(left_wh as double) / nullif(cast(claimed_wh as double), 0) end as claim_left_share,
    case
        when balance_minutes is null then 'no_intervals'
        when matched_wh is null and balance_minutes > minutes then 'balance_interval_longer'
        when matched_wh is null then 'balance_interval_not_a_divisor'
    end as not_given,
    spread_share
from bases
