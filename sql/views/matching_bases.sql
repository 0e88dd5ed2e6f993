-- Green supply that met load at the same time, by how closely "the same time" is taken. A row is a park and year; a column is
-- empty where the meters are too coarse for the basis.
-- 中文: 绿电按刻、小时、月、年匹配，各有多少？
-- Columns:
-- quarter_hour_share: Green supply matched within the quarter hour, as a share of use. [1]
-- hour_share: The same within the hour. [1]
-- month_share: The same within the month. [1]
-- year_share: The same within the year. [1]
-- hour_claim_left_share: Part of the park's claim that a rule by the hour would leave. [1]
-- month_claim_left_share: Part of the claim that a rule by the month would leave. [1]
-- year_less_hour_share: What the yearly basis adds to the hourly one, as a share of use. [1]
select
    park_id,
    year,
    max(matched_share) filter (where basis = 'quarter_hour') as quarter_hour_share,
    max(matched_share) filter (where basis = 'hour') as hour_share,
    max(matched_share) filter (where basis = 'month') as month_share,
    max(matched_share) filter (where basis = 'year') as year_share,
    max(claim_left_share) filter (where basis = 'hour') as hour_claim_left_share,
    max(claim_left_share) filter (where basis = 'month') as month_claim_left_share,
    max(matched_share) filter (where basis = 'year') - max(matched_share) filter (where basis = 'hour') as year_less_hour_share,
    max(balance_minutes) as balance_minutes
from metrics.matching
group by park_id, year
order by park_id, year
