"""The audit's verdicts as asset checks, and a verdict on the readings of each month.

The audit itself is in ``publish.audit`` and stops a publication; here it is only shown. Structure blocks, the rest does
not: it is decided park by park in the figures.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.lake import Lake
from pipelines.publish.checks import load_checks
from pipelines.publish.manifest import AUDIT

PUBLICATION = dg.AssetKey(["published", "current"])

_GROUPS = {
    "structure": "Columns, types, required values and keys of every published table are those of its contract.",
    "database": "parks.duckdb holds exactly the rows of the Parquet files.",
    "expectations": "The Great Expectations rules of the contracts hold.",
}


def audit_specs() -> list[dg.AssetCheckSpec]:
    """A check for each part of the audit and for each file of ``sql/checks``."""
    groups = [
        dg.AssetCheckSpec(name, asset=PUBLICATION, description=description, blocking=name == "structure")
        for name, description in _GROUPS.items()
    ]
    return groups + [
        dg.AssetCheckSpec(check.name, asset=PUBLICATION, description=f"{check.description} {check.remedy}")
        for check in load_checks()
    ]


def failed_audit(lake: Lake) -> Path:
    """The folder of the candidate that failed its audit last."""
    return max(lake.published.glob(f".failed-*/{AUDIT}"), key=lambda path: path.stat().st_mtime).parent


def verdict_results(folder: Path) -> Iterator[dg.AssetCheckResult]:
    """The verdicts in a publication's ``audit.json``, gathered by check; what was not judged has none and fails."""
    verdicts = json.loads((folder / AUDIT).read_text(encoding="utf-8"))["verdicts"]
    for spec in audit_specs():
        mine = [v for v in verdicts if spec.name in (v["check"].partition(".")[0], v["check"].removeprefix("sql."))]
        broken = [v for v in mine if not v["passed"]]
        critical = not mine or any(v["severity"] == "critical" for v in broken)
        yield dg.AssetCheckResult(
            check_name=spec.name,
            asset_key=PUBLICATION,
            passed=bool(mine) and not broken,
            severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
            description=_sentence(mine, broken),
            metadata={"checked": len(mine), "offending_rows": sum(v["offending"] for v in broken)},
        )


def _sentence(mine: list[dict[str, Any]], broken: list[dict[str, Any]]) -> str:
    if not mine:
        return "Not judged, because the structure is wrong."
    return "\n".join(f"{v['table']}: {v['sentence']}".removeprefix(": ") for v in broken) or "Holds."
