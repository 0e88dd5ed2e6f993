-- overall: fail if one fails; else undecided if one is; else not_applicable if core is; else pass.
-- Severity: critical
-- What to do: look at metrics.judged_year.
-- 中文: 总结论：一项不达标即不达标；否则一项待定即待定；否则核心不适用即不适用；否则达标。
-- 处理: 核对 metrics.judged_year。
select
    park_id,
    year,
    core_verdict,
    direct_supply_verdict,
    overall_verdict
from metrics.park_year
where
    overall_verdict <> case
        when 'fail' in (core_verdict, direct_supply_verdict) then 'fail'
        when 'undecided' in (core_verdict, direct_supply_verdict) then 'undecided'
        when core_verdict = 'not_applicable' then 'not_applicable'
        else 'pass'
    end
