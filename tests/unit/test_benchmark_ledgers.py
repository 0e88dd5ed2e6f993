"""The ledgers of the benchmark: rule 1 names the planted lines and no other, and an error does not go unseen."""

import duckdb
import pytest

from benchmarks import ledgers


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        yield con


def test_planted_overlaps_are_found(con):
    spent, planted = ledgers.measure(con, 130_000)
    assert planted > 100
    assert min(one.seconds for one in spent.values()) > 0
    assert spent.keys() == {"sort", *ledgers.RULE_1, *ledgers.AFTER, *ledgers.TOLD}


def test_a_line_that_is_not_found_stops_the_benchmark(con):
    con.execute("update certificates.trade_lines set broken_rule = null where trade_id = 'T1'")
    ledgers.check_planted(con, 130_000)
    con.execute("update certificates.trade_lines set broken_rule = 'overlap' where trade_id = 'T1'")
    with pytest.raises(RuntimeError, match="trade_lines: 1 lines"):
        ledgers.check_planted(con, 130_000)
