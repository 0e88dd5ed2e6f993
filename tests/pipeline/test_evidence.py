"""What a figure is made of, to the last digit; and packs that an auditor checks with their own verifier alone.

The publication is made up: a good one of two parks, and after it one that holds the figures of park-b back. That every
figure of parks that went through the whole pipeline is explained is in ``test_cli_demo``.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipelines.commands.chinese import _COLUMNS
from pipelines.commands.explain import explain
from pipelines.commands.explanation_tree import ExplanationTree
from pipelines.commands.output import Output
from pipelines.commands.pack import pack
from pipelines.contracts import load
from pipelines.errors import AuditFailed, UserError
from pipelines.evidence import explanation, figures
from pipelines.evidence.account import Account
from pipelines.evidence.pack import MAIN
from pipelines.lake import Lake
from pipelines.publish import audit, query
from pipelines.publish.publisher import publish
from pipelines.settings import Settings
from pipelines.texts.evidence_zh import FORMULAS_ZH
from tests.pipeline.publishing import YEAR, Rows, contribution, good_rows, write_models
from tests.pipeline.zcp_command import one_sentence, zcp

WHOSE = {"park_id", "year", "method_version", "factor_release", "publication_id"}
ZERO = ("uncounted_direct_mwh", "nuclear_green_mwh", "recovered_generation_mwh", "recovered_export_mwh")
FACTORS = {"residual_electricity_factor": "0.8325", "electricity_coal_equivalent_low": "0.285"}
FACTORS |= {"electricity_coal_equivalent_high": "0.315", "intensity_limit_small": "0.2", "onsite_counts_as_direct": 1}
FACTORS |= {"size_class_floor": 200000, "size_class_large": 1000000, "feedstock_in_energy": 0}


@dataclass(frozen=True)
class World:
    """A home folder, the good publication in it, and the one after it that holds park-b back."""

    settings: Settings
    good: str
    held: str


def explainable() -> Rows:
    """The good rows with all figures following from each other: 199 970 of 200 000 tce are a document's, 30 power's."""
    rows = good_rows()
    rows["reference.params"][0] |= FACTORS
    for row in rows["metrics.park_year"]:
        row.update(dict.fromkeys((*ZERO, "feedstock_tce", "nonfossil_heat_tce"), 0))
        row.update(direct_line_share=0.4, green_share=0.7, nonfossil_energy_share=0.000105)
        row.update(coverage=94 / 97, estimated_share=0.1)
    contributions = rows["evidence.contributions"]
    for row in [row for row in contributions if row["term"] == "energy_tce"]:
        row["energy_tce"] = 30
        contributions.append(contribution(row["park_id"], "energy_tce", "document", "f:9", energy_tce=199970))
    return rows


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    settings = Settings(home=tmp_path_factory.mktemp("home"), duckdb_memory="512MiB", duckdb_threads=2)
    lake, rows = Lake(settings.home), explainable()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        write_models(lake, rows)
        good = publish(settings, lake, YEAR).publication_id
        rows["metrics.park_year"][1]["residual_grid_mwh"] = 31
        write_models(lake, rows)
        held = publish(settings, lake, YEAR).publication_id
    return World(settings, good, held)


@pytest.fixture
def account(world: World) -> Iterator[Account]:
    with query.open_current(Lake(world.settings.home), world.good) as con:
        yield Account(con, "park-a")


def test_every_column_follows_from_its_formula_and_its_leaves(account: Account) -> None:
    found = figures.explain(account, YEAR, *figures.columns(account))
    assert {column for _, column in found} == set(load("outputs")["metrics.park_year"].column_names) - WHOSE
    assert {f.agreement for f in found.values() if f.column not in ("intensity_low", "intensity_high")} == {"exact"}
    total = (YEAR, "total_tco2")
    assert explanation.check_of(found, total) == (3, Decimal("25.975001"))
    assert [leaf.source[-2:] for _, leaf in explanation.bottom(found, total)][1:] == [":2", ":3"]
    assert explanation.check_of(found, (YEAR, "residual_grid_mwh")) == (3, Decimal(30))
    assert "0.000000000" in {constant.value for constant in found[YEAR, "limit_tco2_per_tce"].constants}


@pytest.mark.parametrize(("column", "added"), [("total_tco2", Decimal("0.000001")), ("green_share", 1e-9)])
def test_a_figure_that_is_not_what_it_is_made_of_is_an_error(account: Account, column: str, added: object) -> None:
    account.years[YEAR][column] += added
    with pytest.raises(AuditFailed, match=rf"^{column} of park-a in {YEAR} is published as .* gives .*zcp verify"):
        figures.explain(account, YEAR, column)


def test_a_step_that_its_formula_does_not_give_is_an_error(account: Account) -> None:
    account.parameters[YEAR]["residual_electricity_factor"] = Decimal("0.8")
    key = ("electricity_tco2", "residual_grid")
    wrong = account.formulas[key].statement.replace("p.residual_electricity_factor", "0.8")
    account.__dict__["formulas"] = dict(account.formulas) | {key: account.formulas[key]._replace(statement=wrong)}
    with pytest.raises(AuditFailed, match=r"^electricity_tco2 residual_grid of park-a"):
        figures.explain(account, YEAR, "intensity_tco2_per_tce")


def test_every_figure_and_formula_has_its_chinese(account: Account) -> None:
    assert set(figures.columns(account)) <= set(_COLUMNS)
    worded = {
        f"{figure}:{step}" if step else figure
        for (figure, step), found in account.formulas.items()
        if any(word.isascii() and word.isalpha() and len(word) > 2 for word in found.formula.split())
    }
    assert worded <= set(FORMULAS_ZH) <= {f"{f}:{s}" if s else f for f, s in account.formulas}


def test_explain_prints_the_tree_and_says_what_adds_up(world: World) -> None:
    done = zcp("explain", "park-a", str(YEAR), "intensity_tco2_per_tce", home=world.settings.home)
    assert done.returncode == 0, done.stderr
    for said in (
        "total_tco2 2026  25.975001 tCO2  E = E_fuel + E_conv",
        "3 leaves add up to 25.975001 tCO2: exact",
        "24.975 tCO2  N × residual factor",
        "− gec_mwh 2026  20 MWh",
        "20 MWh  certificate  park-a-c1:CODE/2026-03/0-19",
        "0.6 tCO2  document  first/fuel_use.csv line 3",
        "park-a-m: grid_import, 97 intervals: 94 measured, 2 estimated (like_day 1, linear 1), 1 open; 100 MWh",
        "residual_electricity_factor = 0.8325",
        "ab" * 32,
    ):
        assert said in done.stdout, said


def test_explain_as_json_holds_the_whole_tree(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    column, output = "core_verdict", Output("en", as_json=True)
    explain(world.settings, "park-a", YEAR, column, publication=None, everything=False, output=output)
    found = json.loads(capsys.readouterr().out)
    assert (found["publication_id"], found["value"], found["agreement"]) == (world.held, "pass", "exact")
    total = next(part for part in found["parts"] if part["figure"] == "total_tco2")
    fuel = next(part for part in total["parts"] if part["figure"] == "fuel_tco2")
    assert [leaf["amount"] for leaf in fuel["leaves"]] == ["0.400001", "0.600000"]
    assert fuel["check"] == {"leaves": 2, "sum": "1.000001"}
    assert [entry["file_name"] for entry in found["files"]] == ["fuel_use.csv"]


def test_leaves_beyond_the_biggest_are_summed(account: Account) -> None:
    found = figures.explain(account, YEAR, "fuel_tco2")
    tree = ExplanationTree(found, account.files, "en", limit=1).draw((YEAR, "fuel_tco2"))
    lines = [str(child.label) for child in tree.children]
    assert lines[1].startswith("0.6 tCO2")
    assert lines[2] == "1 more leaf: 0.400001 tCO2 together"


def test_what_is_not_there_is_said_in_a_sentence_with_the_nearest(world: World) -> None:
    def said(park: str, year: int, column: str) -> str:
        with pytest.raises(UserError) as refused:
            explain(world.settings, park, year, column, publication=world.good, everything=False, output=Output("en"))
        return str(refused.value)

    assert said("park-c", YEAR, "gec_mwh").startswith("no park “park-c” in the publication; did you mean park-")
    assert said("park-a", 2024, "gec_mwh") == "the publication has no account of park-a for 2024; it has 2026."
    assert "did you mean total_tco2" in said("park-a", YEAR, "total_co2")


def test_a_park_that_is_held_back_says_why_and_where_its_last_good_figures_are(world: World) -> None:
    told = one_sentence(zcp("explain", "park-b", str(YEAR), "gec_mwh", home=world.settings.home), 2)
    assert told.startswith("Error: the figures of park-b are held back: ")
    assert f"add --publication {world.good}" in told
    output = Output("zh")
    explain(world.settings, "park-b", YEAR, "gec_mwh", publication=world.good, everything=False, output=output)


@pytest.fixture(scope="module")
def packed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of park-a, unzipped, beside its zip."""
    folder = tmp_path_factory.mktemp("pack")
    done = zcp("pack", "park-a", str(YEAR), "--out", str(folder / "a.zip"), home=world.settings.home)
    assert done.returncode == 0, done.stderr
    with ZipFile(folder / "a.zip") as archive:
        archive.extractall(folder / "a")
    return folder / "a"


def verify(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", folder / "verify.py", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def manifest(world: World) -> Path:
    return Lake(world.settings.home).published / world.held / "manifest.json"


def test_a_pack_is_checked_by_its_own_verifier(world: World, packed: Path) -> None:
    alone = verify(packed)
    assert (alone.returncode, alone.stderr) == (0, "")
    assert "leaves add up exactly, formulas hold" in alone.stdout
    assert "NOT proven to be the published ones" in alone.stdout
    tied = verify(packed, "--manifest", manifest(world))
    assert (tied.returncode, tied.stderr) == (0, "")
    assert tied.stdout.strip().endswith("tables/*.csv as published")


def test_the_same_publication_gives_the_same_bytes_and_the_text_is_for_people(world: World, packed: Path) -> None:
    again = packed.parent / "again.zip"
    pack(world.settings, "park-a", YEAR, out=again, publication=world.held, output=Output("en", as_json=True))
    assert again.read_bytes() == packed.with_suffix(".zip").read_bytes()
    for language in ("en", "zh"):
        told = (packed / f"explanation.{language}.txt").read_text(encoding="utf-8")
        assert all(f"{column} {YEAR}" in told for column in MAIN)
    with pytest.raises(UserError, match=r"^/proc/x/a\.zip cannot be written"):
        pack(world.settings, "park-a", YEAR, out=Path("/proc/x/a.zip"), publication=None, output=Output("en"))
    assert "## 中文" in (packed / "README.md").read_text(encoding="utf-8")


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def forged(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    """The changes with every hash in the pack made to fit."""

    def change(folder: Path) -> None:
        for one in changes:
            one(folder)
        about = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
        about["files"] = {name: sha256((folder / name).read_bytes()).hexdigest() for name in about["files"]}
        tables = sorted(name for name in about["files"] if name.startswith("tables/") and name.endswith(".csv"))
        lines = "".join(f"{name[7:-4]} {about['files'][name]}\n" for name in tables)
        about["park_sha256"] = sha256(lines.encode()).hexdigest()
        (folder / "pack.json").write_text(json.dumps(about), encoding="utf-8")

    return change


YEARS, LEAVES = "tables/metrics.park_year.csv", "tables/evidence.contributions.csv"
MORE = replaced(YEARS, '"25.975001"', '"15.975001"')
TAMPERED = {
    "a file that was altered": (replaced("inputs.csv", "fuel", "fool"), "inputs.csv was altered"),
    "a file that is gone": (lambda folder: (folder / "README.md").unlink(), "README.md is missing"),
    "a file that came later": (lambda folder: (folder / "x.csv").write_text("a\n"), "x.csv is not listed in pack.json"),
    "a figure": (forged(MORE), f"total_tco2 {YEAR} is 15.975001, its leaves give 25.975001"),
    "a leaf": (forged(replaced(LEAVES, '"0.400001"', '"0.300001"')), "its leaves give 0.900001"),
    "a leaf of the explanation": (
        forged(replaced("explanation.json", '"0.400001"', '"0.300001"')),
        f"explanation.json: fuel_tco2 {YEAR} is not as in the tables",
    ),
    "a formula of the explanation": (
        forged(replaced("explanation.json", '"formula": "', '"formula": "0 × ')),
        "has another formula than the tables",
    ),
    "a figure that is not explained": (
        forged(replaced("explanation.json", '"figure": "green_share"', '"figure": "total_tco2"')),
        f"explanation.json: green_share {YEAR} is missing",
    ),
    "a factor of the explanation": (
        forged(replaced("explanation.json", '"value": "0.832500000"', '"value": "0.600000000"')),
        "explanation.json: residual_electricity_factor of",
    ),
    "a ratio": (forged(replaced(YEARS, '"0.7"', '"0.8"')), f"green_share {YEAR} is 0.8, its formula gives 0.7"),
    "a verdict": (
        forged(replaced(YEARS, '"pass","fail","fail"', '"pass","pass","pass"')),
        f"direct_supply_verdict {YEAR} is not what its figures say",
    ),
    "a factor": (
        forged(replaced("tables/reference.params.csv", '"0.832500000"', '"0.600000000"')),
        f"electricity_tco2 {YEAR} is 24.975000, its formula gives 18.0",
    ),
    "a row of another park": (forged(replaced(LEAVES, '"park-a"', '"park-b"')), "another park_id"),
    "a source file": (forged(replaced("inputs.csv", "0123456789abcdef", "f")), "inputs.csv lacks the file 01234567"),
    "a cell that is no number": (forged(replaced(YEARS, '"25.975001"', '"x"')), "the pack cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAMPERED)
def test_a_pack_that_was_tampered_with_is_refused_by_name(packed: Path, tmp_path: Path, kind: str) -> None:
    change, said = TAMPERED[kind]
    folder = Path(shutil.copytree(packed, tmp_path / "copy"))
    change(folder)
    done = verify(folder)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_forgery_that_agrees_with_itself_is_refused_with_the_manifest(
    world: World, packed: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(packed, tmp_path / "copy"))
    forged(replaced("tables/quality.findings.csv", "40 % of 50 %.", "All well."))(folder)
    assert verify(folder).returncode == 0
    done = verify(folder, "--manifest", manifest(world))
    assert done.returncode == 1
    assert "tables/*.csv are not those of the publication" in done.stderr
    forged(replaced("inputs.csv", "fuel", "fool"))(folder)
    assert "the publication has another file_name of" in verify(folder, "--manifest", manifest(world)).stderr
    forged(replaced("inputs.csv", "ab" * 32, "cd" * 32))(folder)
    assert "inputs.csv: the publication has another sha256 of" in verify(folder, "--manifest", manifest(world)).stderr
