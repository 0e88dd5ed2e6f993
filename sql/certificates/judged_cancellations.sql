-- Cancelled ranges for an enterprise of a park, each judged in the account of its generation year; the account of the
-- run year also holds those of every other generation year, which it leaves out. reason is the first rule broken, null
-- where the range is usable. The park is the one to which the enterprise belonged in the account's year and on the day of
-- cancellation; failing that (in_park is false), the named one or else its latest one of the year, else of all. A
-- cancellation that names a park of use counts in no other.
-- held_mwh is what the beneficiary's undisputed purchases cover, of a line that keeps rule 1. contested: excluded by
-- overlap, or by not_held only because a purchase that covers it overlaps another trade line.
-- Grain: cancellation_id, year
-- Order: cancellation_id, year
with claims as (
    select
        c.*,
        y.year,
        e.park_id,
        e.valid_from <= y.last_day
        and e.valid_to >= y.first_day
        and c.cancelled_on between e.valid_from and e.valid_to
        and e.park_id = coalesce(c.use_park_id, e.park_id) as in_park,
        c.generation_year <> y.year as is_other_year,
        n.project_code is not null as is_own_project,
        cast(p.nuclear_trade_is_green as integer) = 1 as nuclear_is_green,
        -- The rules of 67 (2024) begin with generation in 2024; what was generated before was valid to the end of 2025.
        least(
            y.cutoff,
            case
                when c.generation_year < 2024 then date '2025-12-31'
                else cast(
                        cast(c.generation_month || '-01' as date)
                        + cast(p.gec_validity_months as integer) * interval '1' month
                        - interval '1' day
                        as date
                    )
            end
        ) as last_day
    from certificates.cancellation_lines as c
    inner join run.years as y on c.generation_year = y.year or y.is_run_year
    inner join run.params as p on y.year = p.year
    inner join staging.enterprises as e on c.beneficiary_enterprise_id = e.enterprise_id
    left join (
        select distinct
            park_id,
            gec_project_code as project_code
        from staging.projects
    ) as n
        on e.park_id = n.park_id and c.project_code = n.project_code
    qualify row_number() over (
            partition by c.cancellation_id, y.year
            order by
                in_park desc,
                e.valid_from <= y.last_day and e.valid_to >= y.first_day desc,
                e.park_id = coalesce(c.use_park_id, '') desc,
                e.valid_from desc,
                e.park_id asc
        ) = 1
),
touched as (
    select
        cancellation_id,
        bool_or(technology not in ('solar', 'wind', 'hydro', 'biomass', 'geothermal', 'ocean', 'nuclear')) as by_not_renewable,
        bool_or(technology = 'nuclear') as by_nuclear,
        bool_or(channel = 'unbundled' and not tradable) as by_not_tradable,
        bool_or(channel in ('green_power', 'own_use')) as by_other_use
    from certificates.touching
    group by cancellation_id
),
purchases as (
    select
        cancellation_id,
        shared_from,
        shared_to,
        trade_broken_rule,
        coalesce(
            max(shared_to) over (
                partition by cancellation_id order by shared_from, trade_id rows between unbounded preceding and 1 preceding
            ),
            shared_from - 1
        ) as reach_before
    from certificates.touching
    where
        buyer_enterprise_id = beneficiary_enterprise_id
        and trade_date <= cancelled_on
        and cancellation_broken_rule is null
        and (trade_broken_rule is null or trade_broken_rule = 'overlap')
),
bought as (
    select
        cancellation_id,
        sum(case when trade_broken_rule is null then shared_to - shared_from + 1 else 0 end) as held_mwh,
        sum(greatest(shared_to - greatest(shared_from - 1, reach_before), 0)) as held_or_disputed_mwh
    from purchases
    group by cancellation_id
),
judged as (
    select
        c.*,
        coalesce(b.held_mwh, 0) as held_mwh,
        i.issued_mwh,
        coalesce(b.held_or_disputed_mwh, 0) as held_or_disputed_mwh,
        coalesce(t.by_other_use, false) or c.is_own_project as is_counted_elsewhere,
        case
            when c.broken_rule is not null then c.broken_rule
            when i.issued_mwh < i.count_mwh then 'not_issued'
            when t.by_not_renewable or (t.by_nuclear and not c.nuclear_is_green) then 'not_renewable'
            when t.by_not_tradable then 'not_tradable'
            when c.is_other_year then 'other_year'
            when c.cancelled_on > c.last_day then 'expired_or_late'
            when not c.in_park or coalesce(b.held_mwh, 0) < c.count_mwh then 'not_held'
            when t.by_other_use or c.is_own_project then 'counted_elsewhere'
        end as reason
    from claims as c
    left join touched as t on c.cancellation_id = t.cancellation_id
    left join bought as b on c.cancellation_id = b.cancellation_id
    left join certificates.issued_lines as i on i.table_name = 'gec_cancellations' and c.cancellation_id = i.ledger_id
)
select
    cancellation_id,
    year,
    beneficiary_enterprise_id as enterprise_id,
    park_id,
    in_park,
    project_code,
    generation_month,
    serial_from,
    serial_to,
    count_mwh,
    held_mwh,
    issued_mwh,
    cancelled_on,
    last_day,
    use_park_id,
    reason,
    not is_other_year
    and (
        coalesce(reason = 'overlap', false)
        or (
            coalesce(reason = 'not_held', false)
            and in_park
            and held_or_disputed_mwh = count_mwh
            and not is_counted_elsewhere
        )
    ) as contested,
    file_id,
    line
from judged
