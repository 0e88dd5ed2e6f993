-- How far the estimates of a meter and year may be off, by method and size of the gap, from the masking study.
-- The error of a gap is told relative to its mean energy: the meter's mean interval of the month times the gap's intervals.
-- mean_square: of the meter's own masks of that method and size, drawn towards those of all meters of the role
-- (pool_masks masks' worth of the size, itself drawn towards all sizes); a pooled error counts as at most pooled_error_max.
-- Masks of one meter, size and month overlap: so many count as fit side by side into the days on which they may be laid,
-- mask_max_distance before and after.
-- mean_error: the signed mean, in the same way. masks_counted, degrees_of_freedom: what both rest on; 0 where no mask tells
-- anything, then mean_square is null. spread_mwh, spread_mwh2: sums of the gaps' mean energies and of their squares.
-- Kept: no
-- Grain: meter_id, year, method, size_minutes
-- Order: meter_id, year, method, size_minutes
with meters as (
    select
        k.month,
        k.slot,
        k.meter_id,
        k.role,
        cast(left(k.month, 4) as integer) as year,
        cast(t.energy_wh as double) / nullif(t.intervals_valid + t.intervals_estimated, 0) as mean_wh
    from energy.month_meters as k
    inner join energy.meter_month as t on k.month = t.month and k.meter_id = t.meter_id and k.first_day = t.first_day
    where k.role <> 'check' and left(k.month, 4) in (select cast(y.year as varchar) from run.years as y)
),
gaps as (
    select
        m.meter_id,
        m.role,
        m.year,
        e.method,
        15 * pow(2, greatest(ceil(log2(e.run_minutes / 15.0)), 0)) as size_minutes,
        sum(e.energy_wh) as energy_wh,
        count(*) * coalesce(m.mean_wh, 0) / 1000000 as spread_mwh
    from energy.estimated_interval as e
    inner join meters as m on e.month = m.month and e.slot = m.slot
    where e.energy_wh is not null and e.method in ('alternate', 'linear', 'like_day', 'conservative')
    group by m.meter_id, m.role, m.year, m.month, m.slot, m.mean_wh, e.method, e.run_from_minute, e.run_minutes
),
gap_sums as (
    select
        meter_id,
        role,
        year,
        method,
        size_minutes,
        count(*) as gaps,
        sum(energy_wh) as energy_wh,
        cast(sum(cast(spread_mwh as decimal(38, 12))) as double) as spread_mwh,
        cast(sum(cast(spread_mwh * spread_mwh as decimal(38, 12))) as double) as spread_mwh2
    from gaps
    group by meter_id, role, year, method, size_minutes
),
masks as (
    select
        m.meter_id,
        m.role,
        m.year,
        g.method,
        g.size_minutes,
        (g.estimated_wh - g.true_wh) / (m.mean_wh * g.intervals) as error,
        least(
            2 * p.mask_max_distance * 1440
            / (g.size_minutes * count(*) over (partition by g.month, g.slot, g.method, g.size_minutes)),
            1
        ) as weight,
        cast(p.pooled_error_max as double) as error_max
    from energy.masked_gap as g
    inner join meters as m on g.month = m.month and g.slot = m.slot
    inner join run.params as p on m.year = p.year
    where m.mean_wh > 0
),
weighted as (
    select
        meter_id,
        role,
        year,
        method,
        size_minutes,
        cast(weight as decimal(38, 12)) as weight,
        cast(weight * least(greatest(error, -1000000), 1000000) as decimal(38, 12)) as error,
        cast(weight * least(error * error, 1000000000000) as decimal(38, 12)) as square,
        cast(weight * least(greatest(error, -error_max), error_max) as decimal(38, 12)) as pool_error,
        cast(weight * least(error * error, error_max * error_max) as decimal(38, 12)) as pool_square
    from masks
),
own as (
    select
        meter_id,
        year,
        method,
        size_minutes,
        count(*) as masks,
        cast(sum(weight) as double) as weight,
        cast(sum(error) as double) as error,
        cast(sum(square) as double) as square
    from weighted
    group by meter_id, year, method, size_minutes
),
by_size as (
    select
        role,
        year,
        method,
        size_minutes,
        cast(sum(weight) as double) as weight,
        cast(sum(pool_error) as double) as error,
        cast(sum(pool_square) as double) as square
    from weighted
    group by role, year, method, size_minutes
),
by_method as (
    select
        role,
        year,
        method,
        cast(sum(weight) as double) as weight,
        cast(sum(pool_error) as double) as error,
        cast(sum(pool_square) as double) as square
    from weighted
    group by role, year, method
),
joined as (
    select
        g.*,
        cast(p.pool_masks as double) as pool_masks,
        coalesce(o.masks, 0) as masks,
        coalesce(o.weight, 0) as own_weight,
        coalesce(o.error, 0) as own_error,
        coalesce(o.square, 0) as own_square,
        coalesce(s.weight, 0) as size_weight,
        coalesce(a.weight, 0) as method_weight,
        (coalesce(s.error, 0) + p.pool_masks * a.error / a.weight) / (coalesce(s.weight, 0) + p.pool_masks) as pool_error,
        (coalesce(s.square, 0) + p.pool_masks * a.square / a.weight) / (coalesce(s.weight, 0) + p.pool_masks) as pool_square
    from gap_sums as g
    inner join run.params as p on g.year = p.year
    left join own as o
        on g.meter_id = o.meter_id and g.year = o.year and g.method = o.method and g.size_minutes = o.size_minutes
    left join by_size as s
        on g.role = s.role and g.year = s.year and g.method = s.method and g.size_minutes = s.size_minutes
    left join by_method as a on g.role = a.role and g.year = a.year and g.method = a.method
)
select
    j.meter_id,
    j.year,
    j.method,
    cast(j.size_minutes as integer) as size_minutes,
    j.gaps,
    cast(j.energy_wh as bigint) as energy_wh,
    j.spread_mwh,
    j.spread_mwh2,
    j.masks,
    j.own_weight as masks_counted,
    j.own_weight
    + least(j.pool_masks, greatest(j.size_weight - j.own_weight, 0) + least(j.pool_masks, greatest(j.method_weight - j.size_weight, 0)))
        as degrees_of_freedom,
    (j.own_error + j.pool_masks * j.pool_error) / (j.own_weight + j.pool_masks) as mean_error,
    (j.own_square + j.pool_masks * j.pool_square) / (j.own_weight + j.pool_masks) as mean_square
from joined as j
