-- Rows that a park said it owes (expected_inputs) and that no delivery holds; zero has to be stated with a row of 0.
-- A month is owed if its first day lies in the validity of the park and of the expectation; a year, if any month is.
-- Grain: park_id, year, table_name, key, enterprise_id, month
-- Order: park_id, year, table_name, key, enterprise_id, month
with latest as (
    select x.*
    from parsed.expected_inputs as x
    inner join lake.files as f on x.file_id = f.file_id
    qualify row_number() over (
            partition by x.park_id, x."table", x.key, x.frequency, x.enterprise_id, x.valid_from order by f.rank desc, x.line desc
        ) = 1
),
months as (
    select
        l.park_id,
        a.year,
        l."table" as table_name,
        l.key,
        coalesce(l.enterprise_id, '') as enterprise_id,
        l.frequency,
        w.month
    from latest as l
    inner join metrics.accounts as a on l.park_id = a.park_id
    inner join metrics.windows as w on a.year = w.year and w.window_kind = 'month'
    inner join staging.parks as k
        on l.park_id = k.park_id and cast(w.month || '-01' as date) between k.valid_from and k.valid_to
    where
        cast(w.month || '-01' as date) >= coalesce(l.valid_from, date '0001-01-01')
        and cast(w.month || '-01' as date) <= coalesce(l.valid_to, date '9999-12-31')
),
due as (
    select park_id, year, table_name, key, enterprise_id, frequency, month, month as first_month
    from months
    where frequency = 'month'
    union all
    select park_id, year, table_name, key, enterprise_id, frequency, max(left(month, 4)) || '-12', max(left(month, 4)) || '-01'
    from months
    where frequency = 'year'
    group by park_id, year, table_name, key, enterprise_id, frequency
)
select distinct d.park_id, d.year, d.table_name, d.key, d.enterprise_id, d.frequency, d.month
from due as d
where not exists (
        select 1
        from staging.declared_inputs as i
        where
            i.park_id = d.park_id
            and i.table_name = d.table_name
            and i.key = d.key
            and i.month between d.first_month and d.month
            and (d.enterprise_id = '' or i.enterprise_id = d.enterprise_id)
    )
