"""The sentences of mistakes that several commands can meet, Chinese and English; others are in ``texts``."""

ERROR_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_path": (
        "找不到 {path}；请检查路径。",
        "{path} does not exist; check the path.",
    ),
    "cannot_write": (
        "不能写入 {path}：{why}；请另选路径。",
        "{path} cannot be written: {why}; choose another path.",
    ),
    "no_permission": (
        "没有权限使用 {path}；请更改权限，或另选 --home。",
        "no permission to use {path}; change its permissions, or choose another --home.",
    ),
    "nothing_published": (
        "{home} 里还没有任何发布；先运行 `zcp run --input PATH` 或 `zcp demo`。",
        "nothing is published in {home} yet; run `zcp run --input PATH` or `zcp demo` first.",
    ),
    "unknown_park": ("发布中没有园区“{park}”{hint}。", "no park “{park}” in the publication{hint}."),
    "did_you_mean": ("；您是否要找 {names}", "; did you mean {names}"),
    "no_year": (
        "发布中没有{year}年的结果；已有：{years}。",
        "the publication has no results for {year}; it has {years}.",
    ),
    "all_refused": (
        "{count} 个文件全部被拒收，没有发布任何内容；第一个：{file}：{reason}",
        "all {count} files were refused and nothing was published; the first: {file}: {reason}",
    ),
    "one_refused": (
        "唯一的文件被拒收，没有发布任何内容；{file}：{reason}",
        "the only file was refused and nothing was published; {file}: {reason}",
    ),
    "no_files": ("{path} 里没有可读的文件。", "there is no file to read in {path}."),
    "no_parks": (
        "还没有接收过 parks 表，没有发布任何内容；请先交付一个名为 parks*.csv 的文件"
        "（列：park_id, name_zh, province_zh）。",
        "no parks table has ever been landed and nothing was published; deliver a file named parks*.csv first "
        "(columns park_id, name_zh, province_zh).",
    ),
    "no_readings": (
        "还没有接收过读数，无法确定年份；请用 --year 指定。",
        "no readings have been landed, so the year is unknown; give it with --year.",
    ),
    "bad_cutoff": ("--cutoff {value} 不是日期；写成2027-06-30。", "--cutoff {value} is not a date; write 2027-06-30."),
    "bad_months": (
        "--months {value} 不是月份范围；写成2026-01..2026-03。",
        "--months {value} is not a range of months; write 2026-01..2026-03.",
    ),
    "bad_moment": (
        "--as-of {value} 不是日期或时间；写成2026-03-31或2026-03-31T18:00。",
        "--as-of {value} is neither a date nor a time; write 2026-03-31 or 2026-03-31T18:00.",
    ),
    "months_as_of": (
        "--months 与 --as-of 不能同时使用：过去时点的状态总是完整计算。",
        "--months and --as-of do not go together: a past state is always built whole.",
    ),
    "publication_or_as_of": (
        "--publication 与 --as-of 只能给出一个。",
        "give --publication or --as-of, not both.",
    ),
    "no_parks_then": (
        "在 {moment} 之前没有交付过 parks 表，没有可生成的状态；请选择更晚的时点。",
        "no parks table had been delivered by {moment}, so there is nothing to build; choose a later moment.",
    ),
    "bad_month": (
        "--month {value} 不是该年的月份；写成2026-03，或配合 --year 写成3。",
        "--month {value} is not a month of that year; write 2026-03, or 3 beside --year.",
    ),
    "no_quality": (
        "该发布由旧版本生成，没有数据质量表；请先运行 `zcp run`。",
        "this publication was made before there were tables of data quality; run `zcp run` first.",
    ),
    "months_outside": (
        "--months {months} 不在核算范围内：{year}年的运行涉及 {years} 年；请改 --months 或 --year。",
        "--months {months} lies outside the run of {year}, which covers {years}; change --months or --year.",
    ),
    "empty_year": (
        "{year}年没有任何读数、示值、账单、燃料、热力、工业过程或绿证记录，无可核算，没有发布任何内容；"
        "请检查 --year，或先交付该年的文件。",
        "nothing of {year} has been landed (no reading, register, bill, fuel, heat, process row or certificate) and "
        "nothing was published; check --year, or deliver files of that year.",
    ),
    "contracts_problems": ("不一致之处", "What does not fit"),
    "contracts_drift": (
        "契约、SQL或发布有{count}处不一致。",
        "contracts, SQL and publication differ in {count:count place}.",
    ),
    "contracts_fit": (
        "契约符合标准，与SQL和当前发布 {publication} 一致。",
        "The contracts keep the standard and are in step with the SQL and with publication {publication}.",
    ),
    "contracts_fit_no_publication": (
        "契约符合标准，与SQL一致；尚无发布可比较。",
        "The contracts keep the standard and are in step with the SQL; nothing is published to compare with.",
    ),
    "doctor_failed": ("有检查未通过：{names}。", "some checks failed: {names}."),
}
