-- Surplus and deficit of green supply by hour of the day, in each park and month: green supply beside load, what of it meets the
-- load of the same hour, what is left over and what is wanting. Months whose balance interval does not divide an hour have
-- no rows: nothing is split.
-- Grain: park_id, month, hour_of_day
-- Order: park_id, month, hour_of_day
select
    m.park_id,
    a.year,
    m.month,
    m.hour_of_day,
    m.green_wh * cast(0.000001 as decimal(7, 6)) as green_supply_mwh,
    m.load_wh * cast(0.000001 as decimal(7, 6)) as load_mwh,
    m.hour_matched_wh * cast(0.000001 as decimal(7, 6)) as matched_mwh,
    (m.green_wh - m.hour_matched_wh) * cast(0.000001 as decimal(7, 6)) as surplus_mwh,
    (m.load_wh - m.hour_matched_wh) * cast(0.000001 as decimal(7, 6)) as deficit_mwh
from energy.matching_month as m
inner join metrics.accounts as a on m.park_id = a.park_id and cast(left(m.month, 4) as integer) = a.year
where m.hour_matched_wh is not null
