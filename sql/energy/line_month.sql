-- Direct power used, by line and month, and the part that does not count as green (D_x of document 910 and notice 688):
-- all of a fossil or unnamed line and of one that is not traced interval by interval; of a line whose owner is not the
-- user, what goes beyond the own-use certificates of the month and those left from earlier months of the year.
-- barred_wh: what no certificate could make green; owed_wh: what needs certificates. A change of the project's master
-- within the month divides it; the columns that describe the line are those of its last row.
-- With S = running sum of (certificates - power that needs them), the certificates left after a month are
-- S - min(0, lowest S so far).
-- Grain: park_id, project_id, month
-- Order: park_id, project_id, month
with rows_of_lines as (
    select
        u.park_id,
        u.project_id,
        u.month,
        u.project_from,
        u.direct_used_wh,
        coalesce(p.supply_class, 'fossil') as supply_class,
        p.technology,
        coalesce(p.interval_traced, true) as interval_traced,
        coalesce(p.same_owner, true) as same_owner
    from energy.project_use_month as u
    left join staging.projects as p
        on u.project_id = p.project_id and u.park_id = p.park_id and u.project_from = p.valid_from
    where u.direct_used_wh > 0
),
lines as (
    select
        park_id,
        project_id,
        month,
        arg_max(supply_class, coalesce(project_from, date '0001-01-01')) as supply_class,
        arg_max(technology, coalesce(project_from, date '0001-01-01')) as technology,
        arg_max(interval_traced, coalesce(project_from, date '0001-01-01')) as interval_traced,
        arg_max(same_owner, coalesce(project_from, date '0001-01-01')) as same_owner,
        sum(direct_used_wh) as direct_used_wh,
        sum(case when supply_class = 'fossil' or not interval_traced then direct_used_wh else 0 end) as barred_wh,
        sum(
            case when supply_class <> 'fossil' and interval_traced and not same_owner then direct_used_wh else 0 end
        ) as owed_wh
    from rows_of_lines
    group by park_id, project_id, month
),
calendar as (
    select park_id, project_id, month, left(month, 4) as year
    from lines
    union
    select park_id, project_id, month, left(month, 4) from certificates.own_use_month
),
running as (
    select
        c.park_id,
        c.project_id,
        c.month,
        c.year,
        coalesce(l.direct_used_wh, 0) as direct_used_wh,
        coalesce(l.barred_wh, 0) as barred_wh,
        coalesce(l.owed_wh, 0) as owed_wh,
        l.supply_class,
        l.technology,
        l.interval_traced,
        l.same_owner,
        cast(coalesce(o.own_use_mwh, 0) as hugeint) * 1000000 as certified_wh,
        sum(cast(coalesce(o.own_use_mwh, 0) as hugeint) * 1000000 - coalesce(l.owed_wh, 0)) over (
            partition by c.park_id, c.project_id, c.year order by c.month
        ) as balance_wh
    from calendar as c
    left join lines as l on c.park_id = l.park_id and c.project_id = l.project_id and c.month = l.month
    left join certificates.own_use_month as o
        on c.park_id = o.park_id and c.project_id = o.project_id and c.month = o.month
),
carried as (
    select
        r.*,
        balance_wh - least(min(balance_wh) over so_far, 0) as left_wh,
        coalesce(
            lag(balance_wh) over so_far - least(min(balance_wh) over before_it, 0), 0
        ) as brought_wh
    from running as r
    window
        so_far as (partition by park_id, project_id, year order by month),
        before_it as (
            partition by park_id, project_id, year order by month rows between unbounded preceding and 1 preceding
        )
)
select
    c.park_id,
    c.project_id,
    c.month,
    c.supply_class,
    c.technology,
    c.interval_traced,
    c.same_owner,
    cast(c.direct_used_wh as bigint) as direct_used_wh,
    cast(c.barred_wh as bigint) as barred_wh,
    cast(c.owed_wh as bigint) as owed_wh,
    cast(c.certified_wh as bigint) as certified_wh,
    cast(c.barred_wh + c.owed_wh - (c.brought_wh + c.certified_wh - c.left_wh) as bigint) as uncounted_wh
from carried as c
where c.direct_used_wh > 0
