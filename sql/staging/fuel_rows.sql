-- Fuel rows, each with its factors and the quantity in the factor table's unit, or the reason it is set aside.
-- Rows of one park, month, fuel, activity, unit, enterprise and document are one entry: a later file that has the entry
-- replaces it whole; several rows of it inside one file are all counted unless they are equal.
-- A factor row for the activity wins over the one for every activity; validity is judged on the first of the month.
-- Of equal rows one stands, whichever file came first.
-- Grain: file_id, line
-- Order: file_id, line
with ranked as (
    select
        u.*,
        f.rank,
        max(f.rank) over (
            partition by u.park_id, u.month, u.fuel, u.activity, u.unit, u.enterprise_id, u.document_id
        ) as last_rank
    from parsed.fuel_use as u
    inner join lake.files as f on u.file_id = f.file_id
),
standing as (
    select
        r.*,
        max(r.rank) over same = r.last_rank and row_number() over (same order by r.file_id, r.line) = 1 as stands,
        cast(r.month || '-01' as date) as first_day
    from ranked as r
    window same as (
        partition by
            r.park_id, r.month, r.fuel, r.activity, r.unit, r.enterprise_id, r.document_id, r.quantity,
            r.ncv_gj_per_unit, r.carbon_tc_per_gj, r.period_from, r.period_to
    )
),
factors as (
    select
        s.file_id,
        s.line,
        t.unit as factor_unit,
        cast(t.ncv_gj_per_unit as decimal(18, 6)) as table_ncv_gj_per_unit,
        cast(t.carbon_tc_per_gj as decimal(18, 6)) as table_carbon_tc_per_gj,
        cast(t.oxidation_factor as decimal(18, 6)) as oxidation_factor,
        cast(t.tco2_per_unit as decimal(18, 9)) as tco2_per_unit,
        cast(t.tce_per_unit as decimal(18, 9)) as tce_per_unit,
        cast(t.density_kg_per_l as decimal(18, 6)) as density_kg_per_l,
        cast(t.valid_from as date) as factor_valid_from,
        t.source as factor_source
    from standing as s
    inner join reference.fuels as t on s.fuel = t.fuel and (t.activity is null or t.activity = s.activity)
    qualify row_number() over (
            partition by s.file_id, s.line
            order by
                t.activity is null,
                not (cast(t.valid_from as date) <= s.first_day and coalesce(cast(t.valid_to as date), date '9999-12-31') >= s.first_day),
                abs(date_diff('day', s.first_day, cast(t.valid_from as date)))
        ) = 1
)
select
    s.file_id,
    s.line,
    s.raw,
    s.stands,
    concat_ws('/', s.park_id, s.month, s.fuel, s.activity, s.unit, coalesce(s.enterprise_id, ''), coalesce(s.document_id, '')) as entry,
    s.park_id,
    s.month,
    year(s.first_day) as year,
    s.fuel,
    s.activity,
    s.quantity,
    s.unit,
    s.enterprise_id,
    s.document_id,
    s.ncv_gj_per_unit as measured_ncv_gj_per_unit,
    s.carbon_tc_per_gj as measured_carbon_tc_per_gj,
    t.factor_unit,
    t.table_ncv_gj_per_unit,
    t.table_carbon_tc_per_gj,
    t.oxidation_factor,
    t.tco2_per_unit,
    t.tce_per_unit,
    t.factor_valid_from,
    t.factor_source,
    s.quantity
    * cast(case when u.base = 'L' then t.density_kg_per_l else u.base_per_unit end as decimal(18, 6)) as base_quantity,
    cast(b.base_per_unit as integer) as base_per_factor_unit,
    case
        when s.park_id not in (select park_id from staging.parks) then 'unknown_park'
        when k.park_id is null then 'outside_validity'
        when s.enterprise_id in (select enterprise_id from staging.enterprises) and e.enterprise_id is null then 'outside_validity'
        when t.factor_unit is null then 'unknown_fuel'
        when case when u.base = 'L' and t.density_kg_per_l is not null then 'kg' else u.base end <> b.base then 'unit_mismatch'
        when s.quantity < 0 then 'negative_quantity'
        when
            (t.tco2_per_unit is null or s.activity in ('conversion_input', 'conversion_output'))
            and (t.table_ncv_gj_per_unit is null or t.table_carbon_tc_per_gj is null)
            then 'factor_incomplete'
        when t.tce_per_unit is null and t.table_ncv_gj_per_unit is null then 'factor_incomplete'
    end as reason
from standing as s
left join factors as t on s.file_id = t.file_id and s.line = t.line
left join reference.units as u on s.unit = u.unit
left join reference.units as b on t.factor_unit = b.unit
left join staging.parks as k
    on s.park_id = k.park_id and s.first_day between k.valid_from and k.valid_to
left join staging.enterprises as e
    on s.enterprise_id = e.enterprise_id and s.park_id = e.park_id and s.first_day between e.valid_from and e.valid_to
