"""The sentences of `zcp explain` and `zcp pack`, Chinese and English; evidence itself in ``evidence_zh``."""

EVIDENCE_TEXTS: dict[str, tuple[str, str]] = {
    "help_explain": (
        "说明一个数值从何而来：公式与各项数值，直至表计、时段、凭证、绿证区间、因子和文件；各项之和与数值完全一致。",
        "Say where a figure comes from: the formula with its values, down to meters, intervals, documents, certificate "
        "ranges, factors and files; the leaves add up to it exactly.",
    ),
    "help_pack": (
        "生成一个园区一年的证据包（zip），可离线核验：数据表、发现、因子、结论、计算说明、文件哈希和核验程序。",
        "Write the evidence pack of a park and year, a zip that is checked offline: tables, findings, factors, "
        "verdict, explanation, hashes of the files, and a small verifier.",
    ),
    "arg_evidence_park": ("园区编号或名称", "Park, by id or name"),
    "arg_evidence_year": ("年份", "Calendar year"),
    "arg_column": ("metrics.park_year 的列名", "Column of metrics.park_year"),
    "opt_all_leaves": ("列出全部明细", "List every leaf, not only the biggest"),
    "opt_pack_out": ("证据包文件", "File to write the pack to"),
    "unknown_column": (
        "metrics.park_year 没有列“{column}”{hint}。",
        "metrics.park_year has no column “{column}”{hint}.",
    ),
    "no_park_year": (
        "发布中没有园区 {park} {year}年的结果；该园区已有：{years}。",
        "the publication has no account of {park} for {year}; it has {years}.",
    ),
    "no_formulas": (
        "发布 {id} 由旧版本生成，没有计算公式；请先运行 `zcp run`。",
        "publication {id} was made before formulas were published; run `zcp run` first.",
    ),
    "held_back": (
        "园区 {park} 的结果暂不发布：{why}{instead}",
        "the figures of {park} are held back: {why}{instead}",
    ),
    "held_instead": (
        " 最近的有效结果在发布 {id} 中：加上 --publication {id}。",
        " Its last good figures are in publication {id}: add --publication {id}.",
    ),
    "ex_title": ("{park} {year}年 {column}", "{column} of {park} in {year}"),
    "ex_publication": ("发布 {id}", "publication {id}"),
    "ex_no_value": ("无数值", "no value"),
    "ex_adds_up": (
        "{count} 项明细之和为 {total} {unit}：完全一致",
        "{count:count leaf adds/leaves add} up to {total} {unit}: exact",
    ),
    "ex_no_leaves": ("没有明细：数值为0", "no leaves: the figure is 0"),
    "ex_computed": ("由各组成部分重算：完全一致", "computed again from its parts: exact"),
    "ex_close": ("由各组成部分重算：前九位一致", "computed again from its parts: the first nine digits agree"),
    "ex_above": ("见上文", "see above"),
    "ex_more": ("另有 {count} 项，合计 {total} {unit}", "{count:count more leaf/more leaves}: {total} {unit} together"),
    "ex_more_rows": ("另有 {count} 行", "{count:count more row}"),
    "ex_intervals": (
        "{role} {expected:,} 个时段：实测 {measured:,}，估算 {estimated:,}{methods}，缺口 {open:,}；{energy} MWh",
        "{role}, {expected:count interval}: {measured:,} measured, {estimated:,} estimated{methods}, {open:,} open; "
        "{energy} MWh",
    ),
    "ex_line": ("{file} 第{line}行", "{file} line {line}"),
    "ex_meters": ("表计", "meters"),
    "ex_factors": ("参数与因子", "parameters and factors"),
    "ex_rows": ("依据的记录", "rows it rests on"),
    "ex_files": ("文件", "Files"),
    "k_meter": ("表计", "meter"),
    "k_estimate": ("估算", "estimate"),
    "k_document": ("凭证", "document"),
    "k_certificate": ("绿证", "certificate"),
    "k_computed": ("计算", "computed"),
    "working_pack": ("生成证据包", "Packing"),
    "pack_written": (
        "已写入 {path}（{files} 个文件，园区哈希 {digest}）。",
        "Written to {path} ({files:count file}, park hash {digest}).",
    ),
    "pack_how": (
        "核验：解压后运行 python3 verify.py --manifest {manifest}",
        "To check it without this program: unzip it and run python3 verify.py --manifest {manifest}",
    ),
    "no_park_digest": (
        "发布 {id} 由旧版本生成，清单中没有园区哈希；请先运行 `zcp run`。",
        "publication {id} was made before its manifest named the parks' hashes; run `zcp run` first.",
    ),
    "digest_differs": (
        "园区 {park} 的数据与发布 {id} 清单中的哈希不符；请运行 `zcp verify`。",
        "the rows of {park} are not those whose hash is in the manifest of publication {id}; run `zcp verify`.",
    ),
}
