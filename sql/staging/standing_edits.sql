-- The edits by persons that stand: where edits of a meter overlap, the later delivered one counts, cut into pieces that do
-- not overlap. An edit without two names is none: it is set aside when its file is read, and once more here.
-- The pieces of a meter lie between neighbouring ends of its edits; only edits that overlap are looked at together.
-- Grain: meter_id, from_at
-- Order: meter_id, from_at
with contents as (
    select
        e.meter_id,
        e."from" as from_at,
        e."to" as to_at,
        e.value,
        e.reason,
        e.document_sha256,
        e.author,
        e.approver,
        min(e.file_id) as file_id,
        arg_min(e.line, e.file_id || lpad(cast(e.line as varchar), 10, '0')) as line,
        max(f.rank * cast(4294967296 as bigint) + e.line) as place
    from parsed.reading_edits as e
    inner join lake.files as f on e.file_id = f.file_id
    where
        e."from" < e."to"
        and trim(e.author) <> '' and trim(e.approver) <> '' and lower(trim(e.author)) <> lower(trim(e.approver))
        and e.value is not null and e.reason is not null and e.document_sha256 is not null
        and e.meter_id in (select m.meter_id from staging.meters as m)
    group by e.meter_id, e."from", e."to", e.value, e.reason, e.document_sha256, e.author, e.approver
),
latest as (
    select *
    from contents
    qualify row_number() over (partition by meter_id, from_at, to_at order by place desc) = 1
),
ends as (
    select meter_id, from_at as cut_at
    from latest
    union
    select meter_id, to_at as cut_at
    from latest
),
pieces as (
    select
        meter_id,
        cut_at as piece_from_at,
        lead(cut_at) over (partition by meter_id order by cut_at) as piece_to_at
    from ends
),
chosen as (
    select p.piece_from_at, p.piece_to_at, e.*
    from pieces as p
    inner join latest as e
        on p.meter_id = e.meter_id and p.piece_from_at >= e.from_at and p.piece_from_at < e.to_at
    qualify row_number() over (partition by p.meter_id, p.piece_from_at order by e.place desc) = 1
),
marked as (
    select
        *,
        coalesce(
            piece_from_at > lag(piece_to_at) over w or file_id <> lag(file_id) over w or line <> lag(line) over w, true
        ) as is_new
    from chosen
    window w as (partition by meter_id order by piece_from_at)
),
numbered as (
    select
        *,
        sum(cast(is_new as integer)) over (
            partition by meter_id order by piece_from_at rows between unbounded preceding and current row
        ) as piece
    from marked
)
select
    meter_id,
    min(piece_from_at) as from_at,
    max(piece_to_at) as to_at,
    value,
    reason,
    document_sha256,
    author,
    approver,
    file_id,
    line
from numbered
group by meter_id, piece, value, reason, document_sha256, author, approver, file_id, line
