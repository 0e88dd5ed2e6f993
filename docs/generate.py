"""Writes the generated parts of the README and of the pages here: tables from the contracts, the asset graph.

Text written by hand stays outside the ``<!-- generated: NAME -->`` … ``<!-- /generated -->`` markers. ``make docs``
runs this; a test fails where a page is out of date.
"""

import re
from collections.abc import Callable
from pathlib import Path

from pipelines import contracts
from pipelines.contracts import Column, Contract

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "README.zh-CN.md", "docs/deliveries.md", "docs/architecture.md")
PROVENANCE = {"method_version", "factor_release", "publication_id"}
_BLOCK = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _meaning(column: Column) -> str:
    allowed = f" One of: {', '.join(column.enum)}." if column.enum else ""
    return column.description + allowed


def _published(contract: Contract) -> str:
    """One published table as a block to open; the key's columns are bold."""
    rows = [
        (
            f"**{column.name}**" if column.name in contract.key else column.name,
            column.physical_type,
            column.unit or "",
            _meaning(column),
        )
        for column in contract.columns
        if column.name not in PROVENANCE
    ]
    summary = f"<summary><code>{contract.table}</code> – {contract.description}</summary>"
    return f"<details>\n{summary}\n\n{_table(('column', 'type', 'unit', 'meaning'), rows)}\n</details>\n"


def published_columns() -> str:
    """Every published table with its columns."""
    return "\n".join(_published(contract) for contract in contracts.load("outputs").values())


def input_tables() -> str:
    """Every input table in one line: its columns, the required ones bold."""
    rows = [
        (
            f"`{contract.table}`",
            contract.description,
            ", ".join(f"**{c.name}**" if c.required else c.name for c in contract.columns),
        )
        for contract in contracts.load("inputs").values()
    ]
    return _table(("table", "holds", "columns"), rows)


def chinese_headers() -> str:
    """Every alias of the input contracts: header, column, tables."""
    found: dict[tuple[str, str], list[str]] = {}
    for contract in contracts.load("inputs").values():
        for column in contract.columns:
            for alias in column.aliases:
                found.setdefault((alias, column.name), []).append(contract.table)
    rows = [(alias, f"`{column}`", ", ".join(tables)) for (alias, column), tables in sorted(found.items())]
    return _table(("header", "column", "tables"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "published-columns": published_columns,
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
