"""Forged ledgers through the real command: none of their lines ever adds a MWh, and each says why.

Two parks hold sound certificates of many projects. Every forgery attacks a project of its own, so that what it does
shows in what counts of that project; all of them stand in one run, after the run without them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import duckdb
import pytest

from tests.pipeline.small_park import Deliveries, readings
from tests.pipeline.zcp_command import zcp

YEAR, CUTOFF = 2025, "2027-06-30"
"""The certificates of January expire before that cut-off: their validity decides."""
MARCH = f"{YEAR}-03"
CODED = "00000000000000042"
"""A project code as it stands in certificate codes of 32 digits."""


class Line(NamedTuple):
    """A forged line of ``table`` and the code it gets."""

    project: str
    table: str
    day: str
    first: int
    last: int
    who: str
    code: str
    month: str = MARCH


TRADE, CANCELLATION = "gec_trades", "gec_cancellations"
FORGED = [
    # One certificate of e's purchase sold to the other park as well, which cancels what it thinks is its own.
    Line("resold", TRADE, "2025-04-11", 100, 150, "f", "sold_twice"),
    Line("resold", CANCELLATION, "2025-05-11", 100, 150, "f", "not_bought"),
    # One certificate cancelled by both parks.
    Line("shared", CANCELLATION, "2025-05-11", 60, 90, "f", "cancelled_twice"),
    Line("again", CANCELLATION, "2025-06-11", 1, 60, "e", "cancelled_twice"),
    Line("within", CANCELLATION, "2025-06-11", 7, 7, "e", "cancelled_twice"),
    Line("stolen", CANCELLATION, "2025-05-11", 61, 100, "f", "wrong_beneficiary"),
    Line("expired", CANCELLATION, "2027-01-01", 61, 100, "e", "expired", f"{YEAR}-01"),
    Line("early", CANCELLATION, "2025-03-31", 61, 100, "e", "before_issue"),
    Line("sooner", CANCELLATION, "2025-04-09", 61, 100, "e", "not_bought"),
    Line("unbought", CANCELLATION, "2025-05-11", 101, 200, "e", "not_bought"),
    # What 1 to 60 would be if serials were kept in 64 or 63 bits.
    Line("wrapped", CANCELLATION, "2025-05-11", 2**64 + 1, 2**64 + 60, "e", "not_bought"),
    Line("signed", CANCELLATION, "2025-05-11", 2**63, 2**63 + 59, "e", "not_bought"),
    Line("reversed", CANCELLATION, "2025-05-11", 100, 61, "e", "bad_range"),
    Line("negative", CANCELLATION, "2025-05-11", -40, -1, "e", "bad_range"),
    Line("across", TRADE, "2025-04-11", -100, 100, "e", "bad_range"),
    Line("unissued", TRADE, "2025-04-11", 101, 200, "e", "not_issued"),
    Line("unissued", CANCELLATION, "2025-05-11", 101, 200, "e", "not_issued"),
    Line("power", CANCELLATION, "2025-05-11", 61, 100, "f", "bound_to_another"),
    Line("powerless", TRADE, "2025-04-11", 61, 100, "f", "sold_twice"),
]
CODES = [
    # The cancelled certificates once more in the other notation, and a code with a digit too few.
    (f"{CODED}202503{1:09}", f"{CODED}202503{60:09}", "cancelled_twice"),
    (f"{CODED}202503{61:08}", f"{CODED}202503{62:08}", "bad_certificate_code"),
]
UNREADABLE = [
    ("9" * 31, "9" * 31, "number_out_of_range"),
    ("1.5", "2.5", "not_a_whole_number"),
    # A hundred such lines would be more than any sum of MWh holds, and no park would get a figure.
    ("0", "9" * 30, "number_out_of_range"),
]
POWER = ("power", "powerless")
PROJECTS = [*dict.fromkeys(line.project for line in FORGED), CODED]

MASTERS = {
    "parks": "park_id,name_zh,province_zh\np,园区,江苏省\nq,园区二,江苏省\n",
    "enterprises": "enterprise_id,park_id,name\ne,p,企业\nf,q,企业二\n",
    "meters": "meter_id,park_id,point,measure,unit,enterprise_id,interval_minutes\n"
    + "".join(
        f"in{park},{park},grid_import,interval_energy,MWh,,1440\nuse{park},{park},use,interval_energy,MWh,{who},1440\n"
        for park, who in (("p", "e"), ("q", "f"))
    ),
}


def ledger(rows: Iterable[str], table: str) -> str:
    day, who = ("trade_date,channel,technology", "buyer") if table == TRADE else ("cancelled_on", "beneficiary")
    key = "trade_id" if table == TRADE else "cancellation_id"
    header = f"{key},{day},project_code,generation_month,serial_from,serial_to,{who}_enterprise_id\n"
    return header + "".join(f"{row}\n" for row in rows)


def sound() -> dict[str, str]:
    """For every project e bought 1 to 100 and cancelled 1 to 60; those of ``POWER`` came with their energy.

    January's readings alone draw more from the grid than there are certificates: no cap hides what is added.
    """
    months = {line.project: line.month for line in FORGED}
    trades, cancellations = [], []
    for project in PROJECTS:
        month, channel = months.get(project, MARCH), "green_power" if project in POWER else "unbundled"
        trades.append(f"s-{project},2025-04-10,{channel},wind,{project},{month},1,100,e")
        if project not in POWER:
            cancellations.append(f"s-{project},2025-05-10,{project},{month},1,60,e")
    issued = "project_code,generation_month,serial_from,serial_to,energy_mwh,issued_on\n"
    files = {TRADE: ledger(trades, TRADE), CANCELLATION: ledger(cancellations, CANCELLATION)}
    return {
        **MASTERS,
        **files,
        "gec_issuances": issued + "".join(f"{p},{MARCH},1,100,100,2025-04-01\n" for p in ("unissued", "early")),
        "meter_readings": readings(1, meters=("inp", "usep", "inq", "useq")),
    }


def forged() -> dict[str, str]:
    rows: dict[str, list[str]] = {TRADE: [], CANCELLATION: []}
    for number, line in enumerate(FORGED):
        kind = "unbundled,wind," if line.table == TRADE else ""
        what = f"{line.day},{kind}{line.project},{line.month},{line.first},{line.last},{line.who}"
        rows[line.table].append(f"x{number},{what}")
    coded = "cancellation_id,cancelled_on,certificate_from,certificate_to,beneficiary_enterprise_id\n"
    coded += "".join(f"k{n},2025-06-11,{first},{last},e\n" for n, (first, last, _) in enumerate(CODES))
    unreadable = [f"u{n},2025-05-11,again,{MARCH},{first},{last},e" for n, (first, last, _) in enumerate(UNREADABLE)]
    return {table: ledger(lines, table) for table, lines in rows.items()} | {
        f"{CANCELLATION}_codes": coded,
        f"{CANCELLATION}_unreadable": ledger(unreadable, CANCELLATION),
    }


@dataclass
class Published:
    """What a publication says of the certificates."""

    counted: dict[tuple[str, str], int]
    parks: dict[str, tuple[int, int]]
    found: dict[str, dict[tuple[str, int], str]]
    warnings: str


def published(deliveries: Deliveries, *folders: Path, timeout_seconds: float = 120) -> Published:
    """Runs the command on these folders and reads what it published."""
    given = [argument for folder in folders for argument in ("--input", str(folder))]
    home = deliveries.settings.home
    done = zcp("run", *given, "--year", str(YEAR), "--cutoff", CUTOFF, home=home, timeout_seconds=timeout_seconds)
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(home / "published" / "current" / "parks.duckdb"), read_only=True) as con:

        def by_line(table: str, code: str) -> dict[tuple[str, int], str]:
            rows = con.execute(
                f"select l.file_name, t.line, t.{code}, t.sentence from {table} t "
                f"inner join quality.file_ledger l using (file_id) where l.delivery = 'forged'"
            ).fetchall()
            assert all(sentence for *_, sentence in rows)
            return {(name, line): reason for name, line, reason, _ in rows}

        return Published(
            {
                (park, project): int(mwh)
                for park, project, mwh in con.execute(
                    "select park_id, lower(project_code), sum(mwh) from certificates.claimed_ranges group by all"
                ).fetchall()
            },
            {
                park: (int(trade), int(cancelled))
                for park, trade, cancelled in con.execute(
                    f"select park_id, green_trade_mwh, gec_mwh from metrics.park_year where year = {YEAR}"
                ).fetchall()
            },
            {
                table: by_line(table, code)
                for table, code in (
                    ("certificates.illegal_moves", "code"),
                    ("certificates.exclusions", "reason"),
                    ("quality.quarantine", "reason"),
                )
            },
            done.stdout + done.stderr,
        )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Published, Published]:
    """The publication without the forgeries and the one with them."""
    deliveries = Deliveries(tmp_path_factory.mktemp("forged"))
    before = published(deliveries, deliveries.write("sound", "2026-02-01T09:00", **sound()))
    return before, published(deliveries, deliveries.write("forged", "2026-03-01T09:00", **forged()))


def test_every_sound_line_counts_without_the_forgeries(runs: tuple[Published, Published]) -> None:
    counted = {("p", project): 100 if project in POWER else 60 for project in PROJECTS}
    assert runs[0].counted == counted
    power = sum(mwh for (_, project), mwh in counted.items() if project in POWER)
    assert runs[0].parks == {"p": (power, sum(counted.values()) - power), "q": (0, 0)}


def test_no_forgery_adds_a_mwh(runs: tuple[Published, Published]) -> None:
    before, after = runs
    assert {key: mwh for key, mwh in after.counted.items() if mwh > before.counted.get(key, 0)} == {}
    for park, (trade, cancelled) in after.parks.items():
        assert trade <= before.parks[park][0]
        assert cancelled <= before.parks[park][1]


def test_a_forgery_harms_only_the_certificates_it_names(runs: tuple[Published, Published]) -> None:
    before, after = runs
    harmed = {project: after.counted.get((park, project), 0) for park, project in before.counted}
    contested = {"resold", "shared", "again", "within", "across", "powerless", CODED}
    assert harmed == {p: 0 if p in contested else 60 for p in PROJECTS} | {"power": 60}


def test_every_forged_line_says_why(runs: tuple[Published, Published]) -> None:
    found = runs[1].found
    expected: dict[tuple[str, int], str] = {}
    for table in (TRADE, CANCELLATION):
        lines = [line for line in FORGED if line.table == table]
        expected |= {(f"{table}.csv", n): line.code for n, line in enumerate(lines, start=2)}
    expected[f"{CANCELLATION}_codes.csv", 2] = CODES[0][2]
    assert found["certificates.illegal_moves"] == expected
    assert found["quality.quarantine"] == {
        (f"{CANCELLATION}_codes.csv", 3): CODES[1][2],
        **{(f"{CANCELLATION}_unreadable.csv", n): code for n, (*_, code) in enumerate(UNREADABLE, start=2)},
    }
    # Both parks see among their exclusions every forged cancellation in the name of their enterprises.
    assert found["certificates.exclusions"].keys() == {key for key in expected if key[0] != f"{TRADE}.csv"}


def flood(lines: int) -> dict[str, str]:
    """Half trades, half cancellations: over the same serials, each into the next one, or from below zero on."""
    trades, cancellations = [], []
    for number in range(lines // 2):
        project, who = PROJECTS[number % 3], "ef"[number % 2]
        first, last = {0: (1, 100), 1: (number, number + 3), 2: (-number - 1, number)}[number % 3]
        trades.append(f"x{number},2025-04-11,unbundled,wind,{project},{MARCH},{first},{last},{who}")
        cancellations.append(f"y{number},2025-05-11,{project},{MARCH},{first},{last},{who}")
    return {TRADE: ledger(trades, TRADE), CANCELLATION: ledger(cancellations, CANCELLATION)}


@pytest.mark.slow
def test_a_million_forged_lines(tmp_path: Path) -> None:
    lines = 1_000_000
    deliveries = Deliveries(tmp_path)
    before = published(deliveries, deliveries.write("sound", "2026-02-01T09:00", **sound()))
    folder, started = deliveries.write("forged", "2026-03-01T09:00", **flood(lines)), monotonic()
    after = published(deliveries, folder, timeout_seconds=900)
    print(f"{lines} forged lines: {monotonic() - started:.0f} s")
    assert {key: mwh for key, mwh in after.counted.items() if mwh > before.counted.get(key, 0)} == {}
    assert after.counted.keys() == {key for key in before.counted if key[1] not in PROJECTS[:3]}
    assert len(after.found["certificates.illegal_moves"]) == lines
