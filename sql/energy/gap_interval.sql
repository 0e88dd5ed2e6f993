-- Every interval of the month that needs an estimate, with the run it stands in: why it needs one (replaces), and what had
-- been delivered. mask_no 0 are the real gaps; the others are masks of the masking study, whose true value is known.
-- The end of a run that a mask stands for is its own; before_wh and after_wh are the valid values beside it.
-- Partition: month
-- Kept: no
-- Grain: slot, minute, mask_no
-- Order: slot, minute, mask_no
with pieces as (
    select
        k.slot,
        g.series_no,
        g.interval_minutes,
        g.from_minute as run_from_minute,
        g.to_minute as run_to_minute,
        g.before_wh,
        g.after_wh,
        greatest(g.from_minute, k.from_end_minute - k.interval_minutes) as from_minute,
        least(g.to_minute, k.to_end_minute - k.interval_minutes, g.last_minute + g.interval_minutes) as to_minute
    from energy.gap_run as g
    inner join energy.month_meters as k on g.series_no = k.series_no
),
missing as (
    select
        p.*,
        cast(unnest(generate_series(p.from_minute, p.to_minute - p.interval_minutes, p.interval_minutes)) as integer) as minute
    from pieces as p
    where p.to_minute > p.from_minute
),
mask_pieces as (
    select
        k.slot,
        r.*,
        greatest(r.from_minute - r.interval_minutes, k.from_end_minute - k.interval_minutes) as first_minute,
        least(r.to_minute + r.interval_minutes, k.to_end_minute - k.interval_minutes) as end_minute
    from energy.masked_run as r
    inner join energy.month_meters as k on r.series_no = k.series_no
),
mask_minutes as (
    select
        p.*,
        cast(unnest(generate_series(p.first_minute, p.end_minute - p.interval_minutes, p.interval_minutes)) as integer) as minute
    from mask_pieces as p
    where p.end_minute > p.first_minute
),
mask_values as (
    select
        p.slot,
        p.series_no,
        p.interval_minutes,
        p.mask_no,
        p.is_short,
        p.from_minute as run_from_minute,
        p.to_minute as run_to_minute,
        p.minute,
        i.energy_wh as true_wh,
        max(case when p.minute < p.from_minute then i.energy_wh end) over (partition by p.mask_no) as before_wh,
        max(case when p.minute >= p.to_minute then i.energy_wh end) over (partition by p.mask_no) as after_wh
    from mask_minutes as p
    inner join energy.measured_interval as i on p.slot = i.slot and p.minute = i.minute
    where i.status = 'valid'
)
select
    m.slot,
    m.series_no,
    m.interval_minutes,
    0 as mask_no,
    m.run_from_minute,
    m.run_to_minute,
    m.before_wh,
    m.after_wh,
    m.minute,
    cast(case when i.slot is null then 'missing' when i.status = 'valid' then 'register_sum' else i.status end as varchar) as replaces,
    i.energy_wh as delivered_wh,
    i.file_id,
    cast(null as bigint) as true_wh
from missing as m
left join energy.measured_interval as i on m.slot = i.slot and m.minute = i.minute
union all
select
    v.slot,
    v.series_no,
    v.interval_minutes,
    v.mask_no,
    v.run_from_minute,
    v.run_to_minute,
    case when v.is_short then v.before_wh end as before_wh,
    case when v.is_short then v.after_wh end as after_wh,
    v.minute,
    'mask' as replaces,
    null as delivered_wh,
    null as file_id,
    v.true_wh
from mask_values as v
where v.minute >= v.run_from_minute and v.minute < v.run_to_minute
