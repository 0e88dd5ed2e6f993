-- What bills say was the energy of a meter between two moments: the kind total, else the sum of the tariff periods. A later
-- delivery of one meter, period and kind counts; equal rows are one. The energy of a bill has the transformer ratio in it
-- already, so only its unit matters: Wh = energy x unit, rounded half up.
-- is_metered: readings of intervals were delivered for some of the period; then the bill is a check, not their source.
-- status: valid; period_overlap (it overlaps another bill of the meter: none of them counts); period_incomplete (a tariff
-- period other than sharp is missing that the meter's other bills have); out_of_range.
-- Grain: meter_id, from_at, to_at
-- Order: meter_id, from_at, to_at
with parameters as (
    select cast(cast(arg_max(register_tolerance_share, year) * 1000000000 as bigint) as hugeint) as share_e9
    from run.params
),
contents as (
    select
        p.meter_id,
        p."from" as from_at,
        p."to" as to_at,
        p.kind,
        p.energy,
        min(p.file_id) as file_id,
        arg_min(p.line, p.file_id || lpad(cast(p.line as varchar), 10, '0')) as line,
        max(f.rank * cast(4294967296 as bigint) + p.line) as place
    from parsed.meter_periods as p
    inner join lake.files as f on p.file_id = f.file_id
    where p."from" < p."to" and p.energy is not null
    group by p.meter_id, p."from", p."to", p.kind, p.energy
),
standing as (
    select *
    from contents
    qualify row_number() over (partition by meter_id, from_at, to_at, kind order by place desc) = 1
),
tariffs as (
    select meter_id, count(distinct kind) filter (where kind not in ('total', 'sharp')) as kinds
    from standing
    group by meter_id
),
bills as (
    select
        s.meter_id,
        s.from_at,
        s.to_at,
        case when bool_or(s.kind = 'total') then 'total' else 'parts' end as kind,
        coalesce(sum(s.energy) filter (where s.kind = 'total'), sum(s.energy)) as energy,
        sum(s.energy) filter (where s.kind <> 'total') as parts_energy,
        bool_or(s.kind = 'total') or count(*) filter (where s.kind <> 'sharp') = max(t.kinds) as is_complete,
        min(s.file_id) as file_id,
        arg_min(s.line, s.file_id || lpad(cast(s.line as varchar), 10, '0')) as line
    from standing as s
    inner join tariffs as t on s.meter_id = t.meter_id
    group by s.meter_id, s.from_at, s.to_at
),
masters as (
    select
        m.meter_id,
        m.measure,
        m.register_unit_wh,
        cast(m.valid_from as timestamp) as from_at,
        cast(m.valid_to + 1 as timestamp) as to_at
    from staging.meters as m
    inner join staging.parks as k on m.park_id = k.park_id
),
valued as (
    select
        b.meter_id,
        b.from_at,
        b.to_at,
        arg_min(m.register_unit_wh, m.from_at) as unit_wh
    from bills as b
    inner join masters as m on b.meter_id = m.meter_id and b.from_at < m.to_at and b.to_at > m.from_at
    group by b.meter_id, b.from_at, b.to_at
),
metered_days as (
    select distinct r.meter_id, date_trunc('day', r.interval_end - interval 1 microsecond) as day
    from parsed.meter_readings as r
    where
        r.meter_id in (select b.meter_id from bills as b)
        and r.meter_id not in (select k.meter_id from staging.register_meters as k)
),
metered as (
    select distinct b.meter_id, b.from_at, b.to_at
    from bills as b
    inner join metered_days as d on b.meter_id = d.meter_id and d.day < b.to_at and d.day + interval 1 day > b.from_at
),
judged as (
    select
        b.*,
        v.unit_wh,
        d.meter_id is not null as is_metered,
        max(b.to_at) over (
            partition by b.meter_id order by b.from_at, b.to_at rows between unbounded preceding and 1 preceding
        ) as earlier_to_at,
        lead(b.from_at) over (partition by b.meter_id order by b.from_at, b.to_at) as later_from_at
    from bills as b
    inner join valued as v on b.meter_id = v.meter_id and b.from_at = v.from_at and b.to_at = v.to_at
    left join metered as d on b.meter_id = d.meter_id and b.from_at = d.from_at and b.to_at = d.to_at
),
energies as (
    select
        j.*,
        case
            when cast(j.energy as double) * j.unit_wh between 0 and 1e15
                then (2 * cast(j.energy * 1000000000 as hugeint) * j.unit_wh + 1000000000) // 2000000000
        end as energy_wh
    from judged as j
)
select
    e.meter_id,
    e.from_at,
    e.to_at,
    e.kind,
    cast(e.energy_wh as bigint) as energy_wh,
    case
        when e.energy_wh is null then 'out_of_range'
        when not e.is_complete then 'period_incomplete'
        when coalesce(e.earlier_to_at > e.from_at, false) or coalesce(e.later_from_at < e.to_at, false) then 'period_overlap'
        else 'valid'
    end as status,
    cast(p.share_e9 * e.energy_wh // 1000000000 as bigint) as tolerance_wh,
    e.energy,
    e.parts_energy,
    e.is_metered,
    e.file_id,
    e.line
from energies as e
cross join parameters as p
