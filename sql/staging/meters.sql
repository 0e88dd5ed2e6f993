-- The meters of the master: of several rows for a meter and valid_from the latest delivered one, and how a reading of
-- the meter becomes Wh (or kJ of heat): reading x multiplier x unit_numerator / unit_denominator. Mean power is taken
-- over the interval, so a third of an hour stays exact: kW x 20 min = 1000 x 20 / 60 = 1000 / 3 Wh.
-- A kWh of heat is 3600 kJ, a MJ of electricity 2500 / 9 Wh.
-- register_unit_wh: one unit of the meter's register or bill; those of a meter that reads mean power count kWh or MWh. It is
-- not known for electricity in GJ or MJ, of which no whole number of Wh is one.
-- A later valid_from ends the row before it (a CT swapped on 14 May counts with the old ratio before, the new after).
-- Grain: meter_id, valid_from
-- Order: meter_id, valid_from
with latest as (
    select
        m.*,
        coalesce(m.interval_minutes, 15) as minutes,
        m.point in ('heat_import', 'heat_export') as is_heat,
        case when m.point in ('heat_import', 'heat_export') then 3600 else 1000 end as unit_per_kwh,
        coalesce(m.valid_from, date '0001-01-01') as first_day,
        coalesce(m.valid_to, date '9999-12-31') as last_day
    from parsed.meters as m
    inner join lake.files as f on m.file_id = f.file_id
    qualify row_number() over (partition by m.meter_id, m.valid_from order by f.rank desc, m.line desc) = 1
)
select
    l.meter_id,
    l.park_id,
    l.point,
    l.measure,
    l.unit,
    l.enterprise_id,
    l.project_id,
    l.parent_meter_id,
    coalesce(l.multiplier, 1) as multiplier,
    cast(l.minutes as integer) as interval_minutes,
    l.capacity_kw,
    l.accuracy_class,
    case
        when l.measure = 'mean_power' and l.unit = 'kW' then cast(l.unit_per_kwh * l.minutes as bigint)
        when l.measure = 'mean_power' and l.unit = 'MW' then cast(1000 * l.unit_per_kwh * l.minutes as bigint)
        when l.unit = 'kWh' then l.unit_per_kwh
        when l.unit = 'MWh' then 1000 * l.unit_per_kwh
        when l.unit = '万kWh' then 10000 * l.unit_per_kwh
        when l.unit = 'MJ' and l.is_heat then 1000
        when l.unit = 'GJ' and l.is_heat then 1000000
        when l.unit = 'MJ' then 2500
        when l.unit = 'GJ' then 2500000
    end as unit_numerator,
    case
        when l.measure = 'mean_power' then 60
        when l.unit in ('MJ', 'GJ') and not l.is_heat then 9
        else 1
    end as unit_denominator,
    case
        when l.unit in ('kWh', 'kW') then l.unit_per_kwh
        when l.unit in ('MWh', 'MW') then 1000 * l.unit_per_kwh
        when l.unit = '万kWh' then 10000 * l.unit_per_kwh
        when l.unit = 'MJ' and l.is_heat then 1000
        when l.unit = 'GJ' and l.is_heat then 1000000
    end as register_unit_wh,
    l.register_modulus,
    l.register_step,
    l.first_day as valid_from,
    least(
        l.last_day,
        coalesce(lead(l.first_day) over (partition by l.meter_id order by l.first_day) - 1, date '9999-12-31')
    ) as valid_to,
    l.file_id,
    l.line
from latest as l
