"""Twenty readers poll while ten publications are made and switched: no error, nothing torn, never back in time.

Run as a program this file is one process of readers: ``python test_readers.py KIND THREADS HOME`` polls until its
standard input closes and prints what its threads saw as JSON.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.contracts import load
from pipelines.lake import Lake
from pipelines.publish import audit, publisher, query
from tests.pipeline.publishing import YEAR, good_rows, home, write_models

PUBLICATIONS = 10
POLL_SECONDS = 0.4
READERS = {"module": 7, "database": 7, "parquet": 6}
"""How they read: through this package, with DuckDB alone, the Parquet files of a folder that was resolved once."""
TABLES = frozenset(
    {"metrics.park_year", "metrics.park_month", "quality.findings", "quality.file_ledger", "quality.held_parks"}
    | {"reference.parks", "reference.params", "evidence.factors_used"}
    | {"certificates.claimed_ranges", "certificates.exclusions", "certificates.illegal_moves"}
)
"""Ten publications of all tables would take half a minute, and read no different."""

IDS = """
    select distinct publication_id from metrics.park_year union select distinct publication_id from quality.findings
    union select distinct publication_id from views.league_table inner join metrics.park_year using (park_id)
"""


def by_module(lake: Lake) -> set[str]:
    with query.open_current(lake) as con:
        return {row[0] for row in con.execute(IDS).fetchall()}


def by_database(lake: Lake) -> set[str]:
    """Read twice: a connection that is open stays on the publication on which it was opened."""
    with duckdb.connect(str((lake.published / "current" / "parks.duckdb").resolve()), read_only=True) as con:
        first = con.execute(IDS).fetchall()
        time.sleep(0.1)
        return {row[0] for row in first + con.execute(IDS).fetchall()}


def by_parquet(lake: Lake) -> set[str]:
    folder = (lake.published / "current").resolve()
    names = ("metrics/park_year", "quality/findings")
    return {value for name in names for value in pl.read_parquet(folder / f"{name}.parquet")["publication_id"].unique()}


WAYS: dict[str, Callable[[Lake], set[str]]] = {"module": by_module, "database": by_database, "parquet": by_parquet}


def poll(kind: str, lake: Lake, stop: threading.Event, seen: list[str], errors: list[str]) -> None:
    while not stop.is_set():
        try:
            ids = WAYS[kind](lake)
        except (duckdb.Error, OSError, pl.exceptions.PolarsError) as error:
            errors.append(repr(error))
        else:
            seen.append("+".join(sorted(ids)))
        stop.wait(POLL_SECONDS)


def main(kind: str, threads: str, folder: str) -> None:
    stop, errors = threading.Event(), list[str]()
    seen: list[list[str]] = [[] for _ in range(int(threads))]
    readers = [threading.Thread(target=poll, args=(kind, Lake(Path(folder)), stop, own, errors)) for own in seen]
    for reader in readers:
        reader.start()
    sys.stdin.read()
    stop.set()
    for reader in readers:
        reader.join()
    print(json.dumps({"seen": seen, "errors": errors}))


def test_twenty_readers_through_ten_publications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "judge_expectations", lambda con, contracts: [])
    monkeypatch.setattr(audit, "judge_sql", lambda con, checks: [])
    monkeypatch.setattr(publisher, "load", lambda folder: {t: c for t, c in load(folder).items() if t in TABLES})
    settings, lake = home(tmp_path)
    order = [publisher.publish(settings, lake, YEAR).publication_id]
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, kind, str(threads), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "POLARS_MAX_THREADS": "1"},
            text=True,
        )
        for kind, threads in READERS.items()
    ]
    for number in range(1, PUBLICATIONS):
        findings = good_rows()["quality.findings"]
        write_models(lake, {"quality.findings": [row | {"sentence": f"Number {number}."} for row in findings]})
        order.append(publisher.publish(settings, lake, YEAR, reason="correction").publication_id)
    told = [json.loads(process.communicate()[0]) for process in processes]
    assert len(set(order)) == PUBLICATIONS

    assert [error for process in told for error in process["errors"]] == []
    readers = [seen for process in told for seen in process["seen"]]
    assert len(readers) == 20
    # One id in every read: all tables are of one publication; and each of them follows the one that was seen before.
    assert {publication for seen in readers for publication in seen} <= set(order)
    for seen in readers:
        places = [order.index(publication) for publication in seen]
        assert places == sorted(places)
    assert sum(len(seen) for seen in readers) > 100
    assert len({publication for seen in readers for publication in seen}) > PUBLICATIONS // 2
    print(f"{sum(map(len, readers))} reads, {len({i for seen in readers for i in seen})} publications seen")


if __name__ == "__main__":
    main(*sys.argv[1:])
