-- The leaves of the electricity figures, in MWh: meters, records of curtailment, and what the balance of the intervals makes
-- of them, by month and project.
-- Kept: no
-- Grain: park_id, year, term, source_kind, source_id, month, file_id
-- Order: park_id, year, term, source_kind, source_id, month, file_id, sentence
with years as (
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
roles as (
    select 'grid_import_mwh' as term, 'grid_import' as role, null as supply_class, 1 as sign
    union all
    select 'grid_export_mwh', 'grid_export', null, 1
    union all
    select 'electricity_use_mwh', 'grid_import', null, 1
    union all
    select 'electricity_use_mwh', 'direct_import', null, 1
    union all
    select 'electricity_use_mwh', 'generation', null, 1
    union all
    select 'electricity_use_mwh', 'grid_export', null, -1
    union all
    select 'own_fossil_generation_mwh', 'generation', 'fossil', 1
    union all
    select 'recovered_generation_mwh', 'generation', 'recovered', 1
    union all
    select 'storage_loss_mwh', 'storage_charge', null, 1
    union all
    select 'storage_loss_mwh', 'storage_discharge', null, -1
    union all
    select 'curtailed_mwh', 'curtailment', null, 1
),
used as (
    select
        park_id,
        cast(left(month, 4) as integer) as year,
        project_id,
        month,
        sum(direct_used_wh) as direct_used_wh,
        sum(onsite_used_wh) as onsite_used_wh
    from energy.project_use_month
    group by park_id, project_id, month
),
computed as (
    select
        park_id, year, 'grid_import_mwh' as term, 'boundary_from_use' as source_id, null as month, derived_import_wh as energy_wh,
        'Import that use and charging need beyond the own supply.' as sentence
    from years
    union all
    select
        park_id, year, 'grid_import_mwh', 'pass_through', null, inflow_wh - import_wh,
        'Grid power that left again in the same interval.'
    from years
    union all
    select
        park_id, year, 'grid_export_mwh', 'boundary_from_use', null, derived_export_wh, 'Own supply beyond use and charging.'
    from years
    union all
    select
        park_id, year, 'electricity_use_mwh', 'boundary_from_use', null,
        coalesce(derived_import_wh, 0) - coalesce(derived_export_wh, 0), 'Import less export that follow from use.'
    from years
    union all
    select
        park_id, year, 'electricity_use_mwh', 'line:' || project_id, month, correction_wh,
        'Of a line metered at both ends the lower end counts.'
    from line_ends
    union all
    select
        park_id, year, 'direct_supply_mwh', 'project:' || project_id, month, direct_used_wh,
        'Power of the line used in the park, interval by interval.'
    from used
    union all
    select
        park_id, year, 'onsite_nonfossil_mwh', 'project:' || project_id, month, onsite_used_wh,
        'Net power of the project used in the park, interval by interval.'
    from used
    union all
    select
        l.park_id, cast(left(l.month, 4) as integer), t.term, 'line:' || l.project_id, l.month, l.uncounted_wh,
        'Direct power that does not count as green.'
    from energy.line_month as l
    cross join (values ('uncounted_green_mwh'), ('uncounted_direct_mwh')) as t (term)
    union all
    select
        park_id, year, 'uncounted_green_mwh', 'sold_elsewhere', null, sold_onsite_wh,
        'Certificates of the park''s own projects that others hold, beyond its green exports.'
    from metrics.park_window
    where window_kind = 'year'
    union all
    select
        park_id, cast(left(month, 4) as integer), 'nuclear_green_mwh', 'line:' || project_id, month, direct_used_wh - uncounted_wh,
        'Nuclear power of the line that counts as green.'
    from energy.line_month
    where technology = 'nuclear'
    union all
    select
        park_id, year, 'nuclear_green_mwh', 'project:' || project_id, month, onsite_used_wh,
        'Nuclear power of the project used in the park.'
    from used
    where project_id in (select project_id from staging.projects where technology = 'nuclear')
    union all
    select
        park_id, cast(left(month, 4) as integer), 'fossil_export_mwh', 'fossil_export', month, fossil_export_wh,
        'Own fossil power that left the park, interval by interval.'
    from energy.park_month
    union all
    select
        park_id, cast(left(month, 4) as integer), 'recovered_export_mwh', 'recovered_export', month, recovered_export_wh,
        'Power from waste heat and pressure that left the park, interval by interval.'
    from energy.park_month
)
select
    m.park_id,
    m.year,
    r.term,
    m.source_kind,
    m.source_id,
    m.month,
    m.file_id,
    m.energy_mwh * r.sign as energy_mwh,
    m.sentence
from evidence.meter_leaves as m
inner join roles as r on m.role = r.role and (r.supply_class is null or m.supply_class = r.supply_class)
union all
select
    park_id,
    cast(year as integer),
    'curtailed_mwh',
    'document',
    file_id || ':' || line,
    month,
    file_id,
    cast(curtailed_mwh as decimal(38, 6)),
    'Curtailment on record of project ' || project_id || coalesce(', document ' || document_id, '')
from staging.curtailment_rows
where stands and reason is null
union all
select
    park_id,
    year,
    term,
    'computed',
    source_id,
    month,
    null,
    energy_wh * cast(0.000001 as decimal(7, 6)),
    sentence
from computed
where energy_wh <> 0
