-- Why a park has the verdicts it has: each reason with its sentence and the values behind it. A row is a park, year and finding of
-- a reason; a park without reasons has none. Of a park that is held back the sentences are those of quality.held_parks.
-- 中文: 各园区因何未达标或未能判定？
-- Columns:
-- code: Code of the reason.
with reasons as (
    select
        park_id,
        year,
        core_verdict,
        direct_supply_verdict,
        overall_verdict,
        unnest(reasons) as code
    from metrics.park_year
),
sentences as (
    select
        code,
        park_id,
        year,
        severity,
        sentence,
        evidence
    from quality.findings
    union all
    select
        'held_back' as code,
        park_id,
        null as year,
        'fail' as severity,
        sentence || ' ' || remedy as sentence,
        null as evidence
    from quality.held_parks
)
select
    r.park_id,
    r.year,
    r.core_verdict,
    r.direct_supply_verdict,
    r.overall_verdict,
    r.code,
    s.severity,
    s.sentence,
    s.evidence
from reasons as r
left join sentences as s
    on r.code = s.code and r.park_id = s.park_id and r.year = coalesce(s.year, r.year)
order by r.park_id, r.year, r.code, s.sentence
