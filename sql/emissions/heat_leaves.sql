-- One leaf per heat row, and per heat meter and month: tCO2 and tce, rounded half up to 6 decimals (annex 4, two 3).
-- Fossil heat, and waste heat: the stated factor or 0.11 tCO2/GJ; non-fossil heat 0; a non-fossil inflow without a document
-- is taken as fossil. Outflows are negative. A heat meter names no kind: it counts as fossil heat with the default factor.
-- Grain: source_kind, source_id, month
-- Order: source_kind, source_id, month
with flows as (
    select
        'document' as source_kind,
        h.file_id || ':' || h.line as source_id,
        h.file_id,
        h.line,
        h.park_id,
        h.month,
        h.year,
        h.direction,
        h.kind,
        h.heat_gj,
        h.stated_factor_tco2_per_gj,
        h.document_id
    from staging.heat_rows as h
    where h.stands and h.reason is null
    union all by name
    select
        'meter' as source_kind,
        m.meter_id || ':' || m.first_day as source_id,
        m.park_id,
        m.month,
        cast(left(m.month, 4) as bigint) as year,
        case when m.role = 'heat_import' then 'in' else 'out' end as direction,
        'fossil' as kind,
        cast(m.energy_wh * cast(0.000001 as decimal(7, 6)) as decimal(38, 12)) as heat_gj
    from energy.meter_month as m
    where m.role in ('heat_import', 'heat_export')
),
judged as (
    select
        f.*,
        p.heat_coal_equivalent,
        case
            when f.kind = 'nonfossil' and f.direction = 'in' and f.document_id is null and f.source_kind = 'document'
                then p.fossil_heat_factor_default
            when f.kind = 'nonfossil' then p.nonfossil_heat_factor
            else coalesce(f.stated_factor_tco2_per_gj, p.fossil_heat_factor_default)
        end as factor_tco2_per_gj,
        f.kind <> 'nonfossil' and f.stated_factor_tco2_per_gj is not null as measured
    from flows as f
    inner join run.params as p on f.year = p.year
)
select
    j.source_kind,
    j.source_id,
    j.file_id,
    j.line,
    j.park_id,
    j.month,
    cast(j.year as integer) as year,
    j.direction,
    j.kind,
    j.heat_gj,
    j.factor_tco2_per_gj,
    j.measured,
    j.document_id,
    j.kind = 'nonfossil' and j.direction = 'in' and j.document_id is null as without_document,
    cast(case when j.direction = 'out' then -1 else 1 end as decimal(1, 0))
    * cast(round(
        cast(j.heat_gj as decimal(38, 12)) * cast(j.factor_tco2_per_gj as decimal(18, 6)), 6
    ) as decimal(37, 6)) as emission_tco2,
    cast(case when j.direction = 'out' then -1 else 1 end as decimal(1, 0))
    * cast(round(
        cast(j.heat_gj as decimal(38, 12)) * cast(j.heat_coal_equivalent as decimal(18, 6)), 6
    ) as decimal(37, 6)) as energy_tce
from judged as j
