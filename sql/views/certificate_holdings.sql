-- Who held how many certificates in which state, and from when to when. On a day: the rows with that day between valid_from
-- and valid_to. Serial by serial it is certificates.register.
-- 中文: 某日谁持有多少绿证，处于何种状态？
-- Columns:
-- ranges: Serial ranges. [1]
-- mwh: Certificates of the ranges. [MWh]
select
    holder_enterprise_id,
    state,
    generation_month,
    valid_from,
    valid_to,
    count(*) as ranges,
    cast(sum(mwh) as decimal(38, 6)) as mwh
from certificates.register
group by holder_enterprise_id, state, generation_month, valid_from, valid_to
order by holder_enterprise_id, generation_month, valid_from, valid_to, state
