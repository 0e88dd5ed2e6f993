-- Every row that the ledger counts as quarantined is listed with its reason.
-- Severity: warning
-- What to do: compare the file's quarantine with its ledger entry; a set-aside row without a reason cannot be repaired.
-- 中文: 台账计为隔离的每一行都列出原因。
-- 处理: 对照该文件的隔离清单与台账；没有原因的隔离行无法补救。
with listed as (
    select
        file_id,
        count(*) as rows_listed
    from quality.quarantine
    group by file_id
)
select
    l.file_id,
    l.file_name,
    l.rows_quarantined,
    coalesce(q.rows_listed, 0) as rows_listed
from quality.file_ledger as l
left join listed as q on l.file_id = q.file_id
where l.refused_reason is null and l.rows_quarantined <> coalesce(q.rows_listed, 0)
