-- What the intensity and the core verdict would be with other values where the texts are open: c_eq at both ends of its
-- range, the latest fossil power factor instead of the fixed one, feedstock in C, nuclear lines at the residual factor.
-- The limit stays that of the result; a verdict that is undecided or not applicable stays so.
-- Grain: park_id, year, parameter, value
-- Order: park_id, year, parameter, value
with base as (
    select
        w.*, p.feedstock_in_energy, p.electricity_coal_equivalent, p.electricity_coal_equivalent_low,
        p.electricity_coal_equivalent_high, p.residual_electricity_factor, j.core_verdict, j.limit_tco2_per_tce
    from metrics.park_window as w
    inner join metrics.judged_year as j on w.park_id = j.park_id and w.year = j.year
    inner join run.params as p on w.year = p.year
    where w.window_kind = 'year'
),
cases as (
    select
        park_id, year, 'electricity_coal_equivalent' as parameter, electricity_coal_equivalent_low as value,
        total_tco2, electricity_low_tce + other_tce as energy_tce, core_verdict, limit_tco2_per_tce
    from base
    union all
    select
        park_id, year, 'electricity_coal_equivalent', electricity_coal_equivalent,
        total_tco2, energy_tce, core_verdict, limit_tco2_per_tce
    from base
    union all
    select
        park_id, year, 'electricity_coal_equivalent', electricity_coal_equivalent_high,
        total_tco2, electricity_high_tce + other_tce, core_verdict, limit_tco2_per_tce
    from base
    union all
    select
        park_id, year, 'residual_electricity_factor', latest_fossil_factor,
        total_tco2 - electricity_tco2 + latest_factor_tco2, energy_tce, core_verdict, limit_tco2_per_tce
    from base
    union all
    select
        park_id, year, 'feedstock_in_energy', 1 - feedstock_in_energy,
        total_tco2, energy_tce + case when feedstock_in_energy = 1 then -feedstock_tce else feedstock_tce end,
        core_verdict, limit_tco2_per_tce
    from base
    union all
    select
        park_id, year, 'nuclear_direct_factor', residual_electricity_factor,
        total_tco2 + nuclear_at_residual_tco2, energy_tce, core_verdict, limit_tco2_per_tce
    from base
)
select
    park_id,
    cast(year as integer) as year,
    parameter,
    cast(value as decimal(18, 9)) as value,
    cast(total_tco2 as double) / nullif(cast(energy_tce as double), 0) as intensity_tco2_per_tce,
    case
        when core_verdict in ('undecided', 'not_applicable') then core_verdict
        when total_tco2 <= limit_tco2_per_tce * energy_tce then 'pass'
        else 'fail'
    end as core_verdict
from cases
