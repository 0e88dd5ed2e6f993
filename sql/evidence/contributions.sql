-- What each meter, document and certificate range gave to the figures of metrics.park_year; the rows of a term add up to
-- it exactly, in the unit of the term. Computed rows are steps of the method that no single meter holds, each with its
-- sentence: power that passes through, the lower end of a line, what a cap cut off, the leaves at the residual factor,
-- and figures that are made of others.
-- Grain: park_id, year, term, source_kind, source_id, month, file_id
-- Order: park_id, year, term, source_kind, source_id, month, file_id, sentence
with everything as (
    select
        park_id, year, term, source_kind, source_id, month, file_id, energy_mwh, null as emission_tco2, null as energy_tce, sentence
    from evidence.energy_leaves
    union all
    select park_id, year, term, source_kind, source_id, month, file_id, energy_mwh, null, null, sentence
    from evidence.certificate_leaves
    union all
    select park_id, year, term, source_kind, source_id, month, file_id, null, emission_tco2, energy_tce, sentence
    from evidence.document_leaves
    union all
    select park_id, year, term, 'computed', source_id, null, null, energy_mwh, emission_tco2, energy_tce, sentence
    from evidence.computed_leaves
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
