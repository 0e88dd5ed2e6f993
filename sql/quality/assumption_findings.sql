-- What was assumed or taken by default, and what the master data leave open: each with its sentence and what it is about.
-- Grain: code, park_id, year, month, meter_id
-- Order: park_id, year, code, month, meter_id, evidence
with recursive above as (
    select meter_id, parent_meter_id as ancestor_id
    from staging.meters
    where parent_meter_id is not null
    union
    select a.meter_id, m.parent_meter_id
    from above as a
    inner join staging.meters as m on a.ancestor_id = m.meter_id
    where m.parent_meter_id is not null
),
circles as (
    select distinct meter_id
    from above
    where meter_id = ancestor_id
),
assumptions as (
    select
        p.park_id, cast(left(p.month, 4) as integer) as year, p.month, cast(null as varchar) as meter_id,
        unnest(list_filter([
            case when p.intervals_negative_load > 0 then 'negative_load' end,
            case when p.balance_minutes > 60 then 'not_interval_traced' end,
            case when p.boundary_from_use then 'boundary_from_use' end
        ], lambda code: code is not null)) as code,
        cast(to_json({
            'intervals_negative_load': p.intervals_negative_load,
            'negative_load_mwh': cast(p.negative_load_wh * cast(0.000001 as decimal(7, 6)) as varchar),
            'balance_minutes': p.balance_minutes
        }) as varchar) as evidence
    from energy.park_month as p
    union all
    select
        h.park_id, cast(h.year as integer), h.month, null, 'nonfossil_heat_without_document',
        cast(to_json({ 'heat_gj': cast(h.heat_gj as varchar), 'file_id': h.file_id, 'line': h.line }) as varchar)
    from emissions.heat_leaves as h
    where h.without_document and h.source_kind = 'document'
    union all
    select
        h.park_id, cast(h.year as integer), h.month, null, 'stated_factor_without_document',
        cast(to_json({ 'factor_tco2_per_gj': cast(h.factor_tco2_per_gj as varchar), 'file_id': h.file_id, 'line': h.line }) as varchar)
    from emissions.heat_leaves as h
    where h.measured and h.document_id is null
    union all
    select
        h.park_id, cast(h.year as integer), h.month, split_part(h.source_id, ':', 1), 'heat_meter_taken_as_fossil',
        cast(to_json({ 'heat_gj': cast(h.heat_gj as varchar) }) as varchar)
    from emissions.heat_leaves as h
    where h.source_kind = 'meter'
    union all
    select
        f.park_id, cast(f.year as integer), f.month, null, 'feedstock_as_fuel',
        cast(to_json({ 'enterprise_id': f.enterprise_id, 'fuel': f.fuel, 'file_id': f.file_id, 'line': f.line }) as varchar)
    from emissions.fuel_leaves as f
    where f.activity = 'feedstock' and f.term = 'fuel'
    union all
    select a.park_id, a.year, null, null, 'no_expected_inputs', null
    from metrics.accounts as a
    where not a.has_expected_inputs
    union all
    select c.park_id, c.year, null, null, 'no_use_meters', cast(to_json({ 'enterprises': c.enterprises }) as varchar)
    from metrics.offtake_case as c
    where c.offtake_case = 'none' and c.enterprises > 1
    union all
    select m.park_id, null, null, m.meter_id, 'unknown_enterprise', cast(to_json({ 'enterprise_id': m.enterprise_id }) as varchar)
    from staging.meters as m
    where m.enterprise_id is not null and m.enterprise_id not in (select enterprise_id from staging.enterprises)
    union all
    select m.park_id, null, null, m.meter_id, 'unknown_project', cast(to_json({ 'project_id': m.project_id }) as varchar)
    from staging.meters as m
    where
        m.project_id is not null
        and not exists (
            select 1 from staging.projects as p where p.project_id = m.project_id and p.park_id = m.park_id
        )
    union all
    select m.park_id, null, null, m.meter_id, 'meter_parent_circle', cast(to_json({ 'parent_meter_id': m.parent_meter_id }) as varchar)
    from staging.meters as m
    where m.meter_id in (select meter_id from circles)
    union all
    select m.park_id, null, null, m.meter_id, 'unknown_parent_meter', cast(to_json({ 'parent_meter_id': m.parent_meter_id }) as varchar)
    from staging.meters as m
    where
        m.parent_meter_id is not null
        and not exists (
            select 1 from staging.meters as p where p.meter_id = m.parent_meter_id and p.park_id = m.park_id
        )
    union all
    select a.park_id, a.year, null, null, 'unknown_province', cast(to_json({ 'province_zh': a.province_zh }) as varchar)
    from metrics.accounts as a
    where not exists (select 1 from reference.provinces as v where starts_with(a.province_zh, v.factor_region))
    union all
    select
        a.park_id, a.year, null, null, 'method_before_validity',
        cast(to_json({ 'year': a.year, 'method_valid_from': min(x.valid_from) }) as varchar)
    from metrics.accounts as a
    inner join reference.method_parameters as x on x.parameter = 'residual_electricity_factor'
    group by a.park_id, a.year
    having a.year < year(min(cast(x.valid_from as date)))
)
select
    a.code,
    coalesce(c.severity, 'warn') as severity,
    coalesce(c.sentence, a.code) as sentence,
    a.evidence,
    a.park_id,
    a.year,
    a.month,
    a.meter_id
from assumptions as a
left join reference.codes as c on a.code = c.code
