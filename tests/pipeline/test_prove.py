"""`zcp prove`, and what a publication carries for it: the checker and the root of the ranges that count."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.lake import sha256_file
from pipelines.publish import publisher
from pipelines.publish.manifest import read_manifest
from pipelines.run import run_pipeline
from tests.pipeline.publishing import YEAR, Rows, home
from tests.pipeline.small_park import MASTERS, Deliveries, readings
from tests.pipeline.small_park import YEAR as SMALL_YEAR
from tests.pipeline.zcp_command import one_sentence, zcp

CHECKER = Path(publisher.__file__).with_name("check_certificates.py")
TRADES = b"trade_id\npark-a-t1\npark-b-t1\n"


def with_ledger(rows: Rows) -> None:
    """A ledger file behind the claimed ranges, as the salts need one."""
    entry = rows["quality.file_ledger"][0] | {"file_id": "ledger", "table_name": "gec_trades", "rows_quarantined": 0}
    rows["quality.file_ledger"].append(entry | {"rows_read": 3, "rows_loaded": 2, "rows_duplicate": 1})


pytestmark = pytest.mark.usefixtures("without_great_expectations")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with one publication of made-up rows."""
    settings, lake = home(tmp_path_factory.mktemp("home"), with_ledger)
    lake.raw.mkdir(parents=True)
    (lake.raw / ("ab" * 32)).write_bytes(TRADES)
    publisher.publish(settings, lake, YEAR)
    return settings.home


def current(path: Path) -> Path:
    return (path / "published" / "current").resolve()


def check(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The checker of a publication, run as a stranger runs it."""
    command = [sys.executable, "-I", str(folder / CHECKER.name), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=60)


def test_a_publication_carries_the_checker_and_its_root(published: Path) -> None:
    folder = current(published)
    manifest = read_manifest(folder)
    assert manifest
    assert manifest["files"][CHECKER.name] == sha256_file(folder / CHECKER.name)
    assert (folder / CHECKER.name).read_bytes() == CHECKER.read_bytes()
    assert manifest["certificates"]["ranges"] == 4
    assert manifest["certificates"]["counted_wh"] == [
        [park, str(YEAR), kind, wh]
        for park in ("park-a", "park-b")
        for kind, wh in (("cancelled", 20_000_000), ("green_power", 10_000_000))
    ]


def test_a_damaged_checker_is_replaced(tmp_path: Path) -> None:
    settings, lake = home(tmp_path)
    folder = publisher.publish(settings, lake, YEAR).path
    (folder / CHECKER.name).chmod(0o644)
    (folder / CHECKER.name).write_text("print('all is well')\n")
    again = publisher.publish(settings, lake, YEAR)
    assert (again.path, again.reused) == (folder, False)
    assert (folder / CHECKER.name).read_bytes() == CHECKER.read_bytes()


def test_the_proof_is_checked_without_this_program(published: Path, tmp_path: Path) -> None:
    target, folder = tmp_path / "proof.jsonl", current(published)
    done = zcp("prove", "--out", str(target), home=published)
    assert done.returncode == 0, done.stderr
    assert f"check_certificates.py {target}" in done.stdout
    checked = check(folder, target, folder / "manifest.json")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("70 certificates shown, none twice; 0 of 4 ranges hidden")
    first = target.read_bytes()
    zcp("prove", "--out", str(target), home=published)
    assert target.read_bytes() == first
    lines = first.decode().splitlines(keepends=True)
    target.write_text("".join([*lines[:1], *lines[2:]]))
    assert check(folder, target, folder / "manifest.json").returncode == 1
    message = one_sentence(zcp("prove", "--check", str(target), home=published), 3)
    assert "is refused: the last line is no summary" in message


def test_one_certificate_is_shown_and_checked_against_the_root_alone(published: Path, tmp_path: Path) -> None:
    folder, target = current(published), tmp_path / "member.jsonl"
    shown = zcp("prove", "--member", "CODE", f"{YEAR}-03", "124", home=published)
    target.write_text(shown.stdout)
    ranges = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [line[:6] for line in ranges if len(line) == 7] == [
        ["CODE", f"{YEAR}-03", "100", "124", "park-b", "cancelled"]
    ]
    assert "park-a" not in shown.stdout
    checked = check(folder, target, json.loads((folder / "manifest.json").read_text())["certificates"]["root"])
    assert checked.stdout.startswith("25 certificates shown, none twice; 3 of 4 ranges hidden")
    assert zcp("prove", "--check", str(target), home=published).returncode == 0
    assert check(folder, target, "0" * 64).returncode == 1


def test_what_is_claimed_is_shown(published: Path) -> None:
    found = json.loads(zcp("prove", "--json", home=published).stdout)
    amounts = {"cancelled_mwh": 25, "green_power_mwh": 10, "own_use_mwh": 0, "counted_mwh": 30}
    assert found["parks"] == [{"park_id": park, "year": YEAR, **amounts} for park in ("park-a", "park-b")]
    assert found["root"] == json.loads((current(published) / "manifest.json").read_text())["certificates"]["root"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--member", "CODE", f"{YEAR}-03", "25"], 2, "counts no certificate CODE"),
        (["--member", "CODE", f"{YEAR}-13", "1"], 2, "write its project code, generation month"),
        (["--member", "CODE", f"{YEAR}-03", "-1"], 2, "write its project code, generation month"),
        (["--member", "CODE", f"{YEAR}-03", "1.0"], 2, "write its project code, generation month"),
        (["--publication", "0" * 16], 2, "there is no publication 0000000000000000"),
        (["--check", __file__, "--out", "x"], 2, "--check goes without --member and --out"),
        (["--check", __file__], 3, "is refused"),
    ],
)
def test_mistakes_are_one_sentence(published: Path, arguments: list[str], code: int, words: str) -> None:
    assert words in one_sentence(zcp("prove", *arguments, home=published), code)


def test_altered_ledger_files_and_missing_ones_are_said(tmp_path: Path) -> None:
    settings, lake = home(tmp_path, with_ledger)
    lake.raw.mkdir(parents=True)
    raw = lake.raw / ("ab" * 32)
    raw.write_bytes(TRADES)
    publisher.publish(settings, lake, YEAR)
    target = tmp_path / "proof.jsonl"
    raw.write_bytes(TRADES + b"\n")
    assert "were altered" in one_sentence(zcp("prove", "--out", str(target), home=tmp_path), 2)
    raw.unlink()
    assert "is missing" in one_sentence(zcp("prove", "--out", str(target), home=tmp_path), 2)
    assert not target.exists()


LEDGERS = {
    "projects": (
        "project_id,park_id,technology,relation,same_owner,gec_project_code\nline,p,wind,direct_line,false,OWN\n"
    ),
    "meters": (
        "meter_id,park_id,point,measure,unit,enterprise_id,project_id,interval_minutes\n"
        "in,p,grid_import,interval_energy,kWh,,,1440\n"
        "use,p,use,interval_energy,kWh,e,,1440\n"
        "line,p,direct_import,interval_energy,kWh,,line,1440\n"
    ),
    "gec_trades": (
        "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,buyer_enterprise_id\n"
        "bought,2025-04-10,unbundled,A,wind,2025-03,1,10,e\n"
        "green,2025-04-10,green_power,B,wind,2025-03,1,10,e\n"
        "own,2025-04-10,own_use,OWN,wind,2025-03,1,3,e\n"
    ),
    "gec_cancellations": (
        "cancellation_id,cancelled_on,project_code,generation_month,serial_from,serial_to,beneficiary_enterprise_id\n"
        "good,2025-05-10,A,2025-03,1,4,e\n"
        "once,2025-05-10,A,2025-03,5,7,e\n"
        "twice,2025-05-10,A,2025-03,7,9,e\n"
        "taken,2025-05-10,B,2025-03,4,6,someone\n"
    ),
}


def test_claimed_ranges_are_those_that_count(tmp_path: Path) -> None:
    world = Deliveries(tmp_path)
    files = {**MASTERS, **LEDGERS, "meter_readings": readings(3, meters=["in", "use", "line"])}
    world.take_in(world.write("all", "2026-02-01T09:00", **files))
    path = run_pipeline(world.settings, SMALL_YEAR).publication.path
    with duckdb.connect(str(path / "parks.duckdb"), read_only=True) as con:
        columns = "ledger_id, kind, cast(serial_from as int), cast(serial_to as int)"
        claimed = con.execute(f"select {columns} from certificates.claimed_ranges order by all").fetchall()
    assert claimed == [
        ("good", "cancelled", 1, 4),
        ("green", "green_power", 1, 3),
        ("green", "green_power", 7, 10),
        ("own", "own_use", 1, 3),
    ]
    assert (read_manifest(path) or {})["certificates"]["ranges"] == 4
