"""The statements of ``quality.scores`` are the formulas of ``quality.park_month``: on the same tables the same numbers.

The tables are those of the golden cases of ``quality.park_month``. That the statements run on what is published is in
``tests/pipeline/test_cli_quality.py``.
"""

from pathlib import Path

import pytest

from tests.sql.harness import ROOT, Case, given_tables

CASES = sorted((ROOT / "quality" / "park_month").iterdir())
COUNTS = {"intervals_open", "open_mwh", "findings_fail", "findings_warn"}
"""Scores that are 0, and not unknown, where there is nothing to count."""


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_every_score_is_what_its_statement_gives(folder: Path) -> None:
    with Case(given_tables(folder)) as case:
        case.build("quality.park_month")
        case.build("quality.scores")
        con = case.con
        scores = dict(con.execute("select score, statement from quality.scores").fetchall())
        columns = {name for name, *_ in con.execute("describe quality.park_month").fetchall()}
        shares = {name for name in columns if name.endswith("_share")}
        assert scores.keys() == shares | COUNTS | {"coverage", "days_late_latest", "days_late_mean"}
        for score, statement in scores.items():
            found = con.execute(f"select park_id, month, {score} from quality.park_month").fetchall()
            published = {(park, month): value for park, month, value in found}
            given = {(park, month): value for park, month, value in con.execute(statement).fetchall()}
            assert given.keys() <= published.keys()
            assert dict.fromkeys(published, 0 if score in COUNTS else None) | given == published, score
