-- Process outputs, or the reason they are set aside. A later file that has the same park, month, product,
-- enterprise and document replaces the entry.
-- Of equal rows one stands, whichever file came first.
-- Grain: file_id, line
-- Order: file_id, line
with ranked as (
    select
        p.*,
        f.rank,
        max(f.rank) over (partition by p.park_id, p.month, p.product, p.enterprise_id, p.document_id) as last_rank
    from parsed.process_outputs as p
    inner join lake.files as f on p.file_id = f.file_id
),
standing as (
    select
        r.*,
        max(r.rank) over same = r.last_rank and row_number() over (same order by r.file_id, r.line) = 1 as stands,
        cast(r.month || '-01' as date) as first_day
    from ranked as r
    window same as (
        partition by
            r.park_id, r.month, r.product, r.enterprise_id, r.document_id, r.quantity_t, r.factor_tco2_per_t,
            r.factor_source
    )
)
select
    s.file_id,
    s.line,
    s.raw,
    s.stands,
    concat_ws('/', s.park_id, s.month, s.product, coalesce(s.enterprise_id, ''), coalesce(s.document_id, '')) as entry,
    s.park_id,
    s.month,
    year(s.first_day) as year,
    s.product,
    s.quantity_t,
    s.factor_tco2_per_t,
    s.factor_source,
    s.enterprise_id,
    s.document_id,
    case
        when s.park_id not in (select park_id from staging.parks) then 'unknown_park'
        when k.park_id is null then 'outside_validity'
        when s.enterprise_id in (select enterprise_id from staging.enterprises) and e.enterprise_id is null then 'outside_validity'
        when s.quantity_t < 0 then 'negative_quantity'
    end as reason
from standing as s
left join staging.parks as k on s.park_id = k.park_id and s.first_day between k.valid_from and k.valid_to
left join staging.enterprises as e
    on s.enterprise_id = e.enterprise_id and s.park_id = e.park_id and s.first_day between e.valid_from and e.valid_to
