-- The power projects of the master with the class of their technology. Blank same_owner and interval_traced mean true,
-- blank grid_mode surplus (document 910 and the guide of notice 622 speak of green, recovered and fossil power).
-- in_balance: its generation stands behind the park's gate, so it belongs to the electricity balance.
-- A later valid_from ends the row before it; blank validity means always.
-- Grain: project_id, valid_from
-- Order: project_id, valid_from
with latest as (
    select
        p.project_id,
        p.park_id,
        p.technology,
        case
            when p.technology in ('solar', 'wind', 'hydro', 'biomass', 'geothermal', 'ocean', 'nuclear') then 'green'
            when p.technology in ('waste_heat', 'waste_pressure') then 'recovered'
            else 'fossil'
        end as supply_class,
        p.relation,
        coalesce(p.grid_mode, 'surplus') as grid_mode,
        p.relation in ('onsite', 'microgrid', 'source_grid_load_storage')
        and coalesce(p.grid_mode, 'surplus') <> 'full_feed_in' as in_balance,
        p.capacity_kw,
        p.owner_enterprise_id,
        coalesce(p.same_owner, true) as same_owner,
        coalesce(p.interval_traced, true) as interval_traced,
        p.gec_project_code,
        p.province_zh,
        coalesce(p.valid_from, date '0001-01-01') as valid_from,
        coalesce(p.valid_to, date '9999-12-31') as valid_to,
        p.file_id,
        p.line
    from parsed.projects as p
    inner join lake.files as f on p.file_id = f.file_id
    qualify row_number() over (partition by p.project_id, p.valid_from order by f.rank desc, p.line desc) = 1
)
select
    * replace (
        least(
            valid_to,
            coalesce(lead(valid_from) over (partition by project_id order by valid_from) - 1, date '9999-12-31')
        ) as valid_to
    )
from latest
