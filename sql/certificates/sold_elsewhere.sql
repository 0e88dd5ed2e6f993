-- Distinct serials of the park's own projects that someone who is not an enterprise of the park in the account's year
-- bought or cancelled, each once over both ledgers (Z of the method). An enterprise that moves belongs to several parks
-- in one year: what it claims in another park is sold too, or the power would count here and its certificate there.
-- Grain: park_id, generation_month
-- Order: park_id, generation_month
with codes as (
    select distinct
        park_id,
        gec_project_code as project_code
    from staging.projects
    where gec_project_code is not null
),
lines as (
    select
        project_code,
        generation_month,
        generation_year,
        serial_from,
        serial_to,
        buyer_enterprise_id as enterprise_id,
        null as claimed_in_park_id
    from certificates.trade_lines
    union all
    select
        project_code,
        generation_month,
        generation_year,
        serial_from,
        serial_to,
        beneficiary_enterprise_id as enterprise_id,
        null as claimed_in_park_id
    from certificates.cancellation_lines
    union all
    select
        project_code,
        generation_month,
        year as generation_year,
        serial_from,
        serial_to,
        enterprise_id,
        park_id as claimed_in_park_id
    from certificates.judged_cancellations
    where reason is null
    union all
    select
        project_code,
        generation_month,
        year as generation_year,
        serial_from,
        serial_to,
        enterprise_id,
        park_id as claimed_in_park_id
    from certificates.counted_trade_ranges
),
sold as (
    select
        c.park_id,
        l.project_code,
        l.generation_month,
        l.serial_from,
        l.serial_to,
        coalesce(
            max(l.serial_to) over (
                partition by c.park_id, l.project_code, l.generation_month
                order by l.serial_from, l.serial_to
                rows between unbounded preceding and 1 preceding
            ),
            l.serial_from - 1
        ) as reach_before
    from lines as l
    inner join codes as c on l.project_code = c.project_code
    inner join run.years as y on l.generation_year = y.year
    where
        l.serial_from <= l.serial_to
        and (
            l.claimed_in_park_id <> c.park_id
            or not exists (
                select 1
                from staging.enterprises as e
                where
                    e.enterprise_id = l.enterprise_id
                    and e.park_id = c.park_id
                    and e.valid_from <= y.last_day
                    and e.valid_to >= y.first_day
            )
        )
)
select
    park_id,
    generation_month,
    cast(sum(greatest(serial_to - greatest(serial_from - 1, reach_before), 0)) as decimal(38, 0)) as sold_elsewhere_mwh
from sold
group by park_id, generation_month
