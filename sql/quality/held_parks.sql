-- Why a park's figures are held back: each critical check that found fault with them, with the rows that broke it and what to do.
-- It is the form of the table and gives no row. Only the audit of the written tables knows, so the gate writes the rows
-- (pipelines/publish/held.py).
-- Grain: park_id, check_name
-- Order: park_id, check_name
select
    cast(null as varchar) as park_id,
    cast(null as varchar) as check_name,
    cast(null as varchar) as severity,
    cast(null as bigint) as offending_rows,
    cast(null as varchar) as sentence,
    cast(null as varchar) as remedy,
    cast(null as varchar) as evidence
where false
