-- A longer basis never matches less: quarter hour <= hour <= month <= year; no basis matches more than there is of green supply
-- or of load, nor less than was used in the interval in which it was made (D + S). The claim is that of metrics.park_year; what is left
-- of it never grows with a stricter basis, and over the year it is whole. A basis is empty exactly where not_given says why.
-- Severity: critical
-- What to do: look at energy.matching_month and metrics.matching; the bases no longer come from the same intervals.
-- 中文: 匹配口径越长，匹配越多（刻≤时≤月≤年），且不超过绿电与负荷；口径越严，可保留的声明越少。
-- 处理: 核对 energy.matching_month 与 metrics.matching：各口径不再出自同一批时段。
with ordered as (
    select
        *,
        case basis when 'quarter_hour' then 1 when 'hour' then 2 when 'month' then 3 else 4 end as place
    from metrics.matching
),
compared as (
    select
        *,
        max(matched_mwh) over finer as matched_before_mwh,
        max(claim_left_mwh) over finer as claim_left_before_mwh
    from ordered
    window finer as (
        partition by park_id, year order by place rows between unbounded preceding and 1 preceding
    )
)
select
    m.park_id,
    m.year,
    m.basis,
    m.green_supply_mwh,
    m.load_mwh,
    m.matched_mwh,
    m.claimed_green_mwh,
    m.claim_left_mwh
from compared as m
left join metrics.park_year as y on m.park_id = y.park_id and m.year = y.year
where
    m.matched_mwh < m.matched_before_mwh
    or m.matched_mwh > least(m.green_supply_mwh, m.load_mwh)
    or m.matched_mwh < y.direct_supply_mwh + y.onsite_nonfossil_mwh
    or m.claim_left_mwh < m.claim_left_before_mwh
    or m.claim_left_mwh > m.claimed_green_mwh
    or (m.basis = 'year' and m.claim_left_mwh <> m.claimed_green_mwh)
    or m.claimed_green_mwh is distinct from (
        y.direct_supply_mwh + y.onsite_nonfossil_mwh - y.uncounted_green_mwh + y.green_trade_mwh + y.gec_mwh
    )
    or (m.not_given is null) <> (m.matched_mwh is not null)
