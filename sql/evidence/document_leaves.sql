-- The leaves that come from documents and heat meters, in tCO2 and tce: fuels, heat, processes, offsets.
-- A row of fuel or heat gives to a term of E and to C; each is a leaf of its own.
-- Kept: no
-- Grain: park_id, year, term, source_kind, source_id, month, file_id
-- Order: park_id, year, term, source_kind, source_id, month, file_id, sentence
with fuels as (
    select
        *,
        file_id || ':' || line as source_id,
        fuel || ' ' || activity || ' ' || quantity || ' ' || unit || coalesce(', document ' || document_id, '') as sentence
    from emissions.fuel_leaves
),
fuel_terms as (
    select 'fuel' as leaf, 'fuel_tco2' as term
    union all
    select 'bunker', 'fuel_tco2'
    union all
    select 'bunker', 'bunker_tco2'
    union all
    select 'conversion', 'conversion_tco2'
),
years as (
    select park_id, year, conversion_tco2, total_tco2
    from metrics.park_window
    where window_kind = 'year'
),
-- Lines that say the same are one offset, named by the first of them.
offsets as (
    select
        park_id,
        year,
        quantity_t,
        registry,
        serial,
        min(file_id || ':' || line) as source_id,
        arg_min(file_id, file_id || ':' || line) as file_id
    from parsed.offsets
    group by park_id, year, quantity_t, registry, serial
)
select
    f.park_id,
    cast(f.year as integer) as year,
    t.term,
    'document' as source_kind,
    f.source_id,
    f.month,
    f.file_id,
    f.emission_tco2,
    cast(null as decimal(38, 6)) as energy_tce,
    f.sentence
from fuels as f
inner join fuel_terms as t on f.term = t.leaf
inner join years as y on f.park_id = y.park_id and f.year = y.year
where t.term <> 'conversion_tco2' or y.conversion_tco2 is not null
union all
select park_id, cast(year as integer), 'energy_tce', 'document', source_id, month, file_id, null, energy_tce, sentence
from fuels
where energy_tce <> 0
union all
select park_id, cast(year as integer), 'feedstock_tce', 'document', source_id, month, file_id, null, feedstock_tce, sentence
from fuels
where feedstock_tce <> 0
union all
select
    park_id, year, 'heat_tco2', source_kind, source_id, month, file_id, emission_tco2, null,
    direction || ' ' || kind || ' ' || cast(heat_gj as decimal(38, 6)) || ' GJ x ' || cast(factor_tco2_per_gj as decimal(18, 6))
    || ' tCO2/GJ'
from emissions.heat_leaves
union all
select park_id, year, 'energy_tce', source_kind, source_id, month, file_id, null, energy_tce, direction || ' ' || kind || ' heat'
from emissions.heat_leaves
union all
select park_id, year, 'nonfossil_heat_tce', source_kind, source_id, month, file_id, null, energy_tce, 'in nonfossil heat'
from emissions.heat_leaves
where kind = 'nonfossil' and direction = 'in' and not without_document
union all
select
    park_id, cast(year as integer), 'process_tco2', 'document', file_id || ':' || line, month, file_id, emission_tco2, null,
    product || ' ' || quantity_t || ' t x ' || factor_tco2_per_t || ' tCO2/t'
from emissions.process_leaves
union all
select
    o.park_id, cast(o.year as integer), 'net_tco2', 'document', o.source_id, null, o.file_id,
    -cast(o.quantity_t as decimal(38, 6)), null, 'Offset of ' || coalesce(o.registry, '') || ' ' || coalesce(o.serial, '')
from offsets as o
inner join years as y on o.park_id = y.park_id and o.year = y.year and y.total_tco2 is not null
