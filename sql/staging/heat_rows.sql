-- Heat rows, in GJ, with the factor that applies, or the reason they are set aside. Steam given in tonnes is
-- quantity x enthalpy. A later file that has the same park, month, direction, kind and document replaces the entry.
-- Of equal rows one stands, whichever file came first.
-- Grain: file_id, line
-- Order: file_id, line
with ranked as (
    select
        h.*,
        f.rank,
        max(f.rank) over (partition by h.park_id, h.month, h.direction, h.kind, h.document_id) as last_rank
    from parsed.heat_flows as h
    inner join lake.files as f on h.file_id = f.file_id
),
standing as (
    select
        r.*,
        max(r.rank) over same = r.last_rank and row_number() over (same order by r.file_id, r.line) = 1 as stands,
        cast(r.month || '-01' as date) as first_day,
        coalesce(
            r.quantity_gj,
            case
                when r.unit = 'GJ' then r.quantity
                when r.unit = 'MJ' then cast(r.quantity as decimal(38, 9)) * cast(0.001 as decimal(4, 3))
                when r.unit = 't' then cast(r.quantity as decimal(38, 9)) * cast(r.enthalpy_gj_per_t as decimal(18, 6))
                when r.unit = 'kg'
                    then cast(r.quantity as decimal(38, 9)) * cast(r.enthalpy_gj_per_t as decimal(18, 6))
                        * cast(0.001 as decimal(4, 3))
            end
        ) as heat_gj
    from ranked as r
    window same as (
        partition by
            r.park_id, r.month, r.direction, r.kind, r.document_id, r.quantity_gj, r.quantity, r.unit,
            r.enthalpy_gj_per_t, r.factor_tco2_per_gj
    )
)
select
    s.file_id,
    s.line,
    s.raw,
    s.stands,
    concat_ws('/', s.park_id, s.month, s.direction, s.kind, coalesce(s.document_id, '')) as entry,
    s.park_id,
    s.month,
    year(s.first_day) as year,
    s.direction,
    s.kind,
    cast(s.heat_gj as decimal(38, 12)) as heat_gj,
    s.factor_tco2_per_gj as stated_factor_tco2_per_gj,
    s.document_id,
    case
        when s.park_id not in (select park_id from staging.parks) then 'unknown_park'
        when k.park_id is null then 'outside_validity'
        when s.heat_gj is null then 'heat_quantity_missing'
        when s.heat_gj < 0 then 'negative_quantity'
    end as reason
from standing as s
left join staging.parks as k on s.park_id = k.park_id and s.first_day between k.valid_from and k.valid_to
