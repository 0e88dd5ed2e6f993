-- Where the emissions of a park come from: one row for each park, year and term of E, the largest first.
-- 中文: 排放来自哪里？
-- Columns:
-- term: The term of E: fuel, conversion, electricity, heat or process.
-- emission_tco2: Emission of the term; the five add up to total_tco2 of metrics.park_year. [tCO2]
-- share: Its part of E; empty where E is zero or not known. [1]
with terms as (
    select
        park_id,
        year,
        total_tco2,
        unnest(['fuel', 'conversion', 'electricity', 'heat', 'process']) as term,
        unnest([fuel_tco2, conversion_tco2, electricity_tco2, heat_tco2, process_tco2]) as emission_tco2
    from metrics.park_year
)
select
    park_id,
    year,
    term,
    emission_tco2,
    cast(emission_tco2 as double) / nullif(cast(total_tco2 as double), 0) as share
from terms
order by park_id asc, year asc, emission_tco2 desc nulls last, term asc
