-- The formulas of evidence.formulas that are more than an expression of one row: the interval of the intensity, baselines,
-- quality of the data, size class, limit, verdicts and their reasons.
-- A verdict follows from the reasons that leave it open, and else from the exact comparison of the figures.
-- Kept: no
-- Grain: figure, step
-- Order: figure, step
with interval_sums as (
    select
        ' from metrics.park_year as y left join (select park_id, year, sqrt(cast(sum(cast(least(half_width_tco2_per_tce'
        || ' * half_width_tco2_per_tce, 1000000000000) as decimal(38, 24))) as double)) as half_width,'
        || ' cast(sum(cast(greatest(least(bias_tco2_per_tce, 1000000), -1000000) as decimal(38, 24))) as double) as bias'
        || ' from metrics.uncertainty_sources where half_width_tco2_per_tce is not null group by park_id, year) as s'
        || ' on y.park_id = s.park_id and y.year = s.year' as tables,
        'y.intensity_tco2_per_tce' as middle
),
sizes as (
    -- C with electricity at each end of c_eq and feedstock out and in: the smallest and the largest that may be meant
    select
        'with sizes as (select y.park_id, y.year, p.size_class_floor, p.size_class_large, p.intensity_limit_small,'
        || ' p.intensity_limit_large, (y.electricity_use_mwh - y.own_fossil_generation_mwh - y.recovered_generation_mwh'
        || ' + y.recovered_export_mwh) as energy_mwh, round(energy_mwh * p.electricity_coal_equivalent_low, 6) as low_tce,'
        || ' round(energy_mwh * p.electricity_coal_equivalent, 6) as middle_tce,'
        || ' round(energy_mwh * p.electricity_coal_equivalent_high, 6) as high_tce,'
        || ' y.energy_tce - middle_tce - y.feedstock_tce * p.feedstock_in_energy as other_tce,'
        || ' least(low_tce, middle_tce, high_tce) + other_tce as lowest_tce,'
        || ' greatest(low_tce, middle_tce, high_tce) + other_tce + y.feedstock_tce as highest_tce'
        || ' from metrics.park_year as y inner join reference.params as p on y.year = p.year) ' as tables
),
judged as (
    select ' from metrics.park_year as y inner join reference.params as p on y.year = p.year' as tables
)
select
    'intensity_low' as figure,
    '' as step,
    'min(I, I − bias − half-width), not below 0 unless I is; half-width = √Σ (half-widths of the sources)²' as formula,
    ['intensity_tco2_per_tce', 'metrics.uncertainty_sources'] as parts,
    'select y.park_id, y.year, case when ' || middle || ' is not null then greatest(least(' || middle
    || ' - coalesce(s.bias, 0) - coalesce(s.half_width, 0), ' || middle || '), least(' || middle || ', 0)) end as value' || tables
        as statement
from interval_sums
union all
select
    'intensity_high',
    '',
    'max(I, I − bias + half-width)',
    ['intensity_tco2_per_tce', 'metrics.uncertainty_sources'],
    'select y.park_id, y.year, case when ' || middle || ' is not null then greatest(' || middle
    || ' - coalesce(s.bias, 0) + coalesce(s.half_width, 0), ' || middle || ') end as value' || tables
from interval_sums
union all
select
    'baseline_average_tco2_per_tce',
    '',
    'the latest average of existing parks',
    ['factors.baseline_average_tco2_per_tce'],
    'select park_id, year, cast(value as double) as value from evidence.factors_used'
    || ' where term = ''baseline_average_tco2_per_tce'''
union all
select
    f.figure,
    '',
    f.formula,
    ['base_year.intensity_tco2_per_tce', 'factors.baseline_base_year_tco2_per_tce'],
    'select y.park_id, y.year, ' || f.expression || ' as value from metrics.park_year as y'
    || ' left join reference.parks as k on y.park_id = k.park_id'
    || ' left join metrics.park_year as b on y.park_id = b.park_id and k.base_year = b.year'
    || ' left join evidence.factors_used as d on y.park_id = d.park_id and y.year = d.year'
    || ' and d.term = ''baseline_base_year_tco2_per_tce'''
from (
    values
    (
        'baseline_base_year_tco2_per_tce', 'I of the base year as computed, else as declared',
        'coalesce(b.intensity_tco2_per_tce, cast(d.value as double))'
    ),
    (
        'baseline_base_year_kind', 'computed where the base year has an account, else declared',
        'case when b.intensity_tco2_per_tce is not null then ''computed'' when d.value is not null then ''declared'' end'
    )
) as f (figure, formula, expression)
union all
select
    'location_based_tco2',
    'grid_import',
    'In × factor of the provincial grid',
    ['grid_import_mwh', 'factors.location_based_tco2'],
    'select y.park_id, y.year, round(y.grid_import_mwh * f.value, 6) as value from metrics.park_year as y'
    || ' inner join evidence.factors_used as f on y.park_id = f.park_id and y.year = f.year'
    || ' and f.term = ''location_based_tco2'''
union all
select
    'coverage',
    '',
    'Σ intervals valid / Σ intervals expected',
    ['quality.meter_month'],
    'select park_id, year, cast(sum(intervals_valid) as double) / nullif(sum(intervals_expected), 0) as value'
    || ' from quality.meter_month where due group by park_id, year'
union all
select
    'estimated_share',
    '',
    'Σ energy estimated by the sender or the ladder / Σ energy',
    ['quality.meter_month'],
    'select park_id, year, cast(cast(sum(sender_estimated_mwh + alternate_mwh + linear_mwh + like_day_mwh + scaled_mwh'
    || ' + conservative_mwh) * 1000000 as decimal(38, 0)) as double)'
    || ' / nullif(cast(cast(sum(energy_mwh) * 1000000 as decimal(38, 0)) as double), 0) as value'
    || ' from quality.meter_month where due group by park_id, year'
union all
select
    'size_class',
    '',
    'C < floor: below_floor; C < large: standard; else large',
    ['energy_tce', 'params.size_class_floor', 'params.size_class_large'],
    'select y.park_id, y.year, case when y.energy_tce < p.size_class_floor then ''below_floor'''
    || ' when y.energy_tce < p.size_class_large then ''standard'' else ''large'' end as value' || tables
from judged
union all
select
    'limit_tco2_per_tce',
    '',
    'none if C is below the floor at both ends of c_eq, with and without feedstock; that of large parks if C is large in all of these;'
    || ' else that of small ones',
    [
        'energy_tce', 'electricity_use_mwh', 'own_fossil_generation_mwh', 'recovered_generation_mwh', 'recovered_export_mwh',
        'feedstock_tce', 'params.electricity_coal_equivalent_low', 'params.electricity_coal_equivalent',
        'params.electricity_coal_equivalent_high', 'params.feedstock_in_energy', 'params.size_class_floor',
        'params.size_class_large', 'params.intensity_limit_small', 'params.intensity_limit_large'
    ],
    tables || 'select park_id, year, cast(case when highest_tce < size_class_floor then null when lowest_tce >= size_class_large'
    || ' then intensity_limit_large else intensity_limit_small end as double) as value from sizes'
from sizes
union all
select
    'core_verdict',
    '',
    'not_applicable below the floor; undecided for a reason that leaves it open; pass if E ≤ limit × C; else fail',
    ['reasons', 'total_tco2', 'limit_tco2_per_tce', 'energy_tce'],
    'select y.park_id, y.year, case when list_contains(y.reasons, ''below_floor'') then ''not_applicable'' when'
    || ' list_has_any(y.reasons, [''held_back'', ''missing_readings'', ''prolonged_estimate_year'', ''missing_input'','
    || ' ''conversion_negative'', ''outflow_credit'', ''fuel_missing'', ''intensity_uncertain'', ''contested_certificates''])'
    || ' then ''undecided'' when y.total_tco2 <= cast(y.limit_tco2_per_tce as decimal(9, 6)) * y.energy_tce then ''pass'''
    || ' else ''fail'' end as value' || tables
from judged
union all
select
    'direct_supply_verdict',
    '',
    'undecided while readings are missing; not_applicable if U = 0; pass if D − D_x + S − S_x − nuclear part ≥ minimum × U; else fail',
    ['reasons', 'direct_green_mwh', 'params.direct_supply_share_min', 'electricity_use_mwh'],
    'select y.park_id, y.year, case when list_has_any(y.reasons, [''held_back'', ''missing_readings'','
    || ' ''prolonged_estimate_year'']) then ''undecided'' when y.electricity_use_mwh = 0 then ''not_applicable'''
    || ' when y.direct_green_mwh >= y.electricity_use_mwh * p.direct_supply_share_min then ''pass'' else ''fail'' end as value'
    || tables
from judged
union all
select
    'overall_verdict',
    '',
    'fail if one fails; else undecided if one is; else not_applicable if core is; else pass',
    ['core_verdict', 'direct_supply_verdict'],
    'select y.park_id, y.year, case when ''fail'' in (y.core_verdict, y.direct_supply_verdict) then ''fail'''
    || ' when ''undecided'' in (y.core_verdict, y.direct_supply_verdict) then ''undecided'''
    || ' when y.core_verdict = ''not_applicable'' then ''not_applicable'' else ''pass'' end as value' || tables
from judged
union all
select
    'reasons',
    '',
    'the codes of the findings about the year that decide its verdicts or leave them open',
    ['quality.findings'],
    'select y.park_id, y.year, list_sort(coalesce(list(distinct f.code) filter (where f.code is not null), [])) as value'
    || ' from metrics.park_year as y left join quality.findings as f on y.park_id = f.park_id and y.year = f.year'
    || ' and f.month is null and f.meter_id is null and f.code in (''below_floor'', ''size_class_uncertain'', ''held_back'','
    || ' ''missing_readings'', ''prolonged_estimate_year'', ''intensity_uncertain'', ''missing_input'', ''conversion_negative'','
    || ' ''outflow_credit'', ''fuel_missing'', ''contested_certificates'', ''intensity_above_limit'','
    || ' ''direct_supply_below_minimum'') group by y.park_id, y.year'
