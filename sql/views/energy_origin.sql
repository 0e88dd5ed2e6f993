-- How the metered energy of a park is known: measured, told by sums, set by a person, or estimated step by step. A row is a park,
-- year and origin that has energy.
-- 中文: 电量中多少是实测，多少是估算？
-- Columns:
-- origin: How the energy is known: actual, sender_estimated, edited, spread, or the step of the ladder alternate, linear, like_day,
-- scaled, conservative.
-- is_estimate: Whether it is part of estimated_share.
-- energy_mwh: Metered energy of this origin; heat in MWh of 3.6 GJ. [MWh]
-- share: Its part of the metered energy of the park and year. [1]
with amounts as (
    select
        park_id,
        year,
        energy_mwh as total_mwh,
        unnest(
            ['actual', 'sender_estimated', 'edited', 'spread', 'alternate', 'linear', 'like_day', 'scaled', 'conservative']
        ) as origin,
        unnest([false, true, false, false, true, true, true, true, true]) as is_estimate,
        unnest(
            [
                actual_mwh, sender_estimated_mwh, edited_mwh, spread_mwh, alternate_mwh, linear_mwh, like_day_mwh, scaled_mwh,
                conservative_mwh
            ]
        ) as energy_mwh
    from quality.park_month
)
select
    park_id,
    year,
    origin,
    is_estimate,
    cast(sum(energy_mwh) as decimal(38, 6)) as energy_mwh,
    cast(sum(energy_mwh) as double) / nullif(cast(sum(total_mwh) as double), 0) as share
from amounts
group by park_id, year, origin, is_estimate
having sum(energy_mwh) > 0
order by park_id asc, year asc, energy_mwh desc, origin asc
