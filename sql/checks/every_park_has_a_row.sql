-- Every park of the master has a row for the year that was run, and no other park has one.
-- Severity: critical
-- What to do: look at metrics.accounts; a park without data is undecided, not absent.
select
    k.park_id,
    'has no row' as problem
from reference.parks as k
cross join run.publication as r
where not exists (select 1 from metrics.park_year as y where y.park_id = k.park_id and y.year = r.year)
union all
select distinct
    y.park_id,
    'is not in the master' as problem
from metrics.park_year as y
where not exists (select 1 from reference.parks as k where k.park_id = y.park_id)
