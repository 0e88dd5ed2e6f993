"""The benchmark: ``python -m benchmarks.run [--scale 4] [--parks 52]`` prints a table and writes a JSON file.

Everything is measured in one go on one machine: the floors, the plain scripts, the pipeline with its stages. What each
line means stands beside it in the table; ratios are to the floors of the same go.
"""

import argparse
import json
import math
import os
import platform
import shutil
import sys
from pathlib import Path

import duckdb
import psutil

from benchmarks import deliveries
from benchmarks.deliveries import YEAR, Deliveries
from benchmarks.measure import Measured, folder_mib, import_milliseconds, run
from benchmarks.report import Coverage, Result, Row, Score, print_result
from benchmarks.stages import stage_seconds

MODULE = ("-m", "pipelines")


def zcp(home: Path, inputs: list[Path]) -> Measured:
    """``zcp run`` on a home folder, in a process of its own."""
    given = [argument for path in inputs for argument in ("--input", str(path))]
    return run(sys.executable, *MODULE, "run", "--home", str(home), "--year", str(YEAR), *given)


def script(name: str, *arguments: Path | str) -> Measured:
    """One of the programs beside this one."""
    return run(sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments))


def line(name: str, measured: Measured, note: str) -> Row:
    """A process as a line of the table."""
    return Row(name, measured.seconds, measured.cpu_seconds, measured.peak_mib, note)


def check_totals(home: Path, *plain: Measured) -> None:
    """The pipeline and the plain scripts must agree on use and import of every park, else the comparison is void."""
    with duckdb.connect(str(home / "published" / "current" / "parks.duckdb"), read_only=True) as con:
        query = "select park_id, electricity_use_mwh, grid_import_mwh, intensity_tco2_per_tce from metrics.park_year"
        ours = {park: values for park, *values in con.execute(f"{query} where year = {YEAR}").fetchall()}
    for measured in plain:
        for park, values in json.loads(measured.output).items():
            for our, their in zip(ours[park], values, strict=True):
                if our is None or not math.isclose(float(our), their, rel_tol=1e-6):
                    raise RuntimeError(f"{park}: the pipeline has {our}, the plain script {their}")


def startup(data: Deliveries, work: Path) -> tuple[Measured, dict[str, float]]:
    """One meter and one day: the second of two runs on fresh folders, and its imports by package in milliseconds."""
    zcp(work / "warm", [data.smallest])
    measured = zcp(work / "startup", [data.smallest])
    arguments = ("run", "--home", str(work / "imports"), "--year", str(YEAR), "--input", str(data.smallest))
    return measured, import_milliseconds(*MODULE, *arguments)


def floors_and_scripts(data: Deliveries, work: Path) -> tuple[dict[str, float], list[Row], list[Measured]]:
    """The floors in seconds, and a line for each of them and for the plain scripts."""
    print("floors …", flush=True)
    measured = script("floors", data.root, work / "floor.parquet")
    floor = json.loads(measured.output)
    a = floor["sha256"] + floor["copy"]
    rows = [
        Row(
            "floor A",
            a,
            None,
            measured.peak_mib,
            f"sha256 {floor['sha256']:.2f} s, sorted Parquet {floor['copy']:.2f} s",
        ),
        Row("floor B", floor["meter_months"], None, None, "one scan of that Parquet to meter-months"),
    ]
    plain = []
    for name in ("polars", "pandas"):
        print(f"plain {name} …", flush=True)
        done = script(f"plain_{name}", data.root)
        rows.append(line(f"plain {name} script", done, "annual totals only, nothing checked"))
        plain.append(done)
    return floor, rows, plain


def measure(data: Deliveries, work: Path, scale: float, complete: bool) -> Result:
    """All measurements, in the order in which a home folder lives through them.

    Where readings are left out (not ``complete``) the pipeline estimates, the plain scripts do not: nothing to compare.
    """
    floor, rows, plain = floors_and_scripts(data, work)
    print("start-up …", flush=True)
    start, imports = startup(data, work)
    start_stages = stage_seconds(work / "startup", start.started, start.seconds)
    rows.append(line("start-up", start, "zcp run on one meter and one day"))
    home = work / "home"
    print("whole run …", flush=True)
    whole = zcp(home, data.year)
    stages = stage_seconds(home, whole.started, whole.seconds)
    if complete:
        check_totals(home, *plain)
    lake_mib = folder_mib(home / "parsed") + folder_mib(home / "models")
    rows.append(line("whole run", whole, "zcp run on everything, fresh home folder"))
    print("recomputing …", flush=True)
    for part in ("models", "pointers"):
        shutil.rmtree(home / part)
    again = zcp(home, [])
    again_stages = stage_seconds(home, again.started, again.seconds)
    rows.append(line("recompute from the lake", again, "models removed, nothing landed"))
    unchanged = zcp(home, [])
    rows.append(line("nothing changed", unchanged, "zcp run once more"))
    print("changed months …", flush=True)
    one = zcp(home, [data.corrected_file])
    rows.append(line("one file changed", one, "June of one park, corrected"))
    month = zcp(home, [data.corrected_month])
    month_stages = stage_seconds(home, month.started, month.seconds)
    rows.append(line("one month changed", month, "June of every park, corrected"))
    print("planted faults …", flush=True)
    faults = script("faults_report", "--json", "--out", work)
    print("park-years of known truth …", flush=True)
    # Two thousand take ten minutes: python -m benchmarks.uncertainty.
    intervals = script("uncertainty", "--json", "--groups", "25", "--realisations", "8", "--out", work / "uncertainty")
    return Result(
        scale=scale,
        readings=int(floor["readings"]),
        files=len(data.readings),
        csv_mib=sum(path.stat().st_size for path in data.readings) / (1 << 20),
        lake_mib=lake_mib,
        machine={
            "cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / (1 << 30), 1),
            "python": platform.python_version(),
            "duckdb": duckdb.__version__,
        },
        floor_a=floor["sha256"] + floor["copy"],
        floor_b=floor["meter_months"],
        rows=rows,
        stages={
            "start-up": start_stages,
            "whole run": stages,
            "recompute from the lake": again_stages,
            "one month changed": month_stages,
        },
        imports=imports,
        faults=[Score(**score) for score in json.loads(faults.output)],
        intervals=[Coverage(**one) for one in json.loads(intervals.output)],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="meters per park in tens: 4 makes 73 million readings")
    parser.add_argument("--parks", type=int, default=52)
    parser.add_argument("--gap-percent", type=float, default=0, help="share of the readings that is left out")
    parser.add_argument("--out", type=Path, default=Path("bench-data"), help="folder for data, home and result")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    print(f"making deliveries of {arguments.parks} parks …", flush=True)
    data = deliveries.make(arguments.out / "deliveries", arguments.parks, arguments.scale, arguments.gap_percent)
    work = arguments.out / "work"
    work.mkdir()
    result = measure(data, work, arguments.scale, complete=not arguments.gap_percent)
    target = arguments.out / f"result-scale-{arguments.scale:g}.json"
    target.write_text(json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print_result(result)
    print(f"\n{target}")


if __name__ == "__main__":
    main()
