-- The parks and years that get figures: every park of the master for the year of the run, and for another account year
-- (a base year) the parks that have meter readings, fuel, heat or process rows in it.
-- Grain: park_id, year
-- Order: park_id, year
with seen as (
    select park_id, cast(left(month, 4) as integer) as year
    from energy.park_month
    union
    select park_id, cast(year as integer) from emissions.fuel_leaves
    union
    select park_id, cast(year as integer) from emissions.heat_leaves
    union
    select park_id, cast(year as integer) from emissions.process_leaves
),
latest as (
    select *
    from staging.parks
    qualify row_number() over (partition by park_id order by valid_from desc) = 1
)
select
    k.park_id,
    k.name_zh,
    k.name_en,
    k.province_zh,
    k.base_year,
    y.year,
    y.cutoff,
    y.first_day,
    y.last_day,
    y.is_run_year,
    k.park_id in (select x.park_id from parsed.expected_inputs as x) as has_expected_inputs
from latest as k
cross join run.years as y
left join seen as s on k.park_id = s.park_id and y.year = s.year
where y.is_run_year or s.park_id is not null
