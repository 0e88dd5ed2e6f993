-- Where a figure of metrics.park_year comes from. A row is a park, year, figure and kind of source; the amounts of a figure add up
-- to it exactly. The single parts, with meter, document line or serial range, are in evidence.contributions.
-- 中文: 一个数值从何而来？
-- Columns:
-- term: The figure, as the column of metrics.park_year is called.
-- parts: Meters, document lines or serial ranges that gave something to it. [1]
-- files: Delivered files behind them, where a part comes from one file. [1]
-- amount: What they gave together, in unit.
-- unit: Unit of the figure.
with amounts as (
    select
        park_id,
        year,
        term,
        source_kind,
        source_id,
        file_id,
        case
            when ends_with(term, '_tco2') then emission_tco2
            when ends_with(term, '_tce') then energy_tce
            else energy_mwh
        end as amount,
        case when ends_with(term, '_tco2') then 'tCO2' when ends_with(term, '_tce') then 'tce' else 'MWh' end as unit
    from evidence.contributions
)
select
    park_id,
    year,
    term,
    source_kind,
    count(distinct source_id) as parts,
    count(distinct file_id) as files,
    cast(sum(amount) as decimal(38, 6)) as amount,
    unit
from amounts
group by park_id, year, term, source_kind, unit
order by park_id, year, term, source_kind
