-- Whose data are good: the parks of a year by coverage, then by estimated share. A row is a park and year.
-- 中文: 哪些园区的数据最好，哪些最差？
-- Columns:
-- place: Place among the parks of the year, the best first. [1]
-- intervals_open: Intervals that are neither measured nor estimated. [interval]
-- documented_share: Share of the fuel, heat and process entries of the year that name a document; null where there are none. [1]
-- days_late_latest: Days from the end of an interval's day to the delivery of its value, for the latest of the year. [d]
-- findings_fail: Findings of the months that a figure cannot pass over. [finding]
-- findings_warn: Findings of the months that someone should look at. [finding]
with months as (
    select
        park_id,
        year,
        sum(intervals_open) as intervals_open,
        sum(fuel_documented + heat_documented + process_documented) as documented,
        sum(fuel_undocumented + heat_undocumented + process_undocumented) as undocumented,
        max(days_late_latest) as days_late_latest,
        sum(findings_fail) as findings_fail,
        sum(findings_warn) as findings_warn
    from quality.park_month
    group by park_id, year
)
select
    y.year,
    row_number() over (
        partition by y.year
        order by y.coverage desc nulls last, y.estimated_share asc nulls last, y.park_id asc
    ) as place,
    y.park_id,
    k.name_zh,
    y.coverage,
    y.estimated_share,
    cast(m.intervals_open as bigint) as intervals_open,
    cast(m.documented as double) / nullif(cast(m.documented + m.undocumented as double), 0) as documented_share,
    m.days_late_latest,
    cast(m.findings_fail as bigint) as findings_fail,
    cast(m.findings_warn as bigint) as findings_warn
from metrics.park_year as y
inner join reference.parks as k on y.park_id = k.park_id
left join months as m on y.park_id = m.park_id and y.year = m.year
order by y.year, place
