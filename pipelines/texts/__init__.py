"""The sentences of the command line, Chinese and English. Column names and reason codes are the same in both.

Headings of tables are in ``headings``, the sentences of single commands in the modules beside it. What the tables in a
publication say belongs to the models, what an error says to the code that raises it.
"""

import os
import string
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from pipelines.texts.alerts import ALERT_TEXTS
from pipelines.texts.errors import ERROR_TEXTS
from pipelines.texts.evidence import EVIDENCE_TEXTS
from pipelines.texts.forms import FORMS_TEXTS
from pipelines.texts.gate import GATE_TEXTS
from pipelines.texts.headings import HEADINGS
from pipelines.texts.plan import PLAN_TEXTS
from pipelines.texts.proof import PROOF_TEXTS
from pipelines.texts.report import REPORT_TEXTS
from pipelines.texts.restatement import RESTATEMENT_TEXTS
from pipelines.texts.supply import SUPPLY_TEXTS
from pipelines.texts.trajectory import TRAJECTORY_TEXTS
from pipelines.texts.verify import VERIFY_TEXTS
from pipelines.texts.what_if import WHAT_IF_TEXTS

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_TEXTS: dict[str, tuple[str, str]] = {
    # Help
    "help_app": (
        "零碳园区：从电表读数和绿证到经审核的排放强度。",
        "Zero-carbon parks: from meter readings and green certificates to audited emission intensities.",
    ),
    "help_demo": (
        "生成52个园区的示例数据，完整运行并发布，打印排名表。",
        "Make example deliveries for the listed parks, run everything, publish, print the league table.",
    ),
    "help_run": ("接收交付、计算、审核、发布。", "Land, build, audit and publish."),
    "help_land": ("接收交付并打印文件台账；可重复执行。", "Take deliveries in and print the file ledger; idempotent."),
    "help_withdraw": (
        "撤回一个已接收的文件：不再计入，原始文件保留；下一次运行重算所涉月份。",
        "Withdraw a landed file: it no longer counts, its bytes are kept; the next run rebuilds the months it touched.",
    ),
    "help_show": ("显示指标、结论、余量和原因。", "Show the metrics with verdicts, margins and reasons."),
    "help_quality": (
        "显示数据质量：覆盖率、估算、缺口、问题及需补报的数据。",
        "Show how complete the data are: coverage, estimates, gaps, findings, and what to deliver.",
    ),
    "help_sql": ("对当前发布执行只读查询。", "Run a read-only query on the current publication."),
    "help_publications": ("列出全部发布。", "List the publications."),
    "help_ui": ("在127.0.0.1打开Dagster界面。", "Serve the Dagster UI on 127.0.0.1."),
    "help_contracts": ("数据契约。", "The data contracts."),
    "help_contracts_lint": (
        "检查数据契约是否符合标准，并与SQL和当前发布一致。",
        "Check that the contracts keep the standard and are in step with the SQL and the current publication.",
    ),
    "help_doctor": ("检查环境、版本、磁盘、锁和发布状态。", "Check environment, versions, disk, lock and publication."),
    "example": ("示例：", "Example:"),
    "opt_home": ("数据文件夹（默认 ./zcp-data）", "Home folder of the data (default ./zcp-data)"),
    "opt_lang": ("语言：zh或en（默认取系统语言）", "Language: zh or en (default: the locale)"),
    "opt_json": ("以JSON输出", "Print JSON"),
    "opt_year": ("年份", "Calendar year"),
    "opt_year_default": ("年份（默认：有读数的最近一年）", "Calendar year (default: the latest one with readings)"),
    "opt_cutoff": (
        "绿证核算截止日，如2027-06-30（默认：次年12月31日）",
        "Cut-off for certificates, e.g. 2027-06-30 (default: 31 December of the next year)",
    ),
    "opt_months": ("只重算这些月份，如2026-01..2026-03", "Rebuild only these months, e.g. 2026-01..2026-03"),
    "opt_as_of": (
        "按某一过去时点已知的数据：日期（至当日结束）或时间，如2026-03-31",
        "The state known at a past moment: a date (to its end) or a time, Asia/Shanghai, e.g. 2026-03-31",
    ),
    "arg_withdraw": ("文件编号、sha256或文件名", "file_id, sha256 or file name"),
    "opt_reason": ("缘由", "Why"),
    "opt_by": ("决定人姓名", "Name of who decides"),
    "opt_undo": ("取消撤回，使文件重新计入", "Take the withdrawal back, so that the file counts again"),
    "opt_input": ("交付的文件夹或文件，可多次给出", "Delivery folder or file; may be given several times"),
    "arg_paths": ("交付的文件夹或文件", "Delivery folders or files"),
    "arg_park": ("园区编号或名称", "Park id or name"),
    "arg_sql": ("一条SELECT语句", "One SELECT statement"),
    "opt_month": ("只看一个月，如2026-03", "One month only, e.g. 2026-03"),
    "opt_sql": ("同时显示每项得分的SQL语句", "Show the SQL statement behind each score"),
    "opt_publication": ("发布编号（默认：当前发布）", "Publication id (default: the current one)"),
    "opt_port": ("端口", "Port"),
    "opt_parks": ("只用名单上的前N个园区", "Only the first N parks of the list"),
    # Messages
    "error": ("错误：", "Error: "),
    "generated": (
        "示例数据：园区名称真实，全部数值为程序生成，不代表任何园区的真实情况。",
        "Generated example values: the parks' names are real, every figure is invented.",
    ),
    "step_generate": ("生成示例交付", "Generating example deliveries"),
    "step_land": ("接收文件", "Landing files"),
    "step_run": ("计算与发布", "Building and publishing"),
    "written": (
        "已在 {folder} 写入 {deliveries} 个交付、{readings:,} 条读数。",
        "Wrote {deliveries:count delivery/deliveries} with {readings:count reading} to {folder}.",
    ),
    "ledger_title": ("文件台账", "File ledger"),
    "ledger_summary": (
        "本次接收 {files} 个文件：读 {read:,} 行 = 入库 {loaded:,} + 重复 {duplicate:,} + 隔离 {quarantined:,}；"
        "拒收 {refused} 个文件。",
        "Landed {files:count file}: {read:count row} read = {loaded:,} loaded + {duplicate:,} duplicate "
        "+ {quarantined:,} quarantined; {refused:,} refused.",
    ),
    "judged_later": (
        "这是读文件时的结果；行是否有对应的表计、园区和有效期，由 `zcp run` 判定并在发布中列出。",
        "So far as reading the files tells; whether rows have a meter, a park and a validity is judged by `zcp run`.",
    ),
    "rows_title": ("隔离的行（每个文件最多{limit}行）", "Quarantined rows (up to {limit} of each file)"),
    "more_quarantined": (
        "另有 {count:,} 行被隔离；`zcp run` 之后全部列于 quality.quarantine。",
        "{count:count more row/more rows} quarantined; after `zcp run` all are in quality.quarantine.",
    ),
    "published_ledger": (
        "发布所依据的全部 {files} 个文件：读 {read:,} 行 = 入库 {loaded:,} + 重复 {duplicate:,} "
        "+ 隔离 {quarantined:,}；拒收 {refused} 个文件；更正 {corrections:,} 个读数。",
        "Published from {files:count file}: {read:count row} read = {loaded:,} loaded + {duplicate:,} duplicate "
        "+ {quarantined:,} quarantined; {refused:count file} refused; {corrections:count reading} corrected.",
    ),
    "set_aside_title": ("隔离的行，按原因", "Quarantined rows by reason"),
    "see_rows": ("查看：", "See them:"),
    "league_title": ("{year}年园区排放强度，tCO2/tce", "Emission intensity of the parks in {year}, tCO2/tce"),
    "published": ("已发布 {publication_id}：{path}", "Published {publication_id}: {path}"),
    "published_past": (
        "已生成 {moment} 时点的发布 {publication_id}：{path}；当前发布不变。"
        "查询：zcp sql --publication {publication_id} …",
        "Published what was known at {moment} as {publication_id}: {path}; the current publication stays. "
        "Query it: zcp sql --publication {publication_id} …",
    ),
    "building_past": (
        "{year}年在 {moment} 时点的状态尚未生成，正在计算；当前发布不变。",
        "what was known of {year} at {moment} is not built yet; building it beside the current publication.",
    ),
    "withdrawn": (
        "{by} 已撤回 {file}（{file_id}）；运行 `zcp run` 后不再计入。",
        "{file} ({file_id}) is withdrawn by {by}; after the next `zcp run` it no longer counts.",
    ),
    "restored": (
        "{by} 已取消撤回 {file}（{file_id}）；运行 `zcp run` 后重新计入。",
        "the withdrawal of {file} ({file_id}) is taken back by {by}; after the next `zcp run` it counts again.",
    ),
    "stays_withdrawn": (
        "该文件已由 {by} 撤回（{reason}），再次接收不会恢复；恢复请用 `zcp withdraw {file_id} --undo`",
        "withdrawn by {by} ({reason}); arriving again does not bring it back, `zcp withdraw {file_id} --undo` does",
    ),
    "late_file": (
        "迟到：{file} 在月末 {days} 天后才交付，将改变已发布的月份 {months}。",
        "Late: {file} came {days:count day} after the end of the month and changes published months: {months}.",
    ),
    "late_withdrawal": (
        "迟到：{file} 在月末 {days} 天后撤回，将改变已发布的月份 {months}。",
        "Late: {file} went {days:count day} after the end of the month and changes published months: {months}.",
    ),
    "took": ("用时 {seconds:.0f} 秒。", "Took {seconds:.0f} s."),
    "faults_title": ("有意埋入的错误及其去处", "Faults planted on purpose, and where they were found"),
    "next_title": ("下一步", "Next"),
    "next_show": ("一个园区的结果、凭证与原因：", "The figures of a park, its certificates and reasons:"),
    "next_quality": (
        "各园区数据的可信程度：实测、估算和缺口各占多少：",
        "How far the data of each park can be trusted, what is measured, estimated, open:",
    ),
    "next_quality_park": (
        "一个园区的各表计：估算方法、发现的问题、应补报的读数：",
        "The meters of a park: how gaps were filled, what was found, which readings would close them:",
    ),
    "next_sql": ("任意查询，例如未计入的绿证：", "Any query, such as the certificates that do not count:"),
    "next_ui": ("计算流程图与运行历史：", "The graph of the computation and its runs:"),
    "quality_title": ("{when} 数据质量", "Data quality in {when}"),
    "scores_title": ("每项得分的计算语句（`zcp sql` 可执行）", "The statement behind each score, for `zcp sql`"),
    "nothing_to_deliver": ("没有缺口，无需补报读数。", "No gaps: no readings are wanting."),
    "gap_open": ("缺口，年度待定", "open: the year is undecided"),
    "gap_estimated": ("已估算", "estimated"),
    "no_rows": ("没有记录。", "No rows."),
    "more_rows": ("还有 {count} 行；用 --json 查看全部。", "{count:count more row/more rows}; use --json for all."),
    "serving": (
        "Dagster界面：http://127.0.0.1:{port} （Ctrl+C 结束）",
        "Dagster UI on http://127.0.0.1:{port} (Ctrl+C ends it)",
    ),
    "not_found": ("未发现", "not found"),
    "current": ("当前", "current"),
    "ok": ("正常", "ok"),
    "attention": ("请检查", "look here"),
    # Verdicts
    "pass": ("达标", "pass"),
    "fail": ("不达标", "fail"),
    "undecided": ("待定", "undecided"),
    "not_applicable": ("不适用", "not applicable"),
    **HEADINGS,
    **ERROR_TEXTS,
    **GATE_TEXTS,
    **ALERT_TEXTS,
    **EVIDENCE_TEXTS,
    **FORMS_TEXTS,
    **PROOF_TEXTS,
    **PLAN_TEXTS,
    **REPORT_TEXTS,
    **RESTATEMENT_TEXTS,
    **SUPPLY_TEXTS,
    **WHAT_IF_TEXTS,
    **TRAJECTORY_TEXTS,
    **VERIFY_TEXTS,
}


class _Formatter(string.Formatter):
    """``{n:count row}`` is "1 row" or "1,234 rows".

    An irregular plural stands behind a slash, as in ``{n:count delivery/deliveries}``.
    """

    def format_field(self, value: Any, format_spec: str) -> Any:
        if not format_spec.startswith("count "):
            return super().format_field(value, format_spec)
        one, _, many = format_spec.removeprefix("count ").partition("/")
        return f"{value:,} {one if value == 1 else many or one + 's'}"


def text(key: str, language: Language, **values: object) -> str:
    """The sentence of ``key`` in ``language`` with ``values`` filled in."""
    return _Formatter().vformat(_TEXTS[key][LANGUAGES.index(language)], (), values)


def detect_language(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Language:
    """The language of ``--lang`` where it stands in ``arguments``, else of the locale, else English."""
    for position, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else ""
        if argument == "--lang" and position + 1 < len(arguments):
            value = arguments[position + 1]
        if value in LANGUAGES:
            return "zh" if value == "zh" else "en"
    environment = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environment.get(name):
            return "zh" if locale.lower().startswith("zh") else "en"
    return "en"
