"""Which months registers, bills and edits tell of."""

import duckdb
import pytest

from pipelines.stretches import told_months


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-01 00:00", "2026-03-01 00:00", ("2026-01", "2026-02")),
        ("2025-12-31 23:59", "2026-01-01 00:00", ("2025-12",)),
        ("2026-01-31 12:00", "2026-02-01 00:01", ("2026-01", "2026-02")),
        ("2026-01-01 00:00", "2026-01-01 00:00", ()),
    ],
)
def test_months_between_the_first_and_the_last_moment(first, last, months):
    with duckdb.connect() as con:
        reads = f"(values (timestamp '{last}'), (timestamp '{first}')) as t(read_at)"
        assert told_months(con, "meter_registers", reads) == months
        bills = f"""(values (timestamp '{first}', timestamp '{last}')) as t("from", "to")"""
        assert told_months(con, "meter_periods", bills) == months


def test_no_rows_no_months():
    with duckdb.connect() as con:
        assert told_months(con, "meter_registers", "(select timestamp '2026-01-01' as read_at where false)") == ()
