"""The SQL checks of ``sql/checks``: a SELECT that returns the rows which break a rule, and a header that says the rule.

::

    -- What must hold, and why.
    -- Severity: critical
    -- What to do: where to look when it does not.
    -- 中文: what must hold, in Chinese.
    -- 处理: what to do, in Chinese.
    select …

``critical`` stops the figures of the parks that the rows lead to, or the publication where they lead to none;
``warning`` is shown beside it. Running them is in ``audit``, what a failure leads to in ``held``.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import UserError
from pipelines.resources import SQL

SEVERITIES = ("critical", "warning")

_FIELD = re.compile(r"(Severity|What to do|中文|处理):\s*(.*)")
_TABLE = re.compile(r"\b(?:from|join)\s+(\w+\.\w+)")


@dataclass(frozen=True)
class SqlCheck:
    """One rule over the published tables. ``run.publication`` (publication_id, year, cutoff) may be read too."""

    name: str
    sql: str
    description: str
    severity: str
    remedy: str
    description_zh: str
    remedy_zh: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The published tables that it looks at, sorted."""
        statement = "\n".join(line for line in self.sql.splitlines() if not line.lstrip().startswith("--"))
        return tuple(sorted({table for table in _TABLE.findall(statement) if not table.startswith("run.")}))


def header_of(text: str) -> dict[str, str]:
    """The fields of the comment that a SQL file opens with; lines before the first field are its ``Description``."""
    fields = {"Description": ""}
    key = "Description"
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        content = line.removeprefix("--").strip()
        if match := _FIELD.fullmatch(content):
            key, content = match.groups()
        fields[key] = f"{fields.get(key, '')} {content}".strip()
    return fields


def load_checks(folder: Path = SQL / "checks") -> tuple[SqlCheck, ...]:
    """All checks in order of name. Raises ``UserError`` that names a file whose header is not complete."""
    return tuple(_load(path) for path in sorted(folder.glob("*.sql")))


def _load(path: Path) -> SqlCheck:
    text = path.read_text(encoding="utf-8").strip().rstrip(";")
    header = header_of(text)
    if header.get("Severity") not in SEVERITIES or not header["Description"] or not header.get("What to do"):
        raise UserError(f"{path} needs a description, `-- Severity: critical` or `warning`, and `-- What to do:`")
    return SqlCheck(
        name=path.stem,
        sql=text,
        description=header["Description"],
        severity=header["Severity"],
        remedy=header["What to do"],
        description_zh=header.get("中文", ""),
        remedy_zh=header.get("处理", ""),
    )
