-- How every figure of metrics.park_year follows from other published values: the formula, what enters it, and the statement
-- that computes it again for every park and year. A figure in MWh, tCO2 or tce is the sum of its contributions; a step is one
-- of them that is computed, by the name it has there. parts: a column of the same row, or what stands before the point:
-- params, factors (evidence.factors_used), base_year (the row of the base year), or another table.
-- Grain: figure, step
-- Order: figure, step
with sums as (
    select t.figure, t.formula
    from (
        values
        ('electricity_use_mwh', 'U = Σ (import + direct + generation − export)'),
        ('grid_import_mwh', 'In = Σ (import − pass-through)'),
        ('grid_export_mwh', 'Σ export'),
        ('fossil_export_mwh', 'Σ min(export left after green and recovered power, own fossil generation)'),
        ('recovered_export_mwh', 'Σ min(export left after green power, recovered generation)'),
        ('direct_supply_mwh', 'D = Σ ⌊used green power × direct / green supply⌋'),
        ('onsite_nonfossil_mwh', 'S = Σ (used green power − D)'),
        ('uncounted_green_mwh', 'D_x + S_x'),
        ('uncounted_direct_mwh', 'D_x'),
        ('direct_green_mwh', 'D − D_x + S − S_x − nuclear part'),
        ('nuclear_green_mwh', 'nuclear part of D − D_x and of S'),
        ('own_fossil_generation_mwh', 'Σ fossil generation'),
        ('recovered_generation_mwh', 'Σ generation from waste heat and pressure'),
        ('green_trade_mwh', 'T = Σ min(trade of the enterprise, its draw)'),
        ('gec_mwh', 'G = Σ min(usable certificates of the enterprise, its draw − its T)'),
        ('residual_grid_mwh', 'N = In − T − G'),
        ('curtailed_mwh', 'Σ curtailment, metered and on record'),
        ('storage_loss_mwh', 'Σ charge − Σ discharge'),
        ('fuel_tco2', 'E_fuel = Σ quantity × NCV × carbon content × oxidation × 44/12'),
        ('bunker_tco2', 'the part of E_fuel that international bunkers are'),
        ('conversion_tco2', 'E_conv = Σ in × NCV × carbon content × 44/12 − Σ out × NCV × carbon content × 44/12'),
        ('electricity_tco2', 'E_el = factor × (N + D_x + S_x) − factor × fossil export'),
        ('heat_tco2', 'E_heat = Σ heat in × factor − Σ heat out × factor'),
        ('process_tco2', 'E_process = Σ product × factor'),
        ('total_tco2', 'E = E_fuel + E_conv + E_el + E_heat + E_process'),
        ('location_based_tco2', 'E − E_el + In × factor of the provincial grid'),
        ('net_tco2', 'E − retired offsets'),
        ('energy_tce', 'C = Σ fuel × NCV / 29.3076 + (U − fossil − recovered + recovered export) × c_eq + (heat in − heat out) × 0.03412'),
        ('energy_calorific_tce', 'C with electricity × 0.1229 in place of × c_eq'),
        ('feedstock_tce', 'Σ feedstock × NCV / 29.3076'),
        ('nonfossil_heat_tce', 'Σ non-fossil heat in × 0.03412')
    ) as t (figure, formula)
),
electricity as (
    select
        '(y.electricity_use_mwh - y.own_fossil_generation_mwh - y.recovered_generation_mwh + y.recovered_export_mwh)' as energy,
        ['electricity_use_mwh', 'own_fossil_generation_mwh', 'recovered_generation_mwh', 'recovered_export_mwh'] as parts
),
green as (
    select
        'y.direct_supply_mwh + y.onsite_nonfossil_mwh - y.uncounted_green_mwh + y.green_trade_mwh + y.gec_mwh' as energy,
        ['direct_supply_mwh', 'onsite_nonfossil_mwh', 'uncounted_green_mwh', 'green_trade_mwh', 'gec_mwh'] as parts
),
steps as (
    select t.figure, t.step, t.formula, t.expression, t.parts
    from (
        values
        ('residual_grid_mwh', 'grid_import', 'In', 'y.grid_import_mwh', ['grid_import_mwh']),
        ('residual_grid_mwh', 'green_trade', '− T', '-y.green_trade_mwh', ['green_trade_mwh']),
        ('residual_grid_mwh', 'gec', '− G', '-y.gec_mwh', ['gec_mwh']),
        ('direct_green_mwh', 'direct_supply_mwh', 'D', 'y.direct_supply_mwh', ['direct_supply_mwh']),
        ('direct_green_mwh', 'uncounted_direct_mwh', '− D_x', '-y.uncounted_direct_mwh', ['uncounted_direct_mwh']),
        (
            'direct_green_mwh', 'onsite_nonfossil_mwh', 'S, if on-site power counts as direct',
            'y.onsite_nonfossil_mwh * p.onsite_counts_as_direct', ['onsite_nonfossil_mwh', 'params.onsite_counts_as_direct']
        ),
        (
            'direct_green_mwh', 'sold_elsewhere', '− S_x = − (D_x + S_x) + D_x, if on-site power counts as direct',
            '(y.uncounted_direct_mwh - y.uncounted_green_mwh) * p.onsite_counts_as_direct',
            ['uncounted_green_mwh', 'uncounted_direct_mwh', 'params.onsite_counts_as_direct']
        ),
        (
            'direct_green_mwh', 'nuclear_green_mwh', '− nuclear part, unless it counts as direct',
            'y.nuclear_green_mwh * (p.nuclear_counts_as_direct - 1)', ['nuclear_green_mwh', 'params.nuclear_counts_as_direct']
        ),
        (
            'electricity_tco2', 'residual_grid', 'N × residual factor', 'round(y.residual_grid_mwh * p.residual_electricity_factor, 6)',
            ['residual_grid_mwh', 'params.residual_electricity_factor']
        ),
        (
            'electricity_tco2', 'uncounted_green', '(D_x + S_x) × residual factor',
            'round(y.uncounted_green_mwh * p.residual_electricity_factor, 6)',
            ['uncounted_green_mwh', 'params.residual_electricity_factor']
        ),
        (
            'electricity_tco2', 'fossil_export', '− fossil export × residual factor',
            '-round(y.fossil_export_mwh * p.residual_electricity_factor, 6)',
            ['fossil_export_mwh', 'params.residual_electricity_factor']
        ),
        ('total_tco2', 'fuel_tco2', 'E_fuel', 'y.fuel_tco2', ['fuel_tco2']),
        ('total_tco2', 'conversion_tco2', 'E_conv', 'y.conversion_tco2', ['conversion_tco2']),
        ('total_tco2', 'electricity_tco2', 'E_el', 'y.electricity_tco2', ['electricity_tco2']),
        ('total_tco2', 'heat_tco2', 'E_heat', 'y.heat_tco2', ['heat_tco2']),
        ('total_tco2', 'process_tco2', 'E_process', 'y.process_tco2', ['process_tco2']),
        ('location_based_tco2', 'fuel_tco2', 'E_fuel', 'y.fuel_tco2', ['fuel_tco2']),
        ('location_based_tco2', 'conversion_tco2', 'E_conv', 'y.conversion_tco2', ['conversion_tco2']),
        ('location_based_tco2', 'heat_tco2', 'E_heat', 'y.heat_tco2', ['heat_tco2']),
        ('location_based_tco2', 'process_tco2', 'E_process', 'y.process_tco2', ['process_tco2']),
        ('net_tco2', 'total_tco2', 'E', 'y.total_tco2', ['total_tco2']),
        ('energy_calorific_tce', 'energy_tce', 'C', 'y.energy_tce', ['energy_tce'])
    ) as t (figure, step, formula, expression, parts)
    union all
    select t.figure, t.step, t.formula, t.sign || 'round(' || e.energy || ' * p.' || t.factor || ', 6)', e.parts || ['params.' || t.factor]
    from electricity as e
    cross join (
        values
        ('energy_tce', 'electricity', '(U − fossil − recovered + recovered export) × c_eq', '', 'electricity_coal_equivalent'),
        (
            'energy_calorific_tce', 'electricity_coal_equivalent', '− (U − fossil − recovered + recovered export) × c_eq', '-',
            'electricity_coal_equivalent'
        ),
        (
            'energy_calorific_tce', 'electricity_calorific', '(U − fossil − recovered + recovered export) × 0.1229', '',
            'electricity_calorific_equivalent'
        )
    ) as t (figure, step, formula, sign, factor)
),
shares as (
    select
        figure,
        '' as step,
        formula,
        'cast(cast((' || numerator || ') * 1000000 as decimal(38, 0)) as double)'
        || ' / nullif(cast(cast(y.electricity_use_mwh * 1000000 as decimal(38, 0)) as double), 0)' as expression,
        parts || ['electricity_use_mwh'] as parts
    from (
        select
            'direct_supply_share' as figure, 'R_direct = (D − D_x + S − S_x − nuclear part) / U' as formula,
            'y.direct_green_mwh' as numerator, ['direct_green_mwh'] as parts
        union all
        select
            'direct_line_share', '(D − D_x) / U', 'y.direct_supply_mwh - y.uncounted_direct_mwh',
            ['direct_supply_mwh', 'uncounted_direct_mwh']
        union all
        select 'green_share', '(D + S − D_x − S_x + T + G) / U', energy, parts
        from green
    ) as numerators
),
ratios as (
    select t.figure, t.step, t.formula, t.expression, t.parts
    from (
        values
        (
            'intensity_tco2_per_tce', '', 'I = E / C', 'cast(y.total_tco2 as double) / nullif(cast(y.energy_tce as double), 0)',
            ['total_tco2', 'energy_tce']
        ),
        (
            'ratio_to_average', '', 'I / baseline (a)', 'y.intensity_tco2_per_tce / y.baseline_average_tco2_per_tce',
            ['intensity_tco2_per_tce', 'baseline_average_tco2_per_tce']
        ),
        (
            'reduction_from_base_year', '', '1 − I / baseline (b)',
            '1 - y.intensity_tco2_per_tce / nullif(y.baseline_base_year_tco2_per_tce, 0)',
            ['intensity_tco2_per_tce', 'baseline_base_year_tco2_per_tce']
        ),
        (
            'margin_tco2_per_tce', '', 'limit − I', 'y.limit_tco2_per_tce - y.intensity_tco2_per_tce',
            ['limit_tco2_per_tce', 'intensity_tco2_per_tce']
        )
    ) as t (figure, step, formula, expression, parts)
    union all
    select
        'nonfossil_energy_share', '', '((D + S − D_x − S_x + T + G) × c_eq + non-fossil heat) / C',
        'cast(cast((' || energy || ') * p.electricity_coal_equivalent as decimal(38, 12))'
        || ' + cast(y.nonfossil_heat_tce as decimal(37, 12)) as double) / nullif(cast(y.energy_tce as double), 0)',
        parts || ['params.electricity_coal_equivalent', 'nonfossil_heat_tce', 'energy_tce']
    from green
),
expressions as (
    select * from steps
    union all
    select * from shares
    union all
    select * from ratios
)
select
    figure,
    '' as step,
    formula,
    cast([] as varchar[]) as parts,
    'select park_id, year, sum('
    || case when ends_with(figure, '_mwh') then 'energy_mwh' when ends_with(figure, '_tce') then 'energy_tce' else 'emission_tco2' end
    || ') as value from evidence.contributions where term = ''' || figure || ''' group by park_id, year' as statement
from sums
union all
select
    figure,
    step,
    formula,
    parts,
    'select y.park_id, y.year, ' || expression
    || ' as value from metrics.park_year as y inner join reference.params as p on y.year = p.year'
from expressions
union all
select figure, step, formula, parts, statement
from evidence.rules
