-- Green-power lines bought by an enterprise that belongs to a park in the account's year, each judged in the account of
-- its generation year; the account of the run year also holds those of every other generation year, which it leaves out.
-- reason is the first rule broken, null where the whole line counts. A line may count in part: of the rest lost_mwh were
-- cancelled for another beneficiary (not_held) and unsettled_mwh are above what its settlements cover (not_settled); the
-- reason is the first of them, and each from and to encloses its part.
-- not_cancelled_mwh: how much of what counts was not cancelled by the cut-off; a warning.
-- Grain: trade_id, year
-- Order: trade_id, year
with parts as (
    select
        trade_id,
        year,
        sum(counted_mwh) as counted_mwh,
        sum(serial_to - serial_from + 1 - counted_mwh) as unsettled_mwh,
        min(case when counted_mwh < serial_to - serial_from + 1 then serial_from + counted_mwh end) as unsettled_from,
        max(case when counted_mwh < serial_to - serial_from + 1 then serial_to end) as unsettled_to,
        max(case when counted_mwh > 0 then serial_from + counted_mwh - 1 end) as counted_to
    from certificates.trade_ranges
    group by trade_id, year
),
-- Up to the last serial that counts, everything counts or was lost: what was neither lost nor cancelled in time is open.
settling as (
    select
        t.trade_id,
        t.year,
        x.cancellation_id,
        x.shared_from,
        least(x.shared_to, p.counted_to) as shared_to
    from certificates.claimed_trades as t
    inner join parts as p on t.trade_id = p.trade_id and t.year = p.year
    inner join certificates.touching as x on t.trade_id = x.trade_id
    where
        x.shared_from <= p.counted_to
        and (x.beneficiary_enterprise_id <> x.buyer_enterprise_id or x.cancelled_on <= t.cutoff)
),
reached as (
    select
        *,
        coalesce(
            max(shared_to) over (
                partition by trade_id, year
                order by shared_from, cancellation_id
                rows between unbounded preceding and 1 preceding
            ),
            shared_from - 1
        ) as reach_before
    from settling
),
gone as (
    select
        trade_id,
        year,
        sum(greatest(shared_to - greatest(shared_from - 1, reach_before), 0)) as gone_mwh
    from reached
    group by trade_id, year
)
select
    t.trade_id,
    t.year,
    t.enterprise_id,
    t.park_id,
    t.project_code,
    t.generation_month,
    t.serial_from,
    t.serial_to,
    t.count_mwh,
    cast(coalesce(p.counted_mwh, 0) as decimal(38, 0)) as counted_mwh,
    case when t.reason = 'not_held' then t.lost_mwh else 0 end as lost_mwh,
    case when t.reason = 'not_held' then t.lost_from end as lost_from,
    case when t.reason = 'not_held' then t.lost_to end as lost_to,
    cast(coalesce(p.unsettled_mwh, 0) as decimal(38, 0)) as unsettled_mwh,
    p.unsettled_from,
    p.unsettled_to,
    s.settled_mwh,
    t.issued_mwh,
    t.trade_date,
    t.cutoff,
    case when t.reason is null and p.unsettled_mwh > 0 then 'not_settled' else t.reason end as reason,
    not t.is_other_year and coalesce(t.reason = 'overlap', false) as contested,
    cast(coalesce(p.counted_to - t.serial_from + 1, 0) - coalesce(g.gone_mwh, 0) as decimal(38, 0)) as not_cancelled_mwh,
    t.file_id,
    t.line
from certificates.claimed_trades as t
left join parts as p on t.trade_id = p.trade_id and t.year = p.year
left join gone as g on t.trade_id = g.trade_id and t.year = g.year
left join certificates.settled_trades as s on t.trade_id = s.trade_id and t.year = s.year
