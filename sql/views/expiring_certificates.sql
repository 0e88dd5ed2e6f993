-- Certificates that run out without being cancelled, by the last day on which that is possible. A row is a holder, that day and
-- the month of generation; holder_enterprise_id is empty where nobody bought them.
-- 中文: 哪些绿证将失效而未核销？
-- Columns:
-- last_day: Last day on which they can be cancelled.
-- ranges: Serial ranges. [1]
-- mwh: Certificates that run out. [MWh]
with dead as (
    select * from certificates.register
    where state = 'expired'
)
select
    l.holder_enterprise_id,
    l.valid_to as last_day,
    l.generation_month,
    l.state,
    count(*) as ranges,
    cast(sum(least(l.serial_to, d.serial_to) - greatest(l.serial_from, d.serial_from) + 1) as decimal(38, 6)) as mwh
from certificates.register as l
inner join dead as d
    on
        l.project_code = d.project_code
        and l.generation_month = d.generation_month
        and d.valid_from = l.valid_to + 1
        and l.serial_from <= d.serial_to
        and d.serial_from <= l.serial_to
where l.state <> 'expired'
group by l.holder_enterprise_id, l.valid_to, l.generation_month, l.state
order by last_day asc, l.holder_enterprise_id asc nulls last, l.generation_month asc, l.state asc
