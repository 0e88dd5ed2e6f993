-- Every park of the master has a row for the year that was run, and no other park has one.
-- Severity: critical
-- What to do: look at metrics.accounts; a park without data is undecided, not absent.
-- 中文: 名单内每个园区在本年度都有一行，名单外的园区没有。
-- 处理: 核对 metrics.accounts：没有数据的园区是待定，不是缺席。
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
