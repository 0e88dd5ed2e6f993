-- Rows of every table but the readings that repeat, cell by cell, a row delivered before: duplicates, counted once.
-- Which of equal rows is the repetition goes by file_id and line, not by arrival.
-- Grain: file_id, table_name, line
-- Order: file_id, table_name, line
with numbered as (
    select
        x.file_id, 'parks' as table_name, x.line,
        row_number() over (
            partition by x.park_id, x.name_zh, x.name_en, x.province_zh, x.boundary_type, x.base_year, x.valid_from, x.valid_to
            order by x.file_id, x.line
        ) as place
    from parsed.parks as x
    union all
    select
        x.file_id, 'enterprises', x.line,
        row_number() over (
            partition by x.enterprise_id, x.park_id, x.name, x.valid_from, x.valid_to order by x.file_id, x.line
        )
    from parsed.enterprises as x
    union all
    select
        x.file_id, 'projects', x.line,
        row_number() over (
            partition by
                x.project_id, x.park_id, x.technology, x.relation, x.capacity_kw, x.owner_enterprise_id, x.same_owner,
                x.interval_traced, x.grid_mode, x.gec_project_code, x.province_zh, x.valid_from, x.valid_to
            order by x.file_id, x.line
        )
    from parsed.projects as x
    union all
    select
        x.file_id, 'meters', x.line,
        row_number() over (
            partition by
                x.meter_id, x.park_id, x.point, x.measure, x.unit, x.enterprise_id, x.project_id, x.parent_meter_id,
                x.multiplier, x.interval_minutes, x.register_modulus, x.register_step, x.capacity_kw, x.accuracy_class,
                x.valid_from, x.valid_to
            order by x.file_id, x.line
        )
    from parsed.meters as x
    union all
    select
        x.file_id, 'expected_inputs', x.line,
        row_number() over (
            partition by x.park_id, x."table", x.key, x.frequency, x.enterprise_id, x.valid_from, x.valid_to
            order by x.file_id, x.line
        )
    from parsed.expected_inputs as x
    union all
    select
        x.file_id, 'baselines', x.line,
        row_number() over (partition by x.park_id, x.year, x.tco2_per_tce, x.source order by x.file_id, x.line)
    from parsed.baselines as x
    union all
    select
        x.file_id, 'fuel_use', x.line,
        row_number() over (
            partition by
                x.park_id, x.month, x.fuel, x.activity, x.quantity, x.unit, x.enterprise_id, x.ncv_gj_per_unit,
                x.carbon_tc_per_gj, x.period_from, x.period_to, x.document_id
            order by x.file_id, x.line
        )
    from parsed.fuel_use as x
    union all
    select
        x.file_id, 'heat_flows', x.line,
        row_number() over (
            partition by
                x.park_id, x.month, x.direction, x.kind, x.quantity_gj, x.quantity, x.unit, x.enthalpy_gj_per_t,
                x.factor_tco2_per_gj, x.document_id
            order by x.file_id, x.line
        )
    from parsed.heat_flows as x
    union all
    select
        x.file_id, 'process_outputs', x.line,
        row_number() over (
            partition by
                x.park_id, x.month, x.product, x.quantity_t, x.factor_tco2_per_t, x.factor_source, x.enterprise_id, x.document_id
            order by x.file_id, x.line
        )
    from parsed.process_outputs as x
    union all
    select
        x.file_id, 'curtailment', x.line,
        row_number() over (partition by x.project_id, x.month, x.curtailed_mwh, x.document_id order by x.file_id, x.line)
    from parsed.curtailment as x
    union all
    select
        x.file_id, 'indicators', x.line,
        row_number() over (partition by x.park_id, x.year, x.indicator, x.value, x.document_id order by x.file_id, x.line)
    from parsed.indicators as x
    union all
    select
        x.file_id, 'offsets', x.line,
        row_number() over (
            partition by x.park_id, x.year, x.quantity_t, x.registry, x.serial, x.vintage, x.retired_on, x.beneficiary, x.document_id
            order by x.file_id, x.line
        )
    from parsed.offsets as x
)
select file_id, table_name, line
from numbered
where place > 1
union all
select file_id, table_name, line
from staging.repeated_ledger_lines
where kind = 'duplicate'
