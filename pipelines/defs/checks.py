"""The audit's verdicts as asset checks, and a verdict on the readings of each month.

The audit itself is in ``publish.audit`` and stops a publication; here it is only shown. Structure blocks, the rest does
not: it is decided park by park in the figures.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.defs.models import asset_key
from pipelines.defs.session import Session
from pipelines.lake import Lake
from pipelines.model_runner import BuildContext, output_path
from pipelines.models import Model
from pipelines.publish.checks import load_checks
from pipelines.publish.manifest import AUDIT

PUBLICATION = dg.AssetKey(["published", "current"])

_GROUPS = {
    "structure": "Columns, types, required values and keys of every published table are those of its contract.",
    "database": "parks.duckdb holds exactly the rows of the Parquet files.",
    "expectations": "The Great Expectations rules of the contracts hold.",
}

_COMPLETE = "readings_complete"
COVERAGE_MODEL = "energy.meter_month"
"""The model by month that counts, for each meter, the intervals that are missing."""


def month_checks(models: Mapping[str, Model]) -> list[dg.AssetChecksDefinition]:
    """``readings_complete``: whether every interval of every valid meter is there, month by month."""
    if COVERAGE_MODEL not in models:
        return []
    asset = asset_key(models[COVERAGE_MODEL], models)

    description = "Every valid meter has a valid value in every interval."

    @dg.multi_asset_check(name=_COMPLETE, specs=[dg.AssetCheckSpec(_COMPLETE, asset=asset, description=description)])
    def readings_complete(
        session: dg.ResourceParam[Session],
    ) -> Iterator[dg.AssetCheckEvaluation | dg.AssetCheckResult]:
        missing = missing_intervals(session.context)
        rebuilt = {r.month for r in session.results if r.name == COVERAGE_MODEL and not r.reused}
        # Of this run, not runless: Dagster keeps one runless verdict for a month and refuses the next.
        yield from (_month_verdict(asset, month, count) for month, count in missing.items() if month in rebuilt)
        incomplete = {month: count for month, count in missing.items() if count}
        yield dg.AssetCheckResult(
            check_name=_COMPLETE,
            asset_key=asset,
            passed=not incomplete,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"Intervals are missing in {', '.join(incomplete)}." if incomplete else "Holds.",
            metadata={"months": len(missing), "missing_intervals": incomplete},
        )

    return [readings_complete]


def _month_verdict(asset: dg.AssetKey, month: str, missing: int) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=asset,
        check_name=_COMPLETE,
        passed=not missing,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"missing_intervals": dg.MetadataValue.int(missing)},
        partition=month,
    )


def missing_intervals(context: BuildContext) -> dict[str, int]:
    """Missing intervals of all meters by month in scope, from the current outputs."""
    pointers = {month: context.pointer(COVERAGE_MODEL, month) for month in context.months}
    paths = [str(output_path(context.lake, COVERAGE_MODEL, m, found["fingerprint"])) for m, found in pointers.items()]
    rows = context.connection().execute(
        "select month, cast(sum(intervals_open) as bigint) from read_parquet(?) group by month", [paths]
    )
    counts = dict(rows.fetchall())
    return {month: counts.get(month, 0) for month in context.months}


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
