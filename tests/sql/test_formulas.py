"""The statements of ``evidence.formulas`` give the figures of ``metrics.park_year``, and contributions add up to them.

The worlds are those of the golden cases of ``evidence.contributions``: fossil and recovered power that leaves, a
nuclear line, storage, feedstock, offsets, a park without meters at its gate, a cap on certificates, no total.
"""

from pathlib import Path

import pytest

from pipelines.evidence import explanation, figures
from pipelines.evidence.account import Account
from tests.sql.harness import ROOT, Case, given_tables

CASES = sorted((ROOT / "evidence" / "contributions").iterdir())
READ = (
    "metrics.park_year", "metrics.uncertainty_sources", "evidence.contributions", "evidence.factors_used",
    "evidence.formulas", "quality.findings", "quality.meter_month", "quality.estimates", "quality.file_ledger",
    "reference.parks", "reference.params",
)  # fmt: skip


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_every_figure_is_what_its_formula_and_leaves_give(folder: Path) -> None:
    with Case(given_tables(folder)) as case:
        for table in READ:
            case.build(table)
        account = Account(case.con, "p")
        found = figures.explain(account, 2026, *figures.columns(account))
        assert [key for key, figure in found.items() if figure.agreement != "exact"] == []
        checks = {column: explanation.check_of(found, (year, column)) for year, column in found}
        assert all(check is None or check[1] == found[2026, column].value for column, check in checks.items())
