-- Usable certificates above the recognised amount of their scope (notice 622, annex 3), by generation month. The amount of
-- the year is used up in order of generation month, then park_id, so that months and the year to date add up to the year.
-- A scope without an amount has no cap.
-- Grain: enterprise_id, park_id, generation_month, scope
-- Order: enterprise_id, park_id, generation_month, scope
with months as (
    select
        enterprise_id,
        year,
        scope,
        generation_month,
        park_id,
        sum(usable_mwh) * 1000000 as usable_wh
    from certificates.scoped_purchases
    where scope is not null
    group by enterprise_id, year, scope, generation_month, park_id
),
running as (
    select
        *,
        sum(usable_wh) over (
            partition by enterprise_id, year, scope order by generation_month, park_id
            rows between unbounded preceding and current row
        ) as so_far_wh
    from months
)
select
    m.enterprise_id,
    m.park_id,
    m.generation_month,
    m.scope,
    cast(m.usable_wh as decimal(38, 0)) as usable_wh,
    cast(floor(g.recognised_mwh * 1000000) as decimal(38, 0)) as recognised_wh,
    cast(
        greatest(m.so_far_wh - floor(g.recognised_mwh * 1000000), 0)
        - greatest(m.so_far_wh - m.usable_wh - floor(g.recognised_mwh * 1000000), 0)
        as decimal(38, 0)
    ) as not_recognised_wh
from running as m
inner join staging.gec_recognition as g on m.enterprise_id = g.enterprise_id and m.year = g.year and m.scope = g.scope
