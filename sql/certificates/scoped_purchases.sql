-- Usable cancelled ranges by the purchase that proves them and its scope: in_province where the project stands in the
-- province of the park, else cross_province; null where the certificate came by provincial transfer, which notice 622
-- (annex 3, 3) recognises as it is. The province is the trade line's, else that of the project in the master; where neither
-- says (province_known is false), it counts as cross_province. Only for enterprises and years with recognised amounts.
-- Kept: no
-- Grain: cancellation_id, trade_id
-- Order: cancellation_id, trade_id
with capped as (
    select distinct
        enterprise_id,
        year
    from staging.gec_recognition
),
homes as (
    select
        park_id,
        arg_max(province_zh, valid_from) as province_zh
    from staging.parks
    group by park_id
),
projects as (
    select
        gec_project_code as project_code,
        min(province_zh) as province_zh
    from staging.projects
    where gec_project_code is not null
    group by gec_project_code
),
purchases as (
    select
        j.cancellation_id,
        x.trade_id,
        j.enterprise_id,
        j.park_id,
        j.year,
        j.generation_month,
        x.shared_to - x.shared_from + 1 as usable_mwh,
        t.channel,
        -- 江苏 and 江苏省 are one province.
        regexp_replace(
            coalesce(t.province_zh, p.province_zh), '(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$', ''
        ) as province,
        regexp_replace(h.province_zh, '(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$', '') as home
    from certificates.judged_cancellations as j
    inner join capped as c on j.enterprise_id = c.enterprise_id and j.year = c.year
    inner join certificates.touching as x on j.cancellation_id = x.cancellation_id
    inner join certificates.trade_lines as t on x.trade_id = t.trade_id
    left join projects as p on t.project_code = p.project_code
    left join homes as h on j.park_id = h.park_id
    where j.reason is null
)
select
    cancellation_id,
    trade_id,
    enterprise_id,
    park_id,
    year,
    generation_month,
    usable_mwh,
    province is not null as province_known,
    case
        when channel = 'provincial_transfer' then null
        when province = home then 'in_province'
        else 'cross_province'
    end as scope
from purchases
