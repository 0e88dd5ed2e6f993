-- Estimates whose error nobody can tell: those of a method that no mask of the masking study tried on any meter of the role
-- (their whole energy counts as uncertain), and those of a sender (they widen nothing). One finding for a meter and year.
-- Grain: code, park_id, year, meter_id
-- Order: park_id, year, code, meter_id
with found as (
    select
        case when s.basis = 'unknown' then 'estimate_error_unknown' else 'sender_error_unknown' end as code,
        s.park_id,
        s.year,
        s.meter_id,
        sum(s.energy_mwh) as energy_mwh,
        array_to_string(list_sort(list(s.method)), ', ') as methods
    from metrics.uncertainty_sources as s
    where s.basis in ('unknown', 'none')
    group by s.basis, s.park_id, s.year, s.meter_id
)
select
    f.code,
    coalesce(c.severity, 'warn') as severity,
    printf('%s %s: %s MWh.', c.sentence, f.meter_id, cast(f.energy_mwh as varchar)) as sentence,
    cast(to_json({ 'energy_mwh': cast(f.energy_mwh as varchar), 'methods': f.methods }) as varchar) as evidence,
    f.park_id,
    f.year,
    cast(null as varchar) as month,
    f.meter_id
from found as f
left join reference.codes as c on f.code = c.code
