"""Checks an unzipped evidence pack with Python 3.10 or later alone: verify.py [--manifest MANIFEST] [FOLDER]

FOLDER is by default that of this file. MANIFEST is manifest.json of the publication: with it the tables are proven to
be the published ones, without it only to agree with each other. Take it and this file from the publisher; a verifier
that came with a forged pack may say anything.
"""

import argparse
import csv
import io
import json
import math
import sys
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

Table = list[dict[str, str]]
AMOUNTS = {"_mwh": "energy_mwh", "_tco2": "emission_tco2", "_tce": "energy_tce"}
TERMS = ("fuel_tco2", "conversion_tco2", "electricity_tco2", "heat_tco2", "process_tco2")
LEAF = {"kind": "source_kind", "source": "source_id", "month": "month", "file_id": "file_id", "sentence": "sentence"}
SIX = Decimal("0.000001")
problems: list[str] = []


def demand(holds: object, otherwise: str) -> None:
    if not holds and otherwise not in problems:
        problems.append(otherwise)


def check_hashes(files: dict[str, bytes], about: dict[str, Any], published: dict[str, Any]) -> None:
    """Every file has its listed hash; the tables together have the one that the publication names for the park."""
    listed = about["files"]
    for name in sorted({*files} ^ {*listed, "pack.json"}):
        demand(False, f"{name} is {'not listed in pack.json' if name in files else 'missing'}")
    for name in sorted({*files} & {*listed}):
        demand(sha256(files[name]).hexdigest() == listed[name], f"{name} was altered")
    tables = sorted(name for name in files if name.startswith("tables/") and name.endswith(".csv"))
    lines = "".join(f"{name[7:-4]} {sha256(files[name]).hexdigest()}\n" for name in tables)
    digest = sha256(lines.encode()).hexdigest()
    demand(digest == about["park_sha256"], "pack.json: park_sha256 is not the hash of tables/*.csv")
    if published:
        demand(digest == published["parks"].get(about["park_id"]), "tables/*.csv are not those of the publication")
        for name, value in about["publication"].items():
            demand(published.get(name) == value, f"pack.json: the publication has another {name}")


def check_rows(tables: dict[str, Table], about: dict[str, Any], published: dict[str, Any]) -> None:
    """All rows are of this park and publication, and the files that contributed are listed with their hashes."""
    for name, rows in tables.items():
        for column, value in (("park_id", about["park_id"]), ("publication_id", about["publication"]["id"])):
            demand(all(row.get(column, value) == value for row in rows), f"{name}.csv has another {column}")
    known = {row["file_id"] for row in tables["inputs"]}
    for row in tables["evidence.contributions"]:
        demand(row["file_id"] in known or not row["file_id"], f"inputs.csv lacks the file {row['file_id']}")
    ledger = {entry["file_id"]: entry for entry in published["inputs"]} if published else {}
    for row in tables["inputs"] if published else ():
        entry = {name: "" if value is None else str(value) for name, value in ledger.get(row["file_id"], {}).items()}
        for name, value in row.items():
            demand(entry.get(name) == value, f"inputs.csv: the publication has another {name} of {row['file_id']}")


def check_sums(tables: dict[str, Table], explained: list[dict[str, Any]]) -> int:
    """Every amount is the sum of its contributions to the last digit, and these are the leaves that are explained."""
    leaves: dict[tuple[str, str], Table] = {}
    for row in tables["evidence.contributions"]:
        amount = next(row[column] for end, column in AMOUNTS.items() if row["term"].endswith(end))
        leaf = {name: row[column] for name, column in LEAF.items()}
        leaves.setdefault((row["year"], row["term"]), []).append({**leaf, "amount": amount})
    figures = {(row["year"], name): text for row in tables["metrics.park_year"] for name, text in row.items()}
    for (year, name), text in figures.items():
        if name.endswith(tuple(AMOUNTS)) and not name.endswith("_per_tce"):
            total = sum(Decimal(leaf["amount"]) for leaf in leaves.get((year, name), []))
            demand(total == Decimal(text or 0), f"{name} {year} is {text}, its leaves give {total}")
    for said in explained:
        key, value = (str(said["year"]), said["figure"]), said["value"]
        text = f"[{', '.join(value)}]" if isinstance(value, list) else value or ""
        shown = [{name: leaf[name] or "" for name in (*LEAF, "amount")} for leaf in said["leaves"]]
        same = sorted(map(str, shown)) == sorted(map(str, leaves.get(key, [])))
        demand(same and text == figures.get(key), f"explanation.json: {key[1]} {key[0]} is not as in the tables")
    return sum(map(len, leaves.values()))


def check_words(tables: dict[str, Table], explained: list[dict[str, Any]], year: str) -> None:
    """Every figure of the year is explained, by the formulas and factors that the tables have."""
    formulas = {(row["figure"], row["step"]): (row["formula"], row["statement"]) for row in tables["evidence.formulas"]}
    due = {figure for figure, step in formulas if not step}
    for name in sorted(due - {said["figure"] for said in explained if str(said["year"]) == year}):
        demand(False, f"explanation.json: {name} {year} is missing")
    factors = {(row["year"], row["factor"], row["value"]) for row in tables["evidence.factors_used"]}
    factors |= {(row["year"], *entry) for row in tables["reference.params"] for entry in row.items()}
    for said in explained:
        steps = [(leaf["source"], leaf) for leaf in said["leaves"] if "formula" in leaf]
        for step, told in [("", said), *steps]:
            same = formulas.get((said["figure"], step)) == (told["formula"], told["statement"])
            demand(same, f"explanation.json: {said['figure']} {step} has another formula than the tables")
        for told in said["constants"]:
            same = (str(said["year"]), told["name"], told["value"]) in factors
            demand(same, f"explanation.json: {told['name']} of {said['figure']} is not as in the tables")


def check_formulas(row: dict[str, str], parameters: dict[str, str]) -> None:
    """The main formulas and the verdicts, from the figures of the year and its parameters."""
    y = {name: Decimal(text or 0) for name, text in row.items() if name.endswith(tuple(AMOUNTS))}
    p = {name: Decimal(text) for name, text in parameters.items() if name.startswith(("resid", "electr", "direct"))}
    bought, use, one = y["green_trade_mwh"] + y["gec_mwh"], y["electricity_use_mwh"], Decimal(1)
    green = y["direct_supply_mwh"] + y["onsite_nonfossil_mwh"] - y["uncounted_green_mwh"] + bought
    green_tce = green * p["electricity_coal_equivalent"] + y["nonfossil_heat_tce"]
    powers = (y["residual_grid_mwh"], y["uncounted_green_mwh"], -y["fossil_export_mwh"])
    leaves = [(mwh * p["residual_electricity_factor"]).quantize(SIX, ROUND_HALF_UP) for mwh in powers]
    given = {
        "residual_grid_mwh": (y["grid_import_mwh"] - bought, one),
        "electricity_tco2": (sum(leaves, Decimal(0)), one),
        "total_tco2": (sum((y[term] for term in TERMS), Decimal(0)), one if row["conversion_tco2"] else 0),
        "intensity_tco2_per_tce": (y["total_tco2"], y["energy_tce"] if row["total_tco2"] else 0),
        "direct_supply_share": (y["direct_green_mwh"], use),
        "green_share": (green, use),
        "nonfossil_energy_share": (green_tce, y["energy_tce"]),
    }
    for name, (above, below) in given.items():
        same = math.isclose(above / below, Decimal(row[name] or "nan"), rel_tol=1e-12) if below else not row[name]
        demand(same, f"{name} {row['year']} is {row[name]}, its formula gives {above / below if below else 'nothing'}")
    within = y["total_tco2"] <= Decimal(row["limit_tco2_per_tce"] or 0) * y["energy_tce"]
    enough = y["direct_green_mwh"] >= p["direct_supply_share_min"] * use
    for name, good in {"core_verdict": within, "direct_supply_verdict": enough}.items():
        demand(row[name] != ("fail" if good else "pass"), f"{name} {row['year']} is not what its figures say")


def check(folder: Path, manifest: Path | None) -> str:
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    text = manifest.read_bytes() if manifest else b"{}"
    about, published = json.loads(files["pack.json"]), json.loads(text)
    demand(not manifest or sha256(text).hexdigest() == about["manifest_sha256"], "pack.json is of another manifest")
    check_hashes(files, about, published)
    texts = {name: io.StringIO(data.decode(), newline="") for name, data in files.items() if name.endswith(".csv")}
    tables = {name.removeprefix("tables/")[:-4]: list(csv.DictReader(text)) for name, text in texts.items()}
    check_rows(tables, about, published)
    explained = json.loads(files["explanation.json"])["figures"]
    leaves = check_sums(tables, explained)
    check_words(tables, explained, str(about["year"]))
    parameters = {row["year"]: row for row in tables["reference.params"]}
    for row in tables["metrics.park_year"]:
        check_formulas(row, parameters[row["year"]])
    proven = "as published" if published else "NOT proven to be the published ones (--manifest)"
    sums = f"{about['park_id']}: {len(files)} files, {leaves} leaves add up exactly, formulas hold"
    return f"{sums}; .parquet and .txt are copies that nothing proves; tables/*.csv {proven}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--manifest", type=Path)
    found = ""
    try:
        found = check(**vars(parser.parse_args()))
    except (ArithmeticError, LookupError, OSError, StopIteration, TypeError, ValueError) as error:
        problems.append(f"the pack cannot be read: {error!r}")
    sys.exit("\n".join(f"REFUSED: {problem}" for problem in problems) or print(found))
