"""The register of certificates against a machine that walks every certificate through its days.

Each history is delivered twice, under two project codes: in another order, in other files, with other corrections on
the way. Both have to end in what the machine says.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

import pytest

from tests.property.certificate_lives import Expected, History, Stretch, expected_of
from tests.property.histories import Delivered, deliveries, random_history
from tests.sql.harness import Case, Rows

HISTORIES = 1000

Lives = dict[tuple[str, int], list[Stretch]]
Refused = dict[tuple[str, str, str], tuple[int, int, int]]
Others = dict[tuple[str, str, str], str | None]


def text(value: object) -> str | None:
    return None if value is None else str(value)


def ledger(project: str, month: str, came: Sequence[Delivered], trades: bool) -> list[list[str | None]]:
    """Rows of a ledger of one project, but for the line of the file; ids are unique over all projects."""
    rows = []
    for delivered in came:
        line = delivered.line
        kinds = [line.channel, "wind", text(line.tradable)] if trades else []
        what = [f"{project}/{line.name}", line.day, *kinds, project, month, line.first, line.last, line.who]
        rows.append([f"f{delivered.rank}", *map(text, what)])
    return rows


COMMON = ["project_code", "generation_month", "serial_from", "serial_to"]
TRADES = [
    "file_id",
    "line",
    "trade_id",
    "trade_date",
    "channel",
    "technology",
    "tradable",
    *COMMON,
    "buyer_enterprise_id",
]
CANCELLATIONS = ["file_id", "line", "cancellation_id", "cancelled_on", *COMMON, "beneficiary_enterprise_id"]


def given(histories: Mapping[str, History], draw: Random) -> dict[str, Rows]:
    """The inputs of all histories, each in a random order of delivery, by the code of its project."""
    trades, cancellations, issuances, settlements = [], [], [], []
    for project, history in histories.items():
        trades += ledger(project, history.month, deliveries(draw, history.trades), trades=True)
        cancellations += ledger(project, history.month, deliveries(draw, history.cancellations), trades=False)
        issued = draw.sample(history.issuances, len(history.issuances))
        issuances += [["f1", project, history.month, str(i.first), str(i.last), i.day.isoformat()] for i in issued]
        settlements += [["f1", f"{project}/{trade}", history.month, "1", "1", "1"] for trade in sorted(history.settled)]
    for rows in (trades, cancellations, issuances, settlements):
        draw.shuffle(rows)
        rows[:] = [[file_id, str(number), *cells] for number, (file_id, *cells) in enumerate(rows, start=2)]
    return {
        "run.years": (["year"], [["2026"]]),
        "lake.files": (["file_id", "rank"], [[f"f{rank}", str(rank)] for rank in range(1, 6)]),
        "parsed.gec_trades": (TRADES, trades),
        "parsed.gec_cancellations": (CANCELLATIONS, cancellations),
        "parsed.gec_issuances": (
            ["file_id", "line", *COMMON, "issued_on"],
            issuances,
        ),
        "parsed.green_power_settlements": (
            ["file_id", "line", "trade_id", "month", "contract_mwh", "generation_mwh", "use_mwh"],
            settlements,
        ),
    }


def built(tables: dict[str, Rows]) -> tuple[Lives, Refused, Others]:
    """What the models say, serial by serial; a serial in two ranges would have too many stretches."""
    with Case(tables) as case:
        case.build("certificates.register")
        case.build("certificates.illegal_moves")
        rows = case.con.execute(
            """select project_code, serial_from, serial_to, state, holder_enterprise_id, valid_from, valid_to,
                      split_part(trade_id, '/', 2), split_part(cancellation_id, '/', 2)
               from certificates.register order by valid_from"""
        ).fetchall()
        lives: Lives = defaultdict(list)
        for project, first, last, *stretch in rows:
            for serial in range(int(first), int(last) + 1):
                lives[project, serial].append(tuple(stretch))
        refused = case.con.execute(
            """select project_code, split_part(ledger_id, '/', 2), code, cast(mwh as hugeint),
                      cast(serial_from as hugeint), cast(serial_to as hugeint), split_part(other_ledger_id, '/', 2)
               from certificates.illegal_moves"""
        ).fetchall()
    return dict(lives), {row[:3]: row[3:6] for row in refused}, {row[:3]: row[6] for row in refused}


def expected_rows(project: str, expected: Expected, history: History) -> tuple[Lives, Refused]:
    """The machine's answer in the same form; a refused line without any certificate keeps its delivered range."""
    ranges = {line.name: (line.first, line.last) for line in [*history.trades, *history.cancellations]}
    refused = {}
    for (name, code), serials in expected.refused.items():
        first, last = (min(serials), max(serials)) if serials else ranges[name]
        refused[project, name, code] = (len(serials), first, last)
    return {(project, serial): life for serial, life in expected.lives.items()}, refused


def shares_serials(history: History, name: str, code: str, other: str | None) -> None:
    """The line named beside a refused one shares serials with it; two lines of one ledger always have such a one."""
    lines = {line.name: line for line in [*history.trades, *history.cancellations]}
    if code in ("sold_twice", "cancelled_twice"):
        assert other not in (None, name)
    if code in ("bad_range", "not_issued", "not_tradable") and name in {line.name for line in history.trades}:
        assert other is None
    assert other is None or lines[other].serials & lines[name].serials


def compare(seed: str, count: int) -> None:
    draw = Random(seed)
    drawn = [random_history(draw, f"h{number}") for number in range(count)]
    histories = {f"{way}{number}": history for number, history in enumerate(drawn) for way in "AB"}
    lives, refused, others = built(given(histories, draw))
    expected_lives: Lives = {}
    expected_refused: Refused = {}
    for number, history in enumerate(drawn):
        expected = expected_of(history)
        for way in "AB":
            some_lives, some_refused = expected_rows(f"{way}{number}", expected, history)
            expected_lives |= some_lives
            expected_refused |= some_refused
    assert refused == expected_refused
    assert lives == expected_lives
    for (project, name, code), other in others.items():
        shares_serials(histories[project], name, code, other)


@pytest.mark.parametrize("batch", range(3))
def test_register_is_what_every_certificate_went_through(batch: int) -> None:
    compare(f"quick-{batch}", HISTORIES)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_ten_thousand_histories(batch: int) -> None:
    compare(f"slow-{batch}", HISTORIES)
