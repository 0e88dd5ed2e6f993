-- How the emissions and the energy consumption of a year move with one MWh more at a meter: the first derivatives of the
-- method at the park's own figures. Heat meters are told per MWh too (3.6 GJ).
-- free_share: how much of further draw from the grid certificates in surplus would cover; they cover as far as the surplus
-- exceeds all energy of the park's import meters that is estimated or uncertain by their class. own_weight of an enterprise
-- is its share of the draw (rule a and c), or it is that of the meter (rule b).
-- Where two ends of a line are metered either may be the lower: both count fully. Storage losses are use, but storage inside
-- the gate moves neither E nor C. Own fossil and recovered generation is in U and is taken out of C again.
-- Grain: meter_id, year
-- Order: meter_id, year
with meters as (
    select
        m.park_id,
        cast(left(m.month, 4) as integer) as year,
        m.meter_id,
        m.role,
        max(m.supply_class) as supply_class,
        max(m.project_id) as project_id,
        max(m.enterprise_id) as enterprise_id,
        bool_or(m.boundary_from_use) as boundary_from_use,
        sum(m.energy_wh) as energy_wh,
        sum(m.alternate_wh + m.linear_wh + m.like_day_wh + m.scaled_wh + m.conservative_wh) as estimated_wh,
        cast(sum(cast(
            m.energy_wh * coalesce(try_cast(regexp_extract(m.accuracy_class, '[0-9]+[.]?[0-9]*') as double), 0) / 100
            as decimal(38, 6)
        )) as double) as class_half_width_wh
    from energy.meter_month as m
    where
        m.role in (
            'grid_import', 'grid_export', 'direct_import', 'line_end', 'generation', 'storage_charge', 'storage_discharge',
            'use', 'heat_import', 'heat_export'
        )
    group by m.park_id, left(m.month, 4), m.meter_id, m.role
    qualify row_number() over (partition by m.meter_id, left(m.month, 4) order by sum(m.energy_wh) desc, m.role) = 1
),
uncertain as (
    select
        park_id,
        year,
        cast(sum(case
            when role = case when boundary_from_use then 'use' else 'grid_import' end
                then cast(estimated_wh + class_half_width_wh as decimal(38, 6))
            else 0
        end) as double) as uncertain_wh,
        sum(case when role = 'use' then energy_wh else 0 end) as use_wh
    from meters
    group by park_id, year
),
enterprises as (
    select
        w.park_id,
        w.year,
        w.enterprise_id,
        w.offtake_case,
        cast(w.grid_offtake_wh as double) / nullif(cast(sum(w.grid_offtake_wh) over (partition by w.park_id, w.year) as double), 0)
            as own_weight,
        case
            when w.offtake_case = 'none' then 0
            else least(cast(greatest(w.trade_wh + w.usable_wh - w.grid_offtake_wh, 0) as double) / greatest(u.uncertain_wh, 1), 1)
        end as free_share
    from metrics.enterprise_window as w
    inner join uncertain as u on w.park_id = u.park_id and w.year = u.year
    where w.window_kind = 'year'
),
parks as (
    select
        park_id,
        year,
        max(offtake_case) as offtake_case,
        cast(sum(cast(coalesce(own_weight, 0) * free_share as decimal(38, 12))) as double) as free_share
    from enterprises
    group by park_id, year
),
lines as (
    select
        park_id,
        cast(left(month, 4) as integer) as year,
        project_id,
        max(case when uncounted_wh > 0 then 1 else 0 end) as is_uncounted
    from energy.line_month
    group by park_id, left(month, 4), project_id
),
placed as (
    select
        m.park_id,
        m.year,
        m.meter_id,
        m.role,
        m.supply_class,
        m.boundary_from_use,
        m.energy_wh,
        m.class_half_width_wh,
        cast(p.residual_electricity_factor as double) as grid_factor,
        cast(p.electricity_coal_equivalent as double) as c_eq,
        cast(p.fossil_heat_factor_default * 3.6 as double) as heat_factor,
        cast(p.heat_coal_equivalent * 3.6 as double) as heat_tce,
        case when k.offtake_case = 'import' then coalesce(e.free_share, 0) else coalesce(k.free_share, 0) end as free_share,
        case
            when k.offtake_case = 'share' and u.use_wh > w.inflow_wh
                then (coalesce(e.free_share, 0) - k.free_share) * cast(w.inflow_wh as double) / u.use_wh
            when k.offtake_case = 'share' then coalesce(e.free_share, 0)
            else 0
        end as use_effect,
        coalesce(l.is_uncounted, 0) as is_uncounted,
        case when w.sold_onsite_wh > 0 then 1 else 0 end as is_sold,
        coalesce(cast(w.green_export_wh as double) / nullif(w.export_wh, 0), 1) as green_part,
        coalesce(cast(w.recovered_export_wh as double) / nullif(w.export_wh, 0), 0) as recovered_part,
        coalesce(cast(w.fossil_export_wh as double) / nullif(w.export_wh, 0), 0) as fossil_part,
        coalesce(cast(w.import_wh - w.inflow_wh as double) / nullif(w.export_wh, 0), 0) as passing_part,
        cast(w.total_tco2 as double) / nullif(cast(w.energy_tce as double), 0) as intensity,
        nullif(cast(w.energy_tce as double), 0) as energy_tce
    from meters as m
    inner join metrics.park_window as w on m.park_id = w.park_id and m.year = w.year
    inner join run.params as p on m.year = p.year
    inner join uncertain as u on m.park_id = u.park_id and m.year = u.year
    left join parks as k on m.park_id = k.park_id and m.year = k.year
    left join enterprises as e on m.park_id = e.park_id and m.year = e.year and m.enterprise_id = e.enterprise_id
    left join lines as l on m.park_id = l.park_id and m.year = l.year and m.project_id = l.project_id
    where w.window_kind = 'year'
),
derived as (
    select
        *,
        case
            when role = 'heat_import' then heat_factor
            when role = 'heat_export' then -heat_factor
            when boundary_from_use and role in ('use', 'storage_charge') then grid_factor * (1 - free_share)
            when boundary_from_use and role in ('generation', 'storage_discharge') then -grid_factor * (1 - free_share)
            when boundary_from_use and role in ('direct_import', 'line_end')
                then grid_factor * (is_uncounted - 1 + free_share)
            when role = 'grid_import' then grid_factor * (1 - free_share)
            when role = 'grid_export'
                then -grid_factor * (fossil_part + passing_part * (1 - free_share) + green_part * is_sold)
            when role in ('direct_import', 'line_end') then grid_factor * is_uncounted
            when role = 'use' then -grid_factor * use_effect
            else 0
        end as emission_tco2_per_mwh,
        case
            when role = 'heat_import' then heat_tce
            when role = 'heat_export' then -heat_tce
            when boundary_from_use and role in ('use', 'storage_charge') then c_eq
            when boundary_from_use and role = 'storage_discharge' then -c_eq
            when boundary_from_use and role = 'generation' and supply_class <> 'green' then -c_eq
            when boundary_from_use then 0
            when role in ('grid_import', 'direct_import', 'line_end') then c_eq
            when role = 'grid_export' then c_eq * (recovered_part - 1)
            when role = 'generation' and supply_class = 'green' then c_eq
            else 0
        end as energy_tce_per_mwh
    from placed
)
select
    park_id,
    year,
    meter_id,
    role,
    cast(energy_wh as bigint) as energy_wh,
    class_half_width_wh,
    free_share,
    grid_factor / energy_tce as grid_sensitivity,
    emission_tco2_per_mwh,
    energy_tce_per_mwh,
    (emission_tco2_per_mwh - intensity * energy_tce_per_mwh) / energy_tce as sensitivity
from derived
