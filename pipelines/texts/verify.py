"""The sentences of `zcp verify`, `zcp recompute` and `zcp prune`, Chinese and English; others are in ``texts``."""

VERIFY_TEXTS: dict[str, tuple[str, str]] = {
    "help_verify": (
        "仅凭发布中的文件核验一个发布：哈希、编号、契约、检查、数据库；指出每一处改动。",
        "Check a publication from its files alone: hashes, id, contracts, checks, database; every alteration is named.",
    ),
    "arg_verify": (
        "发布编号，或发布文件夹（可为副本）的路径（默认：当前发布）",
        "Publication id, or the path of a publication's folder, a copy too (default: the current one)",
    ),
    "opt_head": (
        "此前另行记下的发布日志末行哈希",
        "Hash of the last line of the log of publications, noted elsewhere earlier",
    ),
    "opt_all": ("核验此文件夹中的全部发布", "Check all publications of the home folder"),
    "working_verify": ("核验", "Checking"),
    "verify_title": ("发布 {id}（{folder}）", "Publication {id} ({folder})"),
    "verify_log_title": ("发布日志", "Log of publications"),
    "verify_holds": (
        "核验通过：{id} 的文件、编号、表、检查结果相互一致。",
        "It holds: files, id, tables and verdicts of {id} agree with each other.",
    ),
    "verify_head": ("日志末行哈希：{head}（请另行保存）", "Last line of the log: {head} (keep it elsewhere)"),
    "verify_failed": (
        "核验未通过，{count}处不符；第一处：{first}",
        "{count:count thing does/things do} not hold; the first: {first}",
    ),
    "verify_all_alone": (
        "--all 不能与发布编号或路径同时使用；请分两次执行。",
        "--all goes without an id or a path; run zcp verify twice.",
    ),
    "head_needs_home": (
        "--head 核验发布日志，副本文件夹没有日志；请给出 --home 和发布编号。",
        "--head is about the log of a home folder, which a copied folder has not; give --home and an id.",
    ),
    "bad_head": (
        "--head {value} 不是64位十六进制的哈希。",
        "--head {value} is no hash; it has 64 hexadecimal digits.",
    ),
    "no_publication": (
        "{home} 中没有发布 {id}；现有：{known}。",
        "there is no publication {id} in {home}; there are: {known}.",
    ),
    "pruned_publication": (
        "发布 {id} 已被 `zcp prune` 删除；可用 `zcp run --as-of` 重新生成其状态。",
        "publication {id} was removed by `zcp prune`; `zcp run --as-of` builds its state again.",
    ),
    "no_folder": ("{path} 不是发布文件夹。", "{path} is no folder of a publication."),
    "h_examined": ("项数", "looked at"),
    "h_result": ("结果", "result"),
    "state_ok": ("通过", "ok"),
    "state_note": ("通过，有说明", "ok, see note"),
    "state_failed": ("不符", "FAILED"),
    "vc_files": ("文件及其哈希", "files and their hashes"),
    "vc_identity": ("编号由清单得出", "id follows from the manifest"),
    "vc_content": ("各表的行与编号一致", "rows of each table belong to the id"),
    "vc_contracts": ("表结构符合契约", "structure keeps the contracts"),
    "vc_sql": ("SQL检查（守恒、唯一性等）", "SQL checks (conservation, uniqueness, …)"),
    "vc_expectations": ("契约中的期望", "expectations of the contracts"),
    "vc_database": ("parks.duckdb 与Parquet一致", "parks.duckdb equals the Parquet files"),
    "vc_certificates": ("绿证根哈希", "root of the certificates"),
    "vc_audit": ("audit.json 与复查结果一致", "audit.json says what is found"),
    "vc_manifest": ("清单各项与文件一致", "entries of the manifest follow from the files"),
    "vc_level": ("仅含公开的表和列", "nothing but public tables and columns"),
    "vc_log": ("发布日志的哈希链", "hash chain of the log"),
    "help_recompute": (
        "由原始文件重新计算一个发布，并逐字节比较。",
        "Make a publication again from its raw files and compare it byte by byte.",
    ),
    "arg_recompute": ("发布编号（默认：当前发布）", "Publication id (default: the current one)"),
    "opt_threads": ("DuckDB线程数；结果与之无关", "Threads of DuckDB; the result does not depend on them"),
    "opt_keep_home": (
        "保留重新计算所用的文件夹（空的或新的）",
        "Keep the home folder it is made in: an empty or new folder",
    ),
    "working_recompute": ("重新计算", "Computing again"),
    "recompute_title": (
        "发布 {id}，由原始文件重新计算（{threads} 线程）",
        "Publication {id}, made again from its raw files ({threads:count thread})",
    ),
    "h_was": ("已发布sha256", "published sha256"),
    "h_is": ("重算sha256", "computed sha256"),
    "state_same": ("相同", "same"),
    "state_figures": ("数值相同，字节不同", "same figures, other bytes"),
    "state_different": ("不同", "DIFFERENT"),
    "state_only_published": ("仅已发布", "only published"),
    "state_only_computed": ("仅重算", "only computed"),
    "first_difference": ("  {table} 第一处不同：{row}", "  {table}, first row that differs: {row}"),
    "recompute_other": (
        "该发布生成时的{part}与现在不同，因此比较数值而非字节。",
        "The publication was made with other {part} than there is now, so figures are compared, not bytes.",
    ),
    "part_code": ("程序代码", "code"),
    "part_sql": ("SQL", "SQL"),
    "part_contracts": ("契约", "contracts"),
    "part_engine": ("DuckDB版本", "DuckDB"),
    "part_method_version": ("方法版本", "method version"),
    "part_factors": ("因子和参数（未保留）", "factors and parameters (they were not kept)"),
    "recompute_same": (
        "{id} 逐字节相同：全部Parquet文件和清单（manifest.json sha256 {digest}），用时 {seconds:.0f} 秒。",
        "{id} is the same byte for byte: all Parquet files and the manifest (manifest.json sha256 {digest}); "
        "took {seconds:.0f} s.",
    ),
    "recompute_figures": (
        "{id} 的各表数值相同，用时 {seconds:.0f} 秒。",
        "All tables of {id} have the same figures; took {seconds:.0f} s.",
    ),
    "recompute_failed": (
        "重新计算的结果与发布 {id} 不同：{names}。",
        "what the raw files give is not publication {id}: {names} differ.",
    ),
    "help_prune": (
        "删除旧的发布、无用的中间结果和残留文件；原始文件、日志及仍被引用的发布永不删除。",
        "Remove old publications, unused intermediate results and leftovers; never raw files, logs or what is in use.",
    ),
    "opt_keep_count": ("保留最近的N个发布（默认12）", "Publications to keep, the newest N (default 12)"),
    "opt_dry_run": ("只列出，不删除", "Only say what would go"),
    "working_prune": ("删除", "Removing"),
    "prune_title": ("已删除", "Removed"),
    "prune_title_dry": ("将删除（--dry-run，未删除）", "Would be removed (--dry-run: nothing is)"),
    "prune_kept": ("保留的发布", "Publications that stay"),
    "prune_total": ("共释放 {size}。", "Freed {size}."),
    "prune_total_dry": ("将释放 {size}。", "Would free {size}."),
    "prune_models": ("{count} 个文件", "{count:count file}"),
    "h_kind": ("类别", "kind"),
    "h_path": ("路径", "path"),
    "h_size": ("大小", "size"),
    "kind_publication": ("发布", "publication"),
    "kind_model_output": ("中间结果", "model output"),
    "kind_leftover": ("残留", "leftover"),
    "kept_current": ("当前", "current"),
    "kept_newest": ("最近", "among the newest"),
    "kept_locked_year": ("年份已锁定", "locks a year"),
    "kept_candidate": ("待批准", "waits for approval"),
    "kept_last_good": ("为被暂扣园区的最近有效结果", "last good figures of a park"),
    "kept_not_in_log": ("不在日志中", "not in the log"),
    # What does not hold
    "v_no_manifest": ("{subject}：缺失。", "{subject}: there is none."),
    "v_manifest_unreadable": ("{subject}：不是JSON：{why}", "{subject} is no JSON: {why}"),
    "v_manifest_form": ("{subject}：{entry} 的格式不对：{why}", "{subject}: {entry} has another form: {why}"),
    "v_manifest_rewritten": (
        "{subject}：字节不是发布时的写法（键的顺序、空格或重复的键）。",
        "{subject} is not written as publishing writes it (order of keys, blanks, or a key that stands twice).",
    ),
    "v_manifest_differs": (
        "{subject}：{entry} 为 {stated}，由文件得出 {found}。",
        "{subject}: {entry} is {stated}, the files give {found}.",
    ),
    "v_manifest_not_compared": (
        "{subject}：各项未能与文件比对：{why}",
        "{subject}: its entries cannot be compared with the files: {why}",
    ),
    "v_file_missing": ("{subject}：清单列有此文件，但缺失。", "{subject} is in the manifest and not in the folder."),
    "v_file_extra": ("{subject}：清单中没有此文件。", "{subject} is in the folder and not in the manifest."),
    "v_file_link": ("{subject}：是链接，不是文件。", "{subject} is a link or a folder, not a file."),
    "v_file_changed": (
        "{subject}：内容已改动：sha256 应为 {wanted}，实为 {found}。",
        "{subject} was altered: its sha256 is {found}, the manifest says {wanted}.",
    ),
    "v_checker_other": (
        "{subject}：不是本程序自带的核验程序。",
        "{subject} is another program than the checker of this version.",
    ),
    "v_page_other": ("{subject}：与 audit.json 的内容不符。", "{subject} does not show what audit.json says."),
    "v_id_differs": (
        "{subject}：编号 {stated} 与其内容不符，由内容得出 {computed}。",
        "{subject}: the id {stated} does not follow from what the manifest says, which gives {computed}.",
    ),
    "v_id_not_folder": (
        "{subject}：编号 {stated} 与文件夹名 {folder} 不符。",
        "{subject}: the id {stated} is not the name of the folder, {folder}.",
    ),
    "v_made_by_other": (
        "该发布由另一版本生成，其 {subject} 与现在不同；因此而变的规则只作说明。",
        "the publication was made by another version, with other {subject} than today's; rules that may have changed "
        "are notes only.",
    ),
    "v_table_unreadable": (
        "{subject}：Parquet文件无法读取：{why}",
        "{subject}: its Parquet file cannot be read: {why}",
    ),
    "v_rows_differ": (
        "{subject}：有 {found} 行，清单为 {stated} 行。",
        "{subject} has {found:count row}, the manifest says {stated:,}.",
    ),
    "v_content_differs": (
        "{subject}：行的内容不是生成编号时的内容。",
        "{subject} holds other rows than those that the id was made from.",
    ),
    "v_stamp_missing": ("{subject}：没有 {column} 列。", "{subject} has no column {column}."),
    "v_stamp_differs": (
        "{subject}：{rows} 行的 method_version、factor_release 或 publication_id 属于另一发布。",
        "{subject}: {rows:count row has/rows have} the stamp of another publication.",
    ),
    "v_no_contract": ("{subject}：现有契约中没有此表。", "{subject}: no contract of today has this table."),
    "v_no_table": (
        "{subject}：契约要求此表，发布中没有。",
        "{subject}: the contracts have this table, the publication not.",
    ),
    "v_contract_version": (
        "{subject}：契约版本为 {stated}，现为 {today}。",
        "{subject}: published under version {stated} of its contract, today's is {today}.",
    ),
    "v_contract_broken": ("{subject}：不符合契约：{line}", "{subject} breaks its contract: {line}"),
    "v_check_broken": ("{subject}：检查未通过：{line}", "{subject} fails a check: {line}"),
    "v_check_impossible": ("{subject}：无法检查：{why}", "{subject} cannot be checked: {why}"),
    "v_database_unreadable": ("{subject}：数据库无法读取：{why}", "{subject} cannot be read: {why}"),
    "v_database_lacks": ("parks.duckdb：没有表 {subject}。", "parks.duckdb has no table {subject}."),
    "v_database_rows": (
        "parks.duckdb：表 {subject} 的行与其Parquet文件不同。",
        "parks.duckdb: the table {subject} holds other rows than its Parquet file.",
    ),
    "v_database_extra": (
        "parks.duckdb：多出表 {subject}。",
        "parks.duckdb has the table {subject}, which is not published.",
    ),
    "v_database_defines": (
        "parks.duckdb：{subject} 的定义、类型或注释与应有的不同。",
        "parks.duckdb: {subject} is defined or described in another way than it should be.",
    ),
    "v_database_not_compared": (
        "{subject}：视图和注释未比对（由另一版本生成，或缺表）。",
        "{subject}: views and comments are not compared (another version made them, or a table is missing).",
    ),
    "v_root_needs_home": (
        "{subject}：绿证根哈希的盐来自台账原件，此处没有；已核对区间数和计入量。",
        "{subject}: the salts of the certificates' root come from the ledger files, which are not here; the number of "
        "ranges and the counted amounts are checked.",
    ),
    "v_root_needs_tables": (
        "{subject}：绿证根哈希未核验：表不完整。",
        "{subject}: the root of the certificates is not checked, because tables are not what they should be.",
    ),
    "v_root_needs_files": (
        "{subject}：绿证根哈希未核验：{why}",
        "{subject}: the root of the certificates is not checked: {why}",
    ),
    "v_root_differs": (
        "{subject}：绿证根哈希为 {stated}，由台账原件得出 {found}：发布或原件已改动。",
        "{subject}: the root of the certificates is {stated}, the files give {found}; they or the ledger were altered.",
    ),
    "v_audit_unreadable": ("{subject}：无法读取：{why}", "{subject} cannot be read: {why}"),
    "v_audit_summary": ("{subject}：与清单中的摘要不符。", "{subject}: its summary is not that of the manifest."),
    "v_audit_not_compared": (
        "{subject}：各项结论未比对（由另一版本生成，或有表不能检查）。",
        "{subject}: its verdicts are not compared (another version reached them, or a table cannot be judged).",
    ),
    "v_audit_differs": (
        "{subject}：{check} 的结论与复查不符。",
        "{subject}: its verdict on {check} is not what is found.",
    ),
    "v_held_differs": (
        "{subject}：暂不发布的园区与 quality.held_parks 不符。",
        "{subject}: the parks that it holds back are not those of quality.held_parks.",
    ),
    "v_audit_other": (
        "{subject}：与复查结果的写法不符。",
        "{subject}: it is not what judging the tables again gives.",
    ),
    "v_not_public": (
        "{subject}：公开数据集中不应有此列。",
        "{subject} is not public and stands in a public set.",
    ),
    "v_log_broken": ("发布日志：{sentence}。", "{sentence}."),
}
