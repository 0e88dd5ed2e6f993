-- Why a park has the verdicts it has: each reason with its sentence and the values behind it.
with reasons as (
    select
        park_id,
        year,
        core_verdict,
        direct_supply_verdict,
        overall_verdict,
        unnest(reasons) as code
    from metrics.park_year
)
select
    r.park_id,
    r.year,
    r.core_verdict,
    r.direct_supply_verdict,
    r.overall_verdict,
    r.code,
    f.severity,
    f.sentence,
    f.evidence
from reasons as r
left join quality.findings as f
    on r.code = f.code and r.park_id = f.park_id and r.year = coalesce(f.year, r.year)
order by r.park_id, r.year, r.code, f.sentence
