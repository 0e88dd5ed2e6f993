-- What each meter, document and certificate range gave to the figures of metrics.park_year; the rows of a term add up to
-- it exactly, in the unit of the term. Computed rows are steps of the method that no single meter holds, each with its
-- sentence: power that passes through, the lower end of a line, what a cap cut off, the leaves at the residual factor.
-- Grain: park_id, year, term, source_kind, source_id, month, file_id
-- Order: park_id, year, term, source_kind, source_id, month, file_id, sentence
with meters as (
    select
        park_id,
        cast(left(month, 4) as integer) as year,
        month,
        role,
        project_id,
        case when method is null then 'meter' else 'estimate' end as source_kind,
        meter_id || coalesce(':' || method, '') as source_id,
        file_id,
        case when method is not null then 'Intervals that were not validly measured, by this step of the estimation ladder.' end
            as sentence,
        sum(energy_wh) * cast(0.000001 as decimal(7, 6)) as energy_mwh
    from energy.meter_file_month
    group by park_id, month, role, project_id, meter_id, method, file_id
),
years as (
    select
        a.park_id,
        a.year,
        sum(m.import_wh) as import_wh,
        sum(m.inflow_wh) as inflow_wh,
        sum(m.import_wh) filter (where m.boundary_from_use) as derived_import_wh,
        sum(m.export_wh) filter (where m.boundary_from_use) as derived_export_wh
    from metrics.accounts as a
    inner join energy.park_month as m on a.park_id = m.park_id and cast(left(m.month, 4) as integer) = a.year
    group by a.park_id, a.year
),
line_ends as (
    select
        m.park_id,
        cast(left(m.month, 4) as integer) as year,
        m.project_id,
        m.month,
        m.direct_wh - sum(k.energy_wh) as correction_wh
    from energy.project_month as m
    inner join energy.meter_month as k
        on m.park_id = k.park_id and m.project_id = k.project_id and m.month = k.month and k.role = 'direct_import'
    group by m.park_id, m.project_id, m.month, m.direct_wh
    having m.direct_wh <> sum(k.energy_wh)
),
year_windows as (
    select * from metrics.park_window where window_kind = 'year'
),
flows as (
    select
        park_id, year, 'grid_import_mwh' as term, source_kind, source_id, month, file_id, energy_mwh, sentence
    from meters
    where role = 'grid_import'
    union all
    select
        park_id, year, 'grid_import_mwh', 'computed', 'boundary_from_use', null, null,
        derived_import_wh * cast(0.000001 as decimal(7, 6)), 'Import that use and charging need beyond the own supply.'
    from years
    where derived_import_wh <> 0
    union all
    select
        park_id, year, 'grid_import_mwh', 'computed', 'pass_through', null, null,
        (inflow_wh - import_wh) * cast(0.000001 as decimal(7, 6)), 'Grid power that left again in the same interval.'
    from years
    where inflow_wh <> import_wh
    union all
    select park_id, year, 'grid_export_mwh', source_kind, source_id, month, file_id, energy_mwh, sentence
    from meters
    where role = 'grid_export'
    union all
    select
        park_id, year, 'grid_export_mwh', 'computed', 'boundary_from_use', null, null,
        derived_export_wh * cast(0.000001 as decimal(7, 6)), 'Own supply beyond use and charging.'
    from years
    where derived_export_wh <> 0
    union all
    select
        park_id, year, 'electricity_use_mwh', source_kind, source_id, month, file_id,
        case when role = 'grid_export' then -energy_mwh else energy_mwh end, sentence
    from meters
    where role in ('grid_import', 'direct_import', 'generation', 'grid_export')
    union all
    select
        park_id, year, 'electricity_use_mwh', 'computed', 'line:' || project_id, month, null,
        correction_wh * cast(0.000001 as decimal(7, 6)), 'Of a line metered at both ends the lower end counts.'
    from line_ends
    union all
    select
        park_id, year, 'electricity_use_mwh', 'computed', 'boundary_from_use', null, null,
        (coalesce(derived_import_wh, 0) - coalesce(derived_export_wh, 0)) * cast(0.000001 as decimal(7, 6)),
        'Import less export that follow from use.'
    from years
    where coalesce(derived_import_wh, 0) <> coalesce(derived_export_wh, 0)
    union all
    select park_id, year, 'own_fossil_generation_mwh', source_kind, source_id, month, file_id, energy_mwh, sentence
    from meters
    where role = 'generation' and project_id not in (select project_id from staging.projects where supply_class <> 'fossil')
    union all
    select
        park_id, cast(left(month, 4) as integer), 'direct_supply_mwh', 'computed', 'project:' || project_id, month, null,
        sum(direct_used_wh) * cast(0.000001 as decimal(7, 6)), 'Power of the line used in the park, interval by interval.'
    from energy.project_use_month
    where direct_used_wh <> 0
    group by park_id, project_id, month
    union all
    select
        park_id, cast(left(month, 4) as integer), 'onsite_nonfossil_mwh', 'computed', 'project:' || project_id, month, null,
        sum(onsite_used_wh) * cast(0.000001 as decimal(7, 6)), 'Net power of the project used in the park, interval by interval.'
    from energy.project_use_month
    where onsite_used_wh <> 0
    group by park_id, project_id, month
    union all
    select
        park_id, cast(left(month, 4) as integer), 'uncounted_green_mwh', 'computed', 'line:' || project_id, month, null,
        uncounted_wh * cast(0.000001 as decimal(7, 6)), 'Direct power that does not count as green.'
    from energy.line_month
    where uncounted_wh <> 0
    union all
    select
        park_id, year, 'uncounted_green_mwh', 'computed', 'sold_elsewhere', null, null,
        sold_onsite_wh * cast(0.000001 as decimal(7, 6)),
        'Certificates of the park''s own projects that others hold, beyond its green exports.'
    from year_windows
    where sold_onsite_wh <> 0
),
certificates as (
    select
        park_id, year, 'green_trade_mwh' as term, 'certificate' as source_kind,
        trade_id || ':' || project_code || '/' || generation_month || '/' || serial_from || '-' || serial_to as source_id,
        generation_month as month, file_id, cast(counted_mwh as decimal(38, 6)) as energy_mwh, null as sentence
    from certificates.judged_trades
    where counted_mwh <> 0 and cast(left(generation_month, 4) as integer) = year
    union all
    select
        park_id, year, 'green_trade_mwh', 'computed', 'surplus:' || enterprise_id, null, null,
        -green_trade_surplus_mwh, 'Green-power trade beyond the enterprise''s own draw from the grid.'
    from metrics.enterprise_year
    where green_trade_surplus_mwh <> 0
    union all
    select
        park_id, year, 'gec_mwh', 'certificate',
        cancellation_id || ':' || project_code || '/' || generation_month || '/' || serial_from || '-' || serial_to,
        generation_month, file_id, cast(count_mwh as decimal(38, 6)), null
    from certificates.judged_cancellations
    where reason is null
    union all
    select
        park_id, cast(left(generation_month, 4) as integer), 'gec_mwh', 'computed', 'not_recognised:' || enterprise_id || ':' || scope,
        generation_month, null, -not_recognised_wh * cast(0.000001 as decimal(7, 6)),
        'Cancelled certificates above the recognised amount of the enterprise.'
    from certificates.not_recognised_month
    where not_recognised_wh <> 0
    union all
    select
        park_id, year, 'gec_mwh', 'computed', 'surplus:' || enterprise_id, null, null,
        -gec_surplus_mwh, 'Cancelled certificates beyond the enterprise''s own draw from the grid.'
    from metrics.enterprise_year
    where gec_surplus_mwh <> 0
),
residual as (
    select
        w.park_id, w.year, 'residual_grid_mwh' as term, 'computed' as source_kind, s.source_id, null as month, null as file_id,
        case s.source_id
            when 'grid_import' then w.inflow_wh
            when 'green_trade' then -w.green_trade_wh
            else -w.gec_wh
        end * cast(0.000001 as decimal(7, 6)) as energy_mwh,
        'N = In - T - G' as sentence
    from year_windows as w
    cross join (values ('grid_import'), ('green_trade'), ('gec')) as s (source_id)
),
electricity as (
    select
        w.park_id, w.year, 'electricity_tco2' as term, 'computed' as source_kind, s.source_id,
        case s.source_id
            when 'residual_grid' then w.residual_wh
            when 'uncounted_green' then w.uncounted_direct_wh + w.sold_onsite_wh
            else -w.fossil_export_wh
        end * cast(0.000001 as decimal(7, 6)) as energy_mwh,
        case s.source_id
            when 'residual_grid' then w.residual_tco2
            when 'uncounted_green' then w.uncounted_tco2
            else w.fossil_export_tco2
        end as emission_tco2,
        'Energy x residual electricity factor, rounded half up to 6 decimals.' as sentence
    from year_windows as w
    cross join (values ('residual_grid'), ('uncounted_green'), ('fossil_export')) as s (source_id)
),
fuels as (
    select
        park_id, cast(year as integer) as year, file_id || ':' || line as source_id, month, file_id, term, emission_tco2,
        energy_tce, fuel || ' ' || activity || ' ' || quantity || ' ' || unit || coalesce(', document ' || document_id, '') as sentence
    from emissions.fuel_leaves
),
documents as (
    select
        park_id, year, 'fuel_tco2' as term, 'document' as source_kind, source_id, month, file_id, emission_tco2,
        cast(null as decimal(38, 6)) as energy_tce, sentence
    from fuels
    where term in ('fuel', 'bunker')
    union all
    select park_id, year, 'bunker_tco2', 'document', source_id, month, file_id, emission_tco2, null, sentence
    from fuels
    where term = 'bunker'
    union all
    select f.park_id, f.year, 'conversion_tco2', 'document', f.source_id, f.month, f.file_id, f.emission_tco2, null, f.sentence
    from fuels as f
    inner join year_windows as w on f.park_id = w.park_id and f.year = w.year and w.conversion_tco2 is not null
    where f.term = 'conversion'
    union all
    select park_id, year, 'energy_tce', 'document', source_id, month, file_id, null, energy_tce, sentence
    from fuels
    where energy_tce <> 0
    union all
    select
        park_id, year, 'heat_tco2', source_kind, source_id, month, file_id, emission_tco2, null,
        direction
        || ' '
        || kind
        || ' '
        || cast(heat_gj as decimal(38, 6))
        || ' GJ x '
        || cast(factor_tco2_per_gj as decimal(18, 6))
        || ' tCO2/GJ'
    from emissions.heat_leaves
    union all
    select park_id, year, 'energy_tce', source_kind, source_id, month, file_id, null, energy_tce, direction || ' ' || kind || ' heat'
    from emissions.heat_leaves
    union all
    select
        park_id, cast(year as integer), 'process_tco2', 'document', file_id || ':' || line, month, file_id, emission_tco2, null,
        product || ' ' || quantity_t || ' t x ' || factor_tco2_per_t || ' tCO2/t'
    from emissions.process_leaves
    union all
    select
        park_id, year, 'energy_tce', 'computed', 'electricity', null, null, null, electricity_tce,
        '(U - fossil generation - recovered generation + recovered export) x c_eq'
    from year_windows
),
everything as (
    select park_id, year, term, source_kind, source_id, month, file_id, energy_mwh, null as emission_tco2, null as energy_tce, sentence
    from flows
    union all
    select park_id, year, term, source_kind, source_id, month, file_id, energy_mwh, null, null, sentence from certificates
    union all
    select park_id, year, term, source_kind, source_id, month, file_id, energy_mwh, null, null, sentence from residual
    union all
    select park_id, year, term, source_kind, source_id, null, null, energy_mwh, emission_tco2, null, sentence from electricity
    union all
    select park_id, year, term, source_kind, source_id, month, file_id, null, emission_tco2, energy_tce, sentence from documents
)
select
    e.park_id,
    cast(e.year as integer) as year,
    e.term,
    e.source_kind,
    e.source_id,
    e.month,
    e.file_id,
    cast(e.energy_mwh as decimal(38, 6)) as energy_mwh,
    cast(e.emission_tco2 as decimal(38, 6)) as emission_tco2,
    cast(e.energy_tce as decimal(38, 6)) as energy_tce,
    e.sentence
from everything as e
inner join metrics.accounts as a on e.park_id = a.park_id and e.year = a.year
