-- The leaves of green-power trade and cancelled certificates, in MWh: ranges of serials, and what a cap cut off.
-- Kept: no
-- Grain: park_id, year, term, source_kind, source_id, month, file_id
-- Order: park_id, year, term, source_kind, source_id, month, file_id, sentence
select
    park_id,
    cast(year as integer) as year,
    'green_trade_mwh' as term,
    'certificate' as source_kind,
    trade_id || ':' || project_code || '/' || generation_month || '/' || serial_from || '-' || serial_to as source_id,
    generation_month as month,
    file_id,
    cast(counted_mwh as decimal(38, 6)) as energy_mwh,
    null as sentence
from certificates.judged_trades
where counted_mwh <> 0 and cast(left(generation_month, 4) as integer) = year
union all
select
    park_id,
    year,
    'green_trade_mwh',
    'computed',
    'surplus:' || enterprise_id,
    null,
    null,
    -green_trade_surplus_mwh,
    'Green-power trade beyond the enterprise''s own draw from the grid.'
from metrics.enterprise_year
where green_trade_surplus_mwh <> 0
union all
select
    park_id,
    cast(year as integer),
    'gec_mwh',
    'certificate',
    cancellation_id || ':' || project_code || '/' || generation_month || '/' || serial_from || '-' || serial_to,
    generation_month,
    file_id,
    cast(count_mwh as decimal(38, 6)),
    null
from certificates.judged_cancellations
where reason is null
union all
select
    park_id,
    cast(left(generation_month, 4) as integer),
    'gec_mwh',
    'computed',
    'not_recognised:' || enterprise_id || ':' || scope,
    generation_month,
    null,
    -not_recognised_wh * cast(0.000001 as decimal(7, 6)),
    'Cancelled certificates above the recognised amount of the enterprise.'
from certificates.not_recognised_month
where not_recognised_wh <> 0
union all
select
    park_id,
    year,
    'gec_mwh',
    'computed',
    'surplus:' || enterprise_id,
    null,
    null,
    -gec_surplus_mwh,
    'Cancelled certificates beyond the enterprise''s own draw from the grid.'
from metrics.enterprise_year
where gec_surplus_mwh <> 0
