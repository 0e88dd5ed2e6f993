-- Curtailment records, or the reason they are set aside. A later file that has the same project, month and
-- document replaces the entry.
-- Of equal rows one stands, whichever file came first.
-- Grain: file_id, line
-- Order: file_id, line
with ranked as (
    select
        c.*,
        f.rank,
        max(f.rank) over (partition by c.project_id, c.month, c.document_id) as last_rank
    from parsed.curtailment as c
    inner join lake.files as f on c.file_id = f.file_id
),
standing as (
    select
        r.*,
        max(r.rank) over same = r.last_rank and row_number() over (same order by r.file_id, r.line) = 1 as stands,
        cast(r.month || '-01' as date) as first_day
    from ranked as r
    window same as (
        partition by
            r.project_id, r.month, r.document_id, r.curtailed_mwh
    )
)
select
    s.file_id,
    s.line,
    s.raw,
    s.stands,
    concat_ws('/', s.project_id, s.month, coalesce(s.document_id, '')) as entry,
    p.park_id,
    s.project_id,
    s.month,
    year(s.first_day) as year,
    s.curtailed_mwh,
    s.document_id,
    case
        when p.project_id is null and s.project_id not in (select project_id from staging.projects) then 'unknown_project'
        when p.project_id is null or k.park_id is null then 'outside_validity'
        when s.curtailed_mwh < 0 then 'negative_quantity'
    end as reason
from standing as s
left join staging.projects as p on s.project_id = p.project_id and s.first_day between p.valid_from and p.valid_to
left join staging.parks as k on p.park_id = k.park_id and s.first_day between k.valid_from and k.valid_to
