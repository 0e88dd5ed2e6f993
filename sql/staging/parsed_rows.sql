-- How many rows of each file lie in the canonical tables: counted there, not taken from what its reader said, so that the
-- file ledger balances only where no row was lost between the two.
-- Grain: file_id, table_name
-- Order: file_id, table_name
select file_id, 'parks' as table_name, count(*) as rows_found
from parsed.parks
group by file_id
union all
select file_id, 'enterprises', count(*)
from parsed.enterprises
group by file_id
union all
select file_id, 'projects', count(*)
from parsed.projects
group by file_id
union all
select file_id, 'meters', count(*)
from parsed.meters
group by file_id
union all
select file_id, 'expected_inputs', count(*)
from parsed.expected_inputs
group by file_id
union all
select file_id, 'baselines', count(*)
from parsed.baselines
group by file_id
union all
select file_id, 'meter_readings', count(*)
from parsed.meter_readings
group by file_id
union all
select file_id, 'meter_registers', count(*)
from parsed.meter_registers
group by file_id
union all
select file_id, 'meter_replacements', count(*)
from parsed.meter_replacements
group by file_id
union all
select file_id, 'meter_periods', count(*)
from parsed.meter_periods
group by file_id
union all
select file_id, 'reading_edits', count(*)
from parsed.reading_edits
group by file_id
union all
select file_id, 'fuel_use', count(*)
from parsed.fuel_use
group by file_id
union all
select file_id, 'heat_flows', count(*)
from parsed.heat_flows
group by file_id
union all
select file_id, 'process_outputs', count(*)
from parsed.process_outputs
group by file_id
union all
select file_id, 'curtailment', count(*)
from parsed.curtailment
group by file_id
union all
select file_id, 'indicators', count(*)
from parsed.indicators
group by file_id
union all
select file_id, 'offsets', count(*)
from parsed.offsets
group by file_id
union all
select file_id, 'gec_issuances', count(*)
from parsed.gec_issuances
group by file_id
union all
select file_id, 'gec_trades', count(*)
from parsed.gec_trades
group by file_id
union all
select file_id, 'gec_cancellations', count(*)
from parsed.gec_cancellations
group by file_id
union all
select file_id, 'gec_recognition', count(*)
from parsed.gec_recognition
group by file_id
union all
select file_id, 'green_power_settlements', count(*)
from parsed.green_power_settlements
group by file_id
