"""Writes the generated parts of the README and of the pages here: tables from the contracts, the asset graph.

Text written by hand stays outside the ``<!-- generated: NAME -->`` … ``<!-- /generated -->`` markers. ``make docs``
runs this; a test fails where a page is out of date.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipelines import contracts
from pipelines.contracts import Column, Contract
from pipelines.definitions import defs
from pipelines.resources import REFERENCE

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "README.zh-CN.md", "docs/deliveries.md", "docs/tables.md", "docs/gate.md")
PROVENANCE = {"method_version", "factor_release", "publication_id"}
_BLOCK = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _meaning(column: Column) -> str:
    allowed = f" One of: {', '.join(column.enum)}." if column.enum else ""
    return column.description + allowed


def _published(contract: Contract) -> str:
    """One published table with its level and columns; those of the key are bold, those not in the public set marked."""
    rows = [
        (
            f"**{column.name}**" if column.name in contract.key else column.name,
            column.physical_type,
            column.unit or "",
            _meaning(column) + (" *Restricted.*" if (contract.level, column.level) == ("public", "restricted") else ""),
        )
        for column in contract.columns
        if column.name not in PROVENANCE
    ]
    columns = _table(("column", "type", "unit", "meaning"), rows)
    return f"## {contract.table}\n\n{contract.description}\n\nLevel: {contract.level}.\n\n{columns}"


def published_columns() -> str:
    """Every published table with its columns."""
    return "\n".join(_published(contract) for contract in contracts.load("outputs").values())


def published_tables() -> str:
    """Every published table in one line, with a link to its columns."""
    rows = [
        (f"[`{name}`](docs/tables.md#{name.replace('.', '')})", contract.level, contract.description)
        for name, contract in contracts.load("outputs").items()
    ]
    return _table(("table", "level", "a row is"), rows)


def input_tables() -> str:
    """Every input table in one line: its columns, the required ones bold."""
    rows = [
        (
            f"`{contract.table}`",
            contract.description,
            ", ".join(_names(contract)),
        )
        for contract in contracts.load("inputs").values()
    ]
    return _table(("table", "holds", "columns"), rows)


def _names(contract: Contract) -> Iterator[str]:
    """Columns, the required ones bold; the points of a day as their first and last."""
    points = [c.name for c in contract.columns if re.fullmatch(r"P\d+", c.name)]
    for column in contract.columns:
        if column.name not in points:
            yield f"**{column.name}**" if column.required else column.name
    if points:
        yield f"{points[0]} … {points[-1]}"


def chinese_headers() -> str:
    """Every alias of the input contracts: header, column, tables."""
    found: dict[tuple[str, str], list[str]] = {}
    for contract in contracts.load("inputs").values():
        for column in contract.columns:
            for alias in column.aliases:
                found.setdefault((alias, column.name), []).append(contract.table)
    rows = [(alias, f"`{column}`", ", ".join(tables)) for (alias, column), tables in sorted(found.items())]
    return _table(("header", "column", "tables"), rows)


TABLES_ZH = {
    "certificates.claimed_ranges": "各园区计入的绿证编号区间，互不重叠",
    "certificates.exclusions": "未计入的绿证区间及其原因",
    "certificates.illegal_moves": "台账中不合法的变动：代码、原因、文件与行号",
    "certificates.register": "每个绿证区间的全部状态及起止日期、持有人",
    "certificates.line_balance": "各类台账行的绿证去向：计入或富余、未认定、排除、已核销、持有等",
    "certificates.position": "各企业绿证的去向：可用、计入、富余、各类排除",
    "evidence.contributions": "每项数值由哪块表计、哪份凭证、哪段绿证贡献多少",
    "evidence.formulas": "每项结果的计算公式、组成部分与可重算的语句",
    "evidence.factors_used": "实际采用的因子、有效期与来源",
    "metrics.electricity_not_assigned": "未落到任何企业的电量与排放，逐项列出",
    "metrics.enterprise_year": "企业年度用电、直供份额、逐时绿电占比、下网电量、绿证与用电排放",
    "metrics.matching": "绿色电力与负荷按刻、时、月、年匹配的电量，及按该规则可保留的声明",
    "metrics.matching_profile": "各月逐时的绿电盈余与缺口",
    "metrics.park_day": "逐日24小时的负荷与使用的绿色电量",
    "metrics.park_month": "园区月度电量与排放，含本年累计和滚动十二个月",
    "metrics.park_year": "园区年度结果：各项电量与排放、强度、限值、判定及原因",
    "metrics.energy_by_carrier": "园区年度分品种能源：外购与自供，用作燃料、加工转换、原料，折标量与碳排放",
    "metrics.energy_conservation": "园区月度电量守恒：流入与去向逐时段核对至瓦时，含份额之和",
    "metrics.project_year": "绿电直连等项目的年度自发自用与上网比例，扣减储能、线损、厂用电",
    "metrics.guiding_indicators": "通知附件3的引导指标：数值、参考下限、来源；无数据则注明",
    "metrics.sensitivity": "未决参数取其他值时的强度与判定",
    "metrics.trajectory": "年末预测（95%区间）与建设期末达标路径",
    "metrics.uncertainty_sources": "强度不确定性的来源：各表计的估算与准确度等级，合成强度区间",
    "quality.estimates": "每个无效时段：原因、原值、代替值及方法",
    "quality.meter_month": "表计月度：应有、有效、估算、缺口时段，电量来源与报送延迟",
    "quality.park_month": "园区月度数据质量：覆盖率、估算比例、延迟、问题、凭证",
    "quality.held_parks": "结果暂不发布的园区：未通过的审核项、涉及行数与处理办法",
    "quality.scores": "每项质量得分的含义与计算语句",
    "quality.estimation_error": "各估算方法的实测误差：遮盖有效数据后重新估算并与真值比较",
    "quality.corrections": "被更正的读数，新旧两值及所属报送",
    "quality.file_ledger": "文件台账：读入、载入、重复、隔离行数",
    "quality.findings": "发现的问题：代码、严重程度、说明、证据",
    "quality.quarantine": "被隔离的行：文件、行号、原文、原因",
    "reference.params": "本次发布采用的全部方法参数",
    "reference.parks": "园区名单",
}


def published_tables_zh() -> str:
    """Every published table in one line, in Chinese; ``KeyError`` for one that has no line yet."""
    levels = {"public": "公开", "restricted": "受限"}
    rows = [
        (f"`{name}`", levels[contract.level], ", ".join(contract.key) or "–", TABLES_ZH[name])
        for name, contract in contracts.load("outputs").items()
    ]
    return _table(("数据表", "级别", "主键", "内容"), rows)


LAYERS = (
    "raw",
    "reference",
    "staging",
    "certificates",
    "energy",
    "emissions",
    "metrics",
    "quality",
    "evidence",
    "published",
)


def _codes(*kinds: str) -> list[dict[str, str]]:
    with (REFERENCE / "codes.csv").open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["kind"] in kinds]


def quarantine_codes() -> str:
    """The reasons for which the models set a row aside."""
    return _table(
        ("reason of a row", "meaning"), [(f"`{row['code']}`", row["sentence"]) for row in _codes("quarantine")]
    )


def finding_codes() -> str:
    """The codes of findings and of the reasons of verdicts."""
    rows = [(f"`{row['code']}`", row["severity"], row["sentence"]) for row in _codes("reason", "finding")]
    return _table(("code", "severity", "meaning"), rows)


def codes_zh() -> str:
    """All codes of rows, findings and verdicts with their Chinese sentences."""
    words = {"fail": "严重", "warn": "提示", "info": "记录"}
    rows = [
        (f"`{row['code']}`", "隔离" if row["kind"] == "quarantine" else words[row["severity"]], row["sentence_zh"])
        for row in _codes("quarantine", "reason", "finding")
    ]
    return _table(("代码", "级别", "含义"), rows)


def _layer_edges() -> tuple[dict[str, list[str]], set[tuple[str, str]]]:
    """The assets of each layer, and which layer reads which: forward in ``LAYERS`` only, without the implied ones."""
    graph = defs.resolve_asset_graph()
    assets: dict[str, list[str]] = {layer: [] for layer in LAYERS}
    edges = set()
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        if node.group_name in LAYERS:
            assets[node.group_name].append(key.path[-1])
            edges |= {(graph.get(parent).group_name, node.group_name) for parent in node.parent_keys}
    forward = {(a, b) for a, b in edges if a in LAYERS and b in LAYERS and LAYERS.index(a) < LAYERS.index(b)}
    return assets, {edge for edge in forward if not _implied(edge, forward - {edge})}


def _implied(edge: tuple[str, str], others: set[tuple[str, str]]) -> bool:
    """Whether the other edges lead from the one end to the other."""
    reached, before = {edge[0]}, set[str]()
    while reached != before:
        before = set(reached)
        reached |= {b for a, b in others if a in reached}
    return edge[1] in reached


def asset_graph() -> str:
    """The layers of the Dagster asset graph with their assets, as a mermaid picture."""
    assets, edges = _layer_edges()
    lines = ["```mermaid", "flowchart LR"]
    for layer, names in assets.items():
        lines.append(f'  {layer}["<b>{layer}</b><br/>{"<br/>".join(names)}"]')
    lines += [f"  {a} --> {b}" for a, b in sorted(edges, key=lambda edge: [LAYERS.index(layer) for layer in edge])]
    return "\n".join([*lines, "```", ""])


def fault_table() -> str:
    """The faults that tests plant, each with the check that caught it when it was planted just now."""
    from tests.pipeline.planted import fault_rows

    return _table(("planted", "caught by", "severity", "stops"), fault_rows())


PARTS: dict[str, Callable[[], str]] = {
    "asset-graph": asset_graph,
    "fault-table": fault_table,
    "published-columns": published_columns,
    "published-tables": published_tables,
    "published-tables-zh": published_tables_zh,
    "quarantine-codes": quarantine_codes,
    "finding-codes": finding_codes,
    "codes-zh": codes_zh,
    "input-tables": input_tables,
    "chinese-headers": chinese_headers,
}


def generated(text: str) -> str:
    """The page's text with every generated part as it must be now. Raises ``KeyError`` for a part nobody makes."""
    return _BLOCK.sub(lambda block: block[1] + PARTS[block[2]]() + block[3], text)


def main() -> None:
    for page in PAGES:
        path = ROOT / page
        path.write_text(generated(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
