-- Where the emissions of a park come from: one row for each term of E, with its share.
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
