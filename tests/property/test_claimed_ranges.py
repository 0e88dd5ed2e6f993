"""Claimed ranges of random ledgers: they are the serials that count by the rules, none twice, and their proof holds."""

import json
from pathlib import Path
from random import Random

import pytest

from pipelines.publish import proof
from pipelines.publish.check_certificates import check
from pipelines.resources import SQL
from tests.property.certificate_judge import park_of_cancellation
from tests.property.ledgers import CUTOFFS, LEDGERS, OWN_PROJECTS, Ledgers, random_ledgers, random_recognition
from tests.property.test_certificate_rules import Account, accounts, given
from tests.sql.harness import Case

Claims = dict[tuple[str, str], set[int]]


def expected(ledgers: Ledgers) -> Claims:
    """The serials by which each line counts, by kind and name of the line, from the rules on sets of serials."""
    account = Account(ledgers)
    claims: Claims = {("green_power", name): serials for (name, _), serials in account.ranges.items()}
    for line in ledgers.cancellations:
        for year in accounts(line):
            if park_of_cancellation(line, year) and account.judge.cancellation(line, year)[0] is None:
                claims["cancelled", line.name] = line.serials
    for line in ledgers.trades:
        if account.judge.own_use_project(line):
            claims["own_use", line.name] = line.serials
    return claims


@pytest.mark.parametrize("seed", range(101, 104))
def test_claimed_ranges_are_the_serials_that_count(seed: int, tmp_path: Path) -> None:
    draw = Random(seed)
    ledgers = Ledgers(recognised=random_recognition(draw))
    for number in range(LEDGERS):
        ledgers.add(random_ledgers(draw, number))
    lines = [
        [park, project, f"{year}-01", "green", "true", "false"]
        for (park, _), project in OWN_PROJECTS.items()
        for year in CUTOFFS
    ]
    columns = ["park_id", "project_id", "month", "supply_class", "interval_traced", "same_owner"]
    with Case(given(ledgers) | {"energy.line_month": (columns, lines)}) as case:
        for model in ("certificates.claimed_ranges", "certificates.position"):
            case.build(model)
        claims: Claims = {}
        for kind, name, first, last in case.con.execute(
            "select kind, ledger_id, cast(serial_from as int), cast(serial_to as int) from certificates.claimed_ranges"
        ).fetchall():
            claims.setdefault((kind, name), set()).update(range(first, last + 1))
        assert claims == expected(ledgers)
        assert {"cancelled", "green_power"} <= {kind for kind, _ in claims}
        for name in ("claimed_ranges_disjoint", "claimed_ranges_balance"):
            assert case.con.execute((SQL / "checks" / f"{name}.sql").read_text(encoding="utf-8")).fetchall() == []
        written = list(proof.entries(proof.read_claims(case.con), b"key", lambda _: True))
    path = tmp_path / "proof.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in written))
    certificates = sum(len(serials) for serials in claims.values())
    assert check(str(path), written[-1][1]).startswith(f"{certificates} certificates shown, none twice; 0 of")
