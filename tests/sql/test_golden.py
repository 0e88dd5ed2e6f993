"""Every golden case: a model's text, unchanged, on the case's inputs gives exactly the rows of ``expected.csv``."""

from pathlib import Path

import pytest

from pipelines.reference_tables import identifier
from tests.sql.harness import ROOT, Case, find_model, given_tables, read_csv, upstream

CASES = sorted(path.parent for path in ROOT.glob("*/*/*/expected.csv"))


def name_of(case: Path) -> str:
    return f"{case.parent.parent.name}.{case.parent.name}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(ROOT)))
def test_golden(case: Path) -> None:
    name = name_of(case)
    model = find_model(name)
    assert model, f"{case}: there is no model {name}"
    header, expected = read_csv(case / "expected.csv")
    declared = dict(cell.partition(":")[::2] for cell in header)
    order = ", ".join(identifier(column) for column in model.order)
    with Case(given_tables(case)) as built:
        built.build(name)
        types = {column: kind for column, kind, *_ in built.con.execute(f"describe {name}").fetchall()}
        columns = ", ".join(f"cast({identifier(column)} as varchar)" for column in declared)
        rows = built.con.execute(f"select {columns} from {name} order by {order}").fetchall()
        distinct = built.con.execute(f"select count(*) from (select distinct {order} from {name})").fetchone()
    assert [[cell or None for cell in row] for row in rows] == expected
    stated = {column: kind for column, kind in declared.items() if kind}
    assert {column: types[column] for column in stated} == stated
    assert distinct == (len(rows),), f"the Order columns of {name} do not tell its rows apart"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(ROOT)))
def test_case_is_about_its_model(case: Path) -> None:
    strange = set(given_tables(case)) - upstream(name_of(case)) - {"run.years"}
    assert not strange, f"{case}: {name_of(case)} never reads {sorted(strange)}"
    why = (case / "why.txt").read_text(encoding="utf-8")
    assert why.strip()
