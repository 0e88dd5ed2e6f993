-- The ranges that an enterprise claims hold as many certificates as its position says: cancelled and green-power ranges
-- together the usable ones and those that a recognised amount cuts off, which it does without picking serials.
-- Severity: critical
-- What to do: look at certificates.position and certificates.claimed_ranges of that enterprise; a range is lost or invented.
-- 中文: 企业计入区间的绿证数等于其可用量加上认定数量截去的部分。
-- 处理: 核对该企业的 certificates.position 与 certificates.claimed_ranges：有区间丢失或多出。
with claimed as (
    select
        enterprise_id,
        year,
        sum(mwh) as mwh
    from certificates.claimed_ranges
    where kind in ('cancelled', 'green_power')
    group by enterprise_id, year
),
positions as (
    select
        enterprise_id,
        year,
        sum(count_mwh) as mwh
    from certificates.position
    where status in ('usable', 'not_recognised')
    group by enterprise_id, year
)
select
    coalesce(c.enterprise_id, p.enterprise_id) as enterprise_id,
    coalesce(c.year, p.year) as year,
    c.mwh as claimed_mwh,
    p.mwh as in_position_mwh
from claimed as c
full outer join positions as p on c.enterprise_id = p.enterprise_id and c.year = p.year
where coalesce(c.mwh, 0) <> coalesce(p.mwh, 0)
