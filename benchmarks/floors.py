"""The two floors: the least work that any program with this input and this output has to do, in DuckDB alone.

``python -m benchmarks.floors DELIVERIES PARQUET`` prints the seconds of each as one JSON object.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

COLUMNS = "{'meter_id': 'VARCHAR', 'interval_end': 'TIMESTAMP', 'value': 'DECIMAL(18, 6)'}"


def _seconds(work: Callable[[], None]) -> float:
    """Runs a function without arguments and says how long it took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def hash_files(files: list[Path]) -> None:
    """Floor A, first half: every delivered byte is read once and hashed."""
    for path in files:
        with path.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")


def copy_to_parquet(con: duckdb.DuckDBPyConnection, files: list[Path], target: Path) -> None:
    """Floor A, second half: the typed CSV becomes Parquet sorted by meter and time."""
    con.execute(
        f"""copy (select * from read_csv($files, columns = {COLUMNS}, header = true, auto_detect = false, delim = ',')
                  order by meter_id, interval_end) to '{target}' (format parquet)""",
        {"files": [str(path) for path in files]},
    )


def meter_months(con: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Floor B: one scan of that Parquet to meter-months."""
    con.execute(
        f"""create or replace table meter_month as
            select meter_id, date_trunc('month', interval_end - interval 15 minute) as month, sum(value) as value
            from '{source}' group by all"""
    )


def main() -> None:
    files = sorted(Path(sys.argv[1]).glob("20*/meter_readings_*.csv"))
    target = Path(sys.argv[2])
    con = duckdb.connect(config={"temp_directory": str(target.parent / "spill")})
    con.execute("set enable_progress_bar = false")
    seconds = {
        "sha256": _seconds(lambda: hash_files(files)),
        "copy": _seconds(lambda: copy_to_parquet(con, files, target)),
        "meter_months": _seconds(lambda: meter_months(con, target)),
    }
    print(json.dumps(seconds | {"readings": con.execute(f"select count(*) from '{target}'").fetchall()[0][0]}))


if __name__ == "__main__":
    main()
