-- Which factors were used, and from where they come. A row is a factor with its value, source and the term that it entered.
-- 中文: 用了哪些因子，出自何处？
-- Columns:
-- parks: Parks whose account used it. [1]
select
    year,
    term,
    factor,
    value,
    unit,
    valid_from,
    source,
    status,
    count(distinct park_id) as parks
from evidence.factors_used
group by year, term, factor, value, unit, valid_from, source, status
order by year, term, factor, value, source, status
