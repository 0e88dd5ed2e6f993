-- What a park still has to deliver: intervals without a valid value, documents without a number, inputs that it owes. A row is a
-- meter and month, a kind of document and month, or a finding that leaves a figure open.
-- 中文: 还缺什么数据？
-- Columns:
-- kind: What is missing: readings, document, or finding for what a figure cannot pass over.
-- subject: The meter, the kind of document, or the code of the finding.
-- missing: Intervals, entries or findings. [1]
-- still_open: Intervals that no estimate fills, and all documents and findings. [1]
-- open_mwh: What the open intervals probably hold. [MWh]
-- sentence: What is missing, in words.
with documents as (
    select
        park_id,
        year,
        month,
        unnest(['fuel', 'heat', 'process']) as subject,
        unnest([fuel_undocumented, heat_undocumented, process_undocumented]) as entries
    from quality.park_month
),
items as (
    select
        park_id,
        year,
        month,
        'readings' as kind,
        meter_id as subject,
        sum(intervals_expected - intervals_valid) as missing,
        sum(intervals_open) as still_open,
        sum(open_mwh) as open_mwh,
        'Intervals without a valid value; the actual values replace the estimates.' as sentence
    from quality.meter_month
    where due and intervals_valid < intervals_expected
    group by park_id, year, month, meter_id
    union all
    select
        park_id, year, month, 'document', subject, entries as missing, entries as still_open, null, 'Entries that name no document.'
    from documents
    where entries > 0
    union all
    select
        park_id, year, month, 'finding', code, count(*), count(*), null, min(sentence)
    from quality.findings
    where severity = 'fail' and code in ('missing_input', 'missing_readings', 'fuel_missing', 'no_readings')
    group by park_id, year, month, code
)
select
    park_id,
    year,
    month,
    kind,
    subject,
    cast(missing as bigint) as missing,
    cast(still_open as bigint) as still_open,
    cast(open_mwh as decimal(38, 6)) as open_mwh,
    sentence
from items
order by park_id, year, month nulls first, kind, subject
