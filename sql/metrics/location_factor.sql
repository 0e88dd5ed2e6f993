-- The average grid factor of each park and year for location-based figures: that of the province in the latest year up to the
-- account's, or of the grid region where the province has none (section 7 of the method).
-- Grain: park_id, year
-- Order: park_id, year
select
    a.park_id,
    a.year,
    x.region,
    try_cast(x.year as integer) as factor_year,
    cast(x.kg_co2_per_kwh as decimal(9, 6)) as tco2_per_mwh,
    x.source
from metrics.accounts as a
inner join (select distinct factor_region, grid_region from reference.provinces) as r
    on starts_with(a.province_zh, r.factor_region)
inner join reference.electricity_factors as x
    on (x.scope = 'provincial' and x.region = r.factor_region) or (x.scope = 'regional' and x.region = r.grid_region)
where try_cast(x.year as integer) <= a.year
qualify row_number() over (
        partition by a.park_id, a.year
        order by x.scope = 'provincial' desc, try_cast(x.year as integer) desc, x.region
    ) = 1
