-- The guiding indicators of notice 910, annex 3, beside the result and never part of it: value, minimum, and where the
-- value comes from. The clean energy share is the computed share of non-fossil energy, natural gas not counted; the
-- others are what the park delivered. Without a value the status is no_data: these indicators are a reference only.
-- Grain: park_id, year, indicator
-- Order: park_id, year, indicator
with delivered as (
    select
        i.park_id,
        cast(i.year as integer) as year,
        i.indicator,
        cast(i.value as double) as value,
        coalesce('document ' || i.document_id, 'stated by the park') as source
    from parsed.indicators as i
    inner join lake.files as f on i.file_id = f.file_id
    qualify row_number() over (partition by i.park_id, i.year, i.indicator order by f.rank desc, i.line desc) = 1
),
known as (
    select park_id, year, indicator, value, source
    from delivered
    union all
    select park_id, year, 'clean_energy_share' as indicator, nonfossil_energy_share as value, 'computed: nonfossil_energy_share' as source
    from metrics.park_year
)
select
    a.park_id,
    cast(a.year as integer) as year,
    r.indicator,
    r.name_zh,
    k.value,
    cast(r.minimum as double) as minimum,
    case
        when k.value is null then 'no_data'
        when k.value >= cast(r.minimum as double) then 'reached'
        else 'not_reached'
    end as status,
    coalesce(k.source, 'no data') as source
from metrics.accounts as a
cross join reference.indicators as r
left join known as k on a.park_id = k.park_id and a.year = k.year and r.indicator = k.indicator
