-- Rows that a park said it owes (expected_inputs) and that no delivery holds; zero has to be stated with a row of 0.
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
due as (
    select
        l.park_id,
        a.year,
        l."table" as table_name,
        l.key,
        coalesce(l.enterprise_id, '') as enterprise_id,
        l.frequency,
        w.month,
        case when l.frequency = 'year' then left(w.month, 4) || '-01' else w.month end as first_month
    from latest as l
    inner join metrics.accounts as a on l.park_id = a.park_id
    inner join metrics.windows as w
        on a.year = w.year and case when l.frequency = 'year' then w.window_kind = 'year' else w.window_kind = 'month' end
    where
        coalesce(l.valid_from, date '0001-01-01') <= last_day(cast(w.month || '-01' as date))
        and coalesce(l.valid_to, date '9999-12-31') >= case
            when l.frequency = 'year' then a.first_day else cast(w.month || '-01' as date)
        end
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
