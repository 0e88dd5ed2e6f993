"""``audit.html``: the verdicts on a publication as one page, Chinese and English, that opens from disk.

It shows what ``audit.json`` holds and decides nothing. It is a file of the publication, so nothing in it depends on
when or where it was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.publish.checks import SqlCheck, load_checks
from pipelines.publish.manifest import Identity
from pipelines.publish.offenders import ParkRows
from pipelines.publish.verdicts import AuditReport, Verdict

TEMPLATE = "audit_page.html.jinja"

Words = tuple[str, str]
"""A word in Chinese and in English."""

_SEVERITIES: dict[str, Words] = {"critical": ("严重", "critical"), "warning": ("提示", "warning")}
_RESULTS: dict[str, Words] = {
    "stops": ("全部停发", "stops the publication"),
    "holds": ("涉及园区暂不发布", "holds parks back"),
    "warns": ("提示", "warns"),
    "passes": ("通过", "holds"),
}
_DEMANDS_ZH = {
    "structure.columns": "列名、顺序和类型与数据契约一致。",
    "structure.values": "必填列无空值，取值均在允许范围内。",
    "structure.key": "主键唯一。",
    "database.content": "parks.duckdb 与 Parquet 文件的行完全一致。",
    "held.shared_enterprise": "同一企业所在的各园区数据均须无误：其绿证为一本账。",
    "expectations.expect_column_values_to_be_between": "取值在给定范围内",
    "expectations.expect_column_values_to_be_in_set": "取值属于给定集合",
    "expectations.expect_column_values_to_be_unique": "取值唯一",
    "expectations.expect_column_values_to_match_regex": "取值符合给定格式",
    "expectations.expect_column_pair_values_a_to_be_greater_than_b": "前一列不小于后一列",
    "expectations.expect_compound_columns_to_be_unique": "各列组合唯一",
    "expectations.expect_table_row_count_to_be_between": "行数在给定范围内",
}

_REMEDIES_ZH = {
    "structure": "使 sql/{model}.sql 与 data_contracts/outputs/{table}.yaml 一致。",
    "database": "重新运行；若仍不一致，磁盘或此版本的 DuckDB 不可信。",
    "held": "修复另一园区的数据，本园区将随之发布。",
    "expectations": "核对 sql/{model}.sql；规则见 data_contracts/outputs/{table}.yaml。",
}


@dataclass(frozen=True)
class Entry:
    """A verdict with the words of the page; ``share`` is the part of one park where it stands among that park's."""

    verdict: Verdict
    kind: str
    demand_zh: str
    remedy_zh: str
    share: ParkRows | None = None

    @property
    def result(self) -> Words:
        return _RESULTS[self.kind]

    @property
    def severity(self) -> Words:
        return _SEVERITIES[self.verdict.severity]

    @property
    def found(self) -> str:
        """What is wrong, where that says more than what must hold."""
        return "" if self.verdict.sentence == self.verdict.demand else self.verdict.sentence


@dataclass(frozen=True)
class HeldPark:
    """A park that is held back, by its names, with its part of the verdicts on it."""

    park_id: str
    name_zh: str
    name_en: str
    entries: tuple[Entry, ...]


def write(
    path: Path, report: AuditReport, identity: Identity, con: duckdb.DuckDBPyConnection, *, refused: bool
) -> None:
    """Writes the page; ``con`` holds the candidate's tables, from which the names of parks come.

    ``refused``: nothing is published of this candidate.
    """
    sound = not any(verdict.check.startswith("structure.") for verdict in report.failures)
    rows = con.execute("select park_id, name_zh, name_en from reference.parks").fetchall() if sound else []
    names = {park: (zh or "", en or "") for park, zh, en in rows}
    path.write_text(render(report, identity, names, refused=refused), encoding="utf-8")


def render(report: AuditReport, identity: Identity, names: dict[str, Words], *, refused: bool = False) -> str:
    """The page as text; ``names`` are those of the parks, Chinese and English."""
    checks = {f"sql.{check.name}": check for check in load_checks()}
    held = {verdict.name for verdict in report.held}
    entries = [_entry(v, checks) for v in report.verdicts if v.name not in held or not v.passed]
    holds = [_entry(verdict, checks) for verdict in report.held]
    passes = [entry for entry in entries if entry.kind == "passes"]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(TEMPLATE).render(
        identity=identity,
        refused=refused,
        total=len(entries) + len(holds),
        stops=[entry for entry in entries if entry.kind == "stops"],
        holds=[*holds, *(entry for entry in entries if entry.kind == "holds")],
        warns=[entry for entry in entries if entry.kind == "warns"],
        passed=passes,
        laws=[entry for entry in passes if entry.verdict.check.startswith("sql.")],
        tables=_by_table(passes),
        parks=_held_parks(holds, names),
    )


def _by_table(entries: list[Entry]) -> dict[str, list[Entry]]:
    """The entries on single tables, by table, each in the order of the audit."""
    found: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: e.verdict.table):
        if entry.verdict.table:
            found.setdefault(entry.verdict.table, []).append(entry)
    return found


def _entry(verdict: Verdict, checks: Mapping[str, SqlCheck]) -> Entry:
    kind = "passes"
    if not verdict.passed:
        kind = "warns" if verdict.severity != "critical" else "stops" if verdict.stops_everything else "holds"
    check = checks.get(verdict.check)
    if check:
        return Entry(verdict, kind, check.description_zh or verdict.demand, check.remedy_zh or verdict.remedy)
    model = verdict.table.replace(".", "/")
    remedy = _REMEDIES_ZH[verdict.check.partition(".")[0]].format(model=model, table=verdict.table)
    return Entry(verdict, kind, _demand_zh(verdict), remedy)


def _demand_zh(verdict: Verdict) -> str:
    """What must hold, where no SQL check says it; the bounds of an expectation stand in its English words."""
    known = _DEMANDS_ZH.get(verdict.check)
    if known and verdict.check.startswith("expectations."):
        _, bracket, bounds = verdict.demand.partition(" (")
        return f"{known}{bracket}{bounds}"
    return known or verdict.demand


def _held_parks(holds: list[Entry], names: dict[str, Words]) -> list[HeldPark]:
    parts: dict[str, list[Entry]] = {}
    for entry in holds:
        for share in entry.verdict.by_park:
            parts.setdefault(share.park_id, []).append(replace(entry, share=share))
    return [
        HeldPark(park, names.get(park, ("", ""))[0] or park, names.get(park, ("", ""))[1] or park, tuple(entries))
        for park, entries in sorted(parts.items())
    ]
