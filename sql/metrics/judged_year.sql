-- The judgement of each park and year (notice 910, annexes 3 and 4): size class, limit, verdicts, and why.
-- Size class by C at both ends of c_eq and with feedstock in and out; where the classes differ the stricter limit applies.
-- All comparisons are exact: I <= limit as E <= limit x C; R_direct >= minimum as green power >= minimum x U.
-- A year in which a meter was estimated for more than 30 days in a row is undecided, and so is one whose limit lies within the
-- 95 % interval of its intensity.
-- Below the floor comes first; readings that are missing are given their estimated size before a park is called small; while documents are
-- owed, its size is not known.
-- Grain: park_id, year
-- Order: park_id, year
with gaps as (
    select
        a.park_id,
        a.year,
        sum(c.intervals_open) as intervals_open,
        bool_or(c.intervals_open > 0 and c.intervals_valid = 0 and c.missing_estimate_wh = 0) as size_unknown
    from metrics.accounts as a
    inner join energy.meter_coverage as c
        on a.park_id = c.park_id and c.first_day between a.first_day and a.last_day
    where c.due
    group by a.park_id, a.year
),
owed as (
    select park_id, year, count(*) as inputs_missing
    from metrics.missing_inputs
    group by park_id, year
),
prolonged as (
    select a.park_id, a.year, max(s.minutes) as minutes
    from metrics.accounts as a
    inner join run.params as p on a.year = p.year
    inner join energy.estimated_stretch as s
        on a.park_id = s.park_id and s.from_at < cast(a.last_day + 1 as timestamp) and s.to_at > cast(a.first_day as timestamp)
    where s.role not in ('check', 'outside') and s.minutes > p.prolonged_fail_days * 1440
    group by a.park_id, a.year
),
measured as (
    select
        w.*,
        p.intensity_limit_small,
        p.intensity_limit_large,
        p.size_class_floor,
        p.size_class_large,
        p.direct_supply_share_min,
        p.fuel_per_fossil_mwh_min,
        p.fuel_per_fossil_mwh_max,
        cast(p.electricity_coal_equivalent_high as decimal(9, 6)) as c_eq_high,
        coalesce(g.intervals_open, 0) as open_intervals,
        coalesce(g.size_unknown, false) as size_unknown,
        coalesce(o.inputs_missing, 0) as inputs_missing,
        x.minutes is not null as prolonged_estimate,
        i.intensity_low,
        i.intensity_high,
        w.other_tce - case when p.feedstock_in_energy = 1 then w.feedstock_tce else 0 end as other_without_feedstock_tce,
        w.direct_used_wh - w.uncounted_direct_wh
        + case when p.onsite_counts_as_direct = 1 then w.onsite_used_wh - w.sold_onsite_wh else 0 end
        - case when p.nuclear_counts_as_direct = 1 then 0 else w.nuclear_counted_wh end as direct_green_wh
    from metrics.park_window as w
    inner join run.params as p on w.year = p.year
    left join gaps as g on w.park_id = g.park_id and w.year = g.year
    left join owed as o on w.park_id = o.park_id and w.year = o.year
    left join prolonged as x on w.park_id = x.park_id and w.year = x.year
    left join metrics.intensity_interval as i on w.park_id = i.park_id and w.year = i.year
    where w.window_kind = 'year'
),
variants as (
    select
        m.park_id,
        m.year,
        unnest([m.electricity_low_tce, m.electricity_tce, m.electricity_high_tce]) as electricity_tce,
        m.other_without_feedstock_tce,
        m.feedstock_tce,
        m.size_class_floor,
        m.size_class_large
    from measured as m
),
classes as (
    select
        park_id,
        year,
        min(electricity_tce + other_without_feedstock_tce) as lowest_tce,
        max(electricity_tce + other_without_feedstock_tce + feedstock_tce) as highest_tce
    from variants
    group by park_id, year
),
sized as (
    select
        m.*,
        case
            when m.energy_tce < m.size_class_floor then 'below_floor'
            when m.energy_tce < m.size_class_large then 'standard'
            else 'large'
        end as size_class,
        c.highest_tce < m.size_class_floor as surely_below_floor,
        c.lowest_tce >= m.size_class_large as surely_large,
        (c.lowest_tce < m.size_class_floor and c.highest_tce >= m.size_class_floor)
        or (c.lowest_tce < m.size_class_large and c.highest_tce >= m.size_class_large) as size_class_uncertain,
        (m.open_intervals = 0 or not m.size_unknown)
        and c.highest_tce
        + cast(m.missing_estimate_wh as decimal(38, 0)) * cast(0.000001 as decimal(7, 6)) * m.c_eq_high
        < m.size_class_floor as below_floor_even_if_complete
    from measured as m
    inner join classes as c on m.park_id = c.park_id and m.year = c.year
),
limited as (
    select
        s.*,
        case
            when s.surely_below_floor then null
            when s.surely_large then cast(s.intensity_limit_large as decimal(9, 6))
            else cast(s.intensity_limit_small as decimal(9, 6))
        end as limit_tco2_per_tce,
        s.open_intervals > 0 as missing_readings,
        s.inputs_missing > 0 as missing_input,
        not s.conversion_negative
        and (s.credit_tco2 > s.supplier_tco2 or s.total_tco2 < 0 or s.energy_tce <= 0) as outflow_credit,
        s.fossil_wh > 0 and (
            s.power_fuel_tce * 1000000 < s.fossil_wh * cast(s.fuel_per_fossil_mwh_min as decimal(9, 6))
            or s.power_fuel_tce * 1000000 > s.fossil_wh * cast(s.fuel_per_fossil_mwh_max as decimal(9, 6))
        ) as fuel_missing
    from sized as s
),
compared as (
    select
        l.*,
        l.total_tco2 <= l.limit_tco2_per_tce * l.energy_tce as within_limit,
        l.total_tco2 - l.residual_tco2 + l.contested_residual_tco2 <= l.limit_tco2_per_tce * l.energy_tce as within_if_contested,
        l.intensity_low <= cast(l.limit_tco2_per_tce as double)
        and l.intensity_high > cast(l.limit_tco2_per_tce as double) as intensity_uncertain,
        l.direct_green_wh >= l.use_wh * cast(l.direct_supply_share_min as decimal(9, 6)) as enough_direct
    from limited as l
),
judged as (
    select
        c.*,
        c.within_limit <> c.within_if_contested as contested_certificates,
        case
            when c.surely_below_floor and c.below_floor_even_if_complete and not c.missing_input then 'not_applicable'
            when
                c.missing_readings or c.prolonged_estimate or c.missing_input or c.conversion_negative or c.outflow_credit
                or c.fuel_missing or coalesce(c.intensity_uncertain, false) or c.within_limit <> c.within_if_contested
                then 'undecided'
            when c.within_limit then 'pass'
            else 'fail'
        end as core_verdict,
        case
            when c.missing_readings or c.prolonged_estimate then 'undecided'
            when c.use_wh = 0 then 'not_applicable'
            when c.enough_direct then 'pass'
            else 'fail'
        end as direct_supply_verdict
    from compared as c
)
select
    j.park_id,
    j.year,
    j.size_class,
    j.limit_tco2_per_tce,
    j.direct_green_wh,
    cast(j.open_intervals as bigint) as intervals_open,
    j.missing_estimate_wh,
    j.inputs_missing,
    j.credit_tco2,
    j.supplier_tco2,
    j.power_fuel_tce,
    j.contested_residual_tco2,
    j.core_verdict,
    j.direct_supply_verdict,
    case
        when 'fail' in (j.core_verdict, j.direct_supply_verdict) then 'fail'
        when 'undecided' in (j.core_verdict, j.direct_supply_verdict) then 'undecided'
        when j.core_verdict = 'not_applicable' then 'not_applicable'
        else 'pass'
    end as overall_verdict,
    list_sort(list_filter([
        case when j.core_verdict = 'not_applicable' then 'below_floor' end,
        case when j.size_class_uncertain then 'size_class_uncertain' end,
        case when j.missing_readings then 'missing_readings' end,
        case when j.prolonged_estimate then 'prolonged_estimate_year' end,
        case when j.intensity_uncertain and j.core_verdict <> 'not_applicable' then 'intensity_uncertain' end,
        case when j.missing_input then 'missing_input' end,
        case when j.conversion_negative then 'conversion_negative' end,
        case when j.outflow_credit and j.core_verdict <> 'not_applicable' then 'outflow_credit' end,
        case when j.fuel_missing then 'fuel_missing' end,
        case when j.contested_certificates and j.core_verdict <> 'not_applicable' then 'contested_certificates' end,
        case when j.core_verdict = 'fail' then 'intensity_above_limit' end,
        case when j.direct_supply_verdict = 'fail' then 'direct_supply_below_minimum' end
    ], lambda code: code is not null)) as reasons
from judged as j
