"""The front of the graph: deliveries on disk, and the tables that were read out of them."""

import errno
from collections import Counter
from pathlib import Path

import dagster as dg
from pydantic import Field

from pipelines import contracts
from pipelines.contracts import Contract
from pipelines.defs.models import DELIVERIES, OWNERS, Materialized, column_schema
from pipelines.defs.session import Session
from pipelines.errors import UserError

_PASSING = frozenset(
    {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH}
    | {errno.ECONNRESET, errno.ECONNABORTED, errno.ENOTCONN}
)
"""What a folder on the network answers while its server or the way to it is away."""

RETRIES, RETRY_SECONDS = 3, 60


class Deliveries(dg.Config):
    """What to take in before the ledger is shown."""

    paths: list[str] = Field(default=[], description="Folders and files to land; none to show what is landed.")


@dg.asset(key=DELIVERIES, group_name="raw", kinds={"csv", "excel", "parquet"}, owners=OWNERS)
def deliveries(config: Deliveries, session: dg.ResourceParam[Session]) -> Materialized:
    """Every delivered file, kept byte for byte by its sha256, parsed once, with its line in the ledger."""
    if config.paths:
        _land([Path(path) for path in config.paths], session)
    ledgers = list(session.lake.ledgers())
    rows: Counter[str] = Counter()
    for entry in ledgers:
        rows.update(entry["tables"])
    return dg.MaterializeResult(
        metadata={
            "files": len(ledgers),
            "files_refused": sum(bool(entry["refused_reason"]) for entry in ledgers),
            **{
                name: sum(entry[name] for entry in ledgers)
                for name in ("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined")
            },
            "rows_by_table": dict(sorted(rows.items())),
        }
    )


def _land(paths: list[Path], session: Session) -> None:
    """Takes deliveries in; a folder on the network that is away is asked for again, a mistake is not.

    Nothing else in the graph is retried: models and audit read local files and would fail again the same way.
    """
    from pipelines.ingest.landing import land

    try:
        land(paths, session.settings, session.report)
    except (UserError, OSError) as failed:
        cause = failed if isinstance(failed, OSError) else failed.__cause__
        if isinstance(cause, OSError) and cause.errno in _PASSING:
            raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=RETRY_SECONDS) from failed
        raise


def parsed_tables() -> list[dg.AssetSpec]:
    """One asset for each table that can be delivered; landing fills them, so nothing here materializes them."""
    specs = [_parsed(contract) for contract in contracts.load("inputs").values()]
    quarantine = dg.AssetSpec(
        ["parsed", "quarantine"],
        deps=[DELIVERIES],
        description="Rows that could not be read, with file, line, text and reason.",
        group_name="raw",
        kinds={"parquet"},
        owners=OWNERS,
    )
    return [*specs, quarantine]


def _parsed(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["parsed", contract.table],
        deps=[DELIVERIES],
        description=contract.description,
        metadata={"dagster/column_schema": column_schema(contract)},
        group_name="raw",
        kinds={"parquet"},
        owners=OWNERS,
    )
