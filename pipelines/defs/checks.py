"""The audit's verdicts as asset checks, for the whole and for each month, and a verdict on the readings of each month.

The audit itself is in ``publish.audit`` and decides what is published; here it is only shown. Structure blocks, the
rest does not: it holds single parks back.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.defs.models import COVERAGE_MODEL, asset_key
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

_COMPLETE, _AUDIT_OF_MONTH = "readings_complete", "audit"


def month_checks(models: Mapping[str, Model]) -> list[dg.AssetChecksDefinition]:
    """Month by month: whether every interval of every valid meter is there, and what the audit found of the month."""
    if COVERAGE_MODEL not in models:
        return []
    asset = asset_key(models[COVERAGE_MODEL], models)
    return [_readings_complete(asset), _audit_of_months(asset)]


def _readings_complete(asset: dg.AssetKey) -> dg.AssetChecksDefinition:
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

    return readings_complete


def _audit_of_months(asset: dg.AssetKey) -> dg.AssetChecksDefinition:
    description = (
        "No check of the audit found fault with a row of the month. "
        "Faults of rows without a month are in the checks of published/current."
    )
    spec = dg.AssetCheckSpec(_AUDIT_OF_MONTH, asset=asset, additional_deps=[PUBLICATION], description=description)

    @dg.multi_asset_check(name="audit_of_months", specs=[spec])
    def audit_of_months(
        session: dg.ResourceParam[Session],
    ) -> Iterator[dg.AssetCheckEvaluation | dg.AssetCheckResult]:
        # A backfill of months alone publishes nothing; what stands then is what was published last.
        folder = session.publication.path if session.publication else session.lake.published / "current"
        if not folder.exists():
            yield _not_judged(asset)
            return
        broken, months = broken_by_month(folder), session.context.months
        # The verdicts of this run on each month stand before the one on all, which Dagster shows as the latest.
        yield from (_audit_verdict(asset, month, broken.get(month, [])) for month in months)
        found = sorted(month for month in broken if month in months)
        yield dg.AssetCheckResult(
            check_name=_AUDIT_OF_MONTH,
            asset_key=asset,
            passed=not found,
            severity=_severity(verdict for month in found for verdict in broken[month]),
            description=f"The audit found fault with {', '.join(found)}." if found else "Holds.",
            metadata={"months": len(months), "months_at_fault": len(found)},
        )

    return audit_of_months


def _not_judged(asset: dg.AssetKey) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=_AUDIT_OF_MONTH,
        asset_key=asset,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description="Not judged, because nothing is published yet.",
    )


def broken_by_month(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The verdicts of a publication's ``audit.json`` that did not pass, by each month of their rows."""
    found: dict[str, list[dict[str, Any]]] = {}
    for verdict in read_verdicts(folder):
        for month in () if verdict["passed"] else verdict["months"]:
            found.setdefault(month, []).append(verdict)
    return found


def _audit_verdict(asset: dg.AssetKey, month: str, broken: list[dict[str, Any]]) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=asset,
        check_name=_AUDIT_OF_MONTH,
        passed=not broken,
        severity=_severity(broken),
        # Dagster's list of evaluations has no column for the partition.
        description=f"{month}: {_sentence(broken) or 'Holds.'}",
        metadata={
            "checks_failed": dg.MetadataValue.int(len(broken)),
            "parks": dg.MetadataValue.text(", ".join(sorted({park for v in broken for park in v["parks"]}))),
            "checks": dg.MetadataValue.text(", ".join(sorted({v["check"] for v in broken}))),
        },
        partition=month,
    )


def _severity(broken: Iterable[dict[str, Any]]) -> dg.AssetCheckSeverity:
    critical = any(verdict["severity"] == "critical" for verdict in broken)
    return dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN


def _month_verdict(asset: dg.AssetKey, month: str, missing: int) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=asset,
        check_name=_COMPLETE,
        passed=not missing,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{month}: {f'{missing} intervals are missing.' if missing else 'Holds.'}",
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
    verdicts = read_verdicts(folder)
    for spec in audit_specs():
        mine = [v for v in verdicts if spec.name in (v["check"].partition(".")[0], v["check"].removeprefix("sql."))]
        broken = [v for v in mine if not v["passed"]]
        yield dg.AssetCheckResult(
            check_name=spec.name,
            asset_key=PUBLICATION,
            passed=bool(mine) and not broken,
            severity=_severity(broken) if mine else dg.AssetCheckSeverity.ERROR,
            description=(_sentence(broken) or "Holds.") if mine else "Not judged, because the structure is wrong.",
            metadata={
                "checked": len(mine),
                "offending_rows": sum(v["offending"] for v in broken),
                "parks_at_fault": len({park for v in broken for park in v["parks"]}),
            },
        )


def read_verdicts(folder: Path) -> list[dict[str, Any]]:
    """The verdicts in a publication's ``audit.json``; one that holds parks back stands as it failed.

    On what was published, without the figures of these parks, the same check passes.
    """
    found = json.loads((folder / AUDIT).read_text(encoding="utf-8"))
    held: list[dict[str, Any]] = found["held"]
    names = {_name(verdict) for verdict in held}
    return held + [verdict for verdict in found["verdicts"] if _name(verdict) not in names]


def _name(verdict: dict[str, Any]) -> tuple[str, str, str]:
    """What tells a check from every other of a publication."""
    return verdict["check"], verdict["table"], verdict["subject"]


def _sentence(broken: list[dict[str, Any]]) -> str:
    return "\n".join(f"{v['table']}: {v['sentence']}".removeprefix(": ") for v in broken)
