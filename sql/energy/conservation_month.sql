-- Whether energy is conserved in each park and month, to the Wh, worked out from the metered and estimated intervals alone
-- and set against the account: in each interval, what came in less what was charged and sent out must be the load of the
-- account; without meters at the gate the load must be the metered use, and import less export must follow from it.
-- imbalance_wh of an interval is the largest difference, or what the account gave away twice: exports beyond their sources,
-- green use beyond the load, direct use beyond the lines.
-- missing_wh: what the meters show leaving beyond what they show coming in; the account takes that load as zero.
-- sent_wh is the far end of a line where metered, else the park's end; line_loss_wh what of it did not arrive.
-- shared_*: the parts that fell to lines, projects and enterprises; unshared_wh: green use beyond the metered use of its
-- interval, which falls to nobody.
-- Partition: month
-- Grain: park_id
-- Order: park_id
with parks as (
    select park_no, park_id, boundary_from_use, share_minutes, share_minutes > balance_minutes as is_longer
    from energy.month_meters
    group by park_no, park_id, boundary_from_use, share_minutes, balance_minutes
),
by_role as (
    select park_no, role, sum(energy_wh) as energy_wh
    from energy.interval_energy
    group by park_no, role
),
totals as (
    select
        park_no,
        sum(case when role = 'grid_import' then energy_wh else 0 end) as import_wh,
        sum(case when role = 'grid_export' then energy_wh else 0 end) as export_wh,
        sum(case when role = 'generation' then energy_wh else 0 end) as generation_wh,
        sum(case when role = 'storage_charge' then energy_wh else 0 end) as charge_wh,
        sum(case when role = 'storage_discharge' then energy_wh else 0 end) as discharge_wh,
        sum(case when role = 'use' then energy_wh else 0 end) as use_wh
    from by_role
    group by park_no
),
line_ends as (
    select
        park_no,
        source_no,
        balance_minute as minute,
        sum(case when role = 'direct_import' then energy_wh else 0 end) as near_wh,
        sum(case when role = 'line_end' then energy_wh end) as far_wh
    from energy.interval_energy
    where role in ('direct_import', 'line_end')
    group by park_no, source_no, balance_minute
),
lines as (
    select
        park_no,
        minute,
        cast(sum(least(near_wh, coalesce(far_wh, near_wh))) as bigint) as arrived_wh,
        cast(sum(coalesce(far_wh, near_wh)) as bigint) as sent_wh
    from line_ends
    group by park_no, minute
),
metered as (
    select
        park_no,
        balance_minute as minute,
        cast(sum(case
            when role = 'use' then 0
            when role in ('grid_export', 'storage_charge') then -energy_wh
            else energy_wh
        end) as bigint) as net_wh,
        cast(sum(case when role = 'use' then energy_wh else 0 end) as bigint) as use_wh
    from energy.interval_energy
    where role in ('grid_import', 'generation', 'storage_discharge', 'grid_export', 'storage_charge', 'use')
    group by park_no, balance_minute
),
balanced as (
    select
        park_no,
        minute,
        signed_load_wh,
        import_wh - export_wh as gate_wh,
        used_wh,
        greatest(green_export_wh + used_wh - green_wh, 0)
        + greatest(recovered_export_wh - recovered_wh, 0)
        + greatest(fossil_export_wh - fossil_wh, 0)
        + abs(green_export_wh + recovered_export_wh + fossil_export_wh + pass_through_wh - export_wh)
        + greatest(used_wh - greatest(signed_load_wh, 0), 0)
        + greatest(direct_used_wh - direct_wh, 0) as given_twice_wh
    from energy.interval_balance
),
intervals as (
    select
        coalesce(b.park_no, m.park_no) as park_no,
        coalesce(b.minute, m.minute) as minute,
        coalesce(m.net_wh, 0) as net_wh,
        coalesce(m.use_wh, 0) as use_wh,
        coalesce(b.signed_load_wh, 0) as load_wh,
        coalesce(b.gate_wh, 0) as gate_wh,
        coalesce(b.used_wh, 0) as used_wh,
        coalesce(b.given_twice_wh, 0) as given_twice_wh
    from balanced as b
    full join metered as m on b.park_no = m.park_no and b.minute = m.minute
),
judged as (
    select
        i.park_no,
        i.minute,
        i.use_wh,
        i.load_wh,
        i.used_wh,
        case when p.boundary_from_use then i.use_wh - i.net_wh - coalesce(l.arrived_wh, 0) else 0 end as derived_gate_wh,
        greatest(
            case
                when p.boundary_from_use
                    then greatest(
                            abs(i.use_wh - i.load_wh), abs(i.use_wh - i.net_wh - coalesce(l.arrived_wh, 0) - i.gate_wh)
                        )
                else abs(i.net_wh + coalesce(l.arrived_wh, 0) - i.load_wh)
            end,
            i.given_twice_wh
        ) as imbalance_wh
    from intervals as i
    inner join parks as p on i.park_no = p.park_no
    left join lines as l on i.park_no = l.park_no and i.minute = l.minute
),
checked as (
    select
        park_no,
        sum(greatest(derived_gate_wh, 0)) as derived_import_wh,
        sum(greatest(-derived_gate_wh, 0)) as derived_export_wh,
        sum(greatest(load_wh, 0)) as load_wh,
        sum(greatest(-load_wh, 0)) as missing_wh,
        count(*) as intervals_checked,
        count(*) filter (where imbalance_wh > 0) as intervals_unbalanced,
        max(imbalance_wh) as largest_imbalance_wh
    from judged
    group by park_no
),
shares as (
    select park_no, sum(greatest(used_wh - use_wh, 0)) as unshared_wh
    from (
        select park_no, used_wh, use_wh
        from judged
        where park_no in (select park_no from parks where not is_longer)
        union all
        select j.park_no, sum(j.used_wh), sum(j.use_wh)
        from judged as j
        inner join parks as p on j.park_no = p.park_no and p.is_longer
        group by j.park_no, j.minute - j.minute % p.share_minutes
    ) as together
    group by park_no
),
line_totals as (
    select park_no, sum(sent_wh) as sent_wh, sum(sent_wh - arrived_wh) as line_loss_wh
    from lines
    group by park_no
),
project_parts as (
    select park_id, sum(direct_used_wh) as shared_direct_wh, sum(onsite_used_wh) as shared_onsite_wh
    from energy.project_use_month
    group by park_id
),
enterprise_parts as (
    select park_id, sum(green_share_wh) as shared_green_wh
    from energy.enterprise_month
    group by park_id
)
select
    m.month,
    p.park_id,
    cast(coalesce(t.import_wh, 0) + c.derived_import_wh as bigint) as import_wh,
    cast(coalesce(l.sent_wh, 0) as bigint) as sent_wh,
    cast(coalesce(t.generation_wh, 0) as bigint) as generation_wh,
    cast(coalesce(t.discharge_wh, 0) as bigint) as discharge_wh,
    cast(c.missing_wh as bigint) as missing_wh,
    cast(coalesce(t.use_wh, 0) as bigint) as metered_use_wh,
    cast(c.load_wh - coalesce(t.use_wh, 0) as bigint) as unmetered_wh,
    cast(coalesce(t.charge_wh, 0) as bigint) as charge_wh,
    cast(coalesce(t.export_wh, 0) + c.derived_export_wh as bigint) as export_wh,
    cast(coalesce(l.line_loss_wh, 0) as bigint) as line_loss_wh,
    c.intervals_checked,
    c.intervals_unbalanced,
    cast(c.largest_imbalance_wh as bigint) as largest_imbalance_wh,
    cast(coalesce(j.shared_direct_wh, 0) as bigint) as shared_direct_wh,
    cast(coalesce(j.shared_onsite_wh, 0) as bigint) as shared_onsite_wh,
    cast(coalesce(e.shared_green_wh, 0) as bigint) as shared_green_wh,
    cast(o.unshared_wh as bigint) as unshared_wh
from checked as c
inner join parks as p on c.park_no = p.park_no
cross join run.month as m
left join totals as t on c.park_no = t.park_no
left join line_totals as l on c.park_no = l.park_no
inner join shares as o on c.park_no = o.park_no
left join project_parts as j on p.park_id = j.park_id
left join enterprise_parts as e on p.park_id = e.park_id
