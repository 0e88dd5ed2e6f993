-- The serials by which green-power trade counts: disjoint ranges of each line, without what was cancelled for another
-- beneficiary and without what its settlements do not cover.
-- Grain: trade_id, year, serial_from
-- Order: trade_id, year, serial_from
select
    trade_id,
    year,
    enterprise_id,
    park_id,
    project_code,
    generation_month,
    serial_from,
    cast(serial_from + counted_mwh - 1 as decimal(38, 0)) as serial_to
from certificates.trade_ranges
where counted_mwh > 0
