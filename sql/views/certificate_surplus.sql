-- What the caps leave over, and what could still be cancelled. A row is an enterprise and year.
-- 中文: 哪些绿证富余，还可核销多少？
-- Columns:
-- room_mwh: Own draw from the grid that neither trade nor certificates cover yet. [MWh]
-- held_mwh: Certificates bought and not cancelled by anyone. [MWh]
-- not_recognised_mwh: Certificates above the recognised amounts. [MWh]
with statuses as (
    select
        enterprise_id,
        year,
        sum(count_mwh) filter (where status = 'held') as held_mwh,
        sum(count_mwh) filter (where status = 'not_recognised') as not_recognised_mwh
    from certificates.position
    group by enterprise_id, year
)
select
    e.enterprise_id,
    e.park_id,
    e.year,
    e.grid_offtake_mwh,
    e.green_trade_mwh,
    e.gec_counted_mwh,
    e.green_trade_surplus_mwh,
    e.gec_surplus_mwh,
    e.residual_grid_mwh as room_mwh,
    cast(coalesce(s.held_mwh, 0) as decimal(38, 6)) as held_mwh,
    cast(coalesce(s.not_recognised_mwh, 0) as decimal(38, 6)) as not_recognised_mwh
from metrics.enterprise_year as e
left join statuses as s on e.enterprise_id = s.enterprise_id and e.year = s.year
order by e.enterprise_id, e.year
