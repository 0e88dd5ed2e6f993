"""Every factor as a year resolves it, against a committed copy: a changed factor shows as a changed line in review."""

import csv
from pathlib import Path

from pipelines import reference_tables
from pipelines.lake import Lake

SNAPSHOT = Path(__file__).with_name("resolved_factors.csv")
YEARS = (2024, 2025, 2026, 2030)


def resolved(tmp_path: Path) -> list[list[str]]:
    versions = reference_tables.parameter_versions(Lake(tmp_path))
    rows = [
        [str(year), name, value]
        for year in YEARS
        for name, value in sorted(reference_tables.parameters_of(year, versions).items())
    ]
    with (Path(reference_tables.__file__).parent / "reference" / "fuels.csv").open(encoding="utf-8") as stream:
        for fuel in csv.DictReader(stream):
            rows += [
                ["", f"{fuel['fuel']}.{column}", fuel[column]] for column in ("ncv_gj_per_unit", "carbon_tc_per_gj")
            ]
            rows.append(["", f"{fuel['fuel']}.oxidation_factor", fuel["oxidation_factor"]])
    return rows


def test_factors_resolve_as_committed(tmp_path: Path) -> None:
    with SNAPSHOT.open(encoding="utf-8", newline="") as stream:
        committed = list(csv.reader(stream))
    assert resolved(tmp_path) == committed[1:]
