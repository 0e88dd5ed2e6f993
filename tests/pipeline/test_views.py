"""The views of a publication: complete, described, in step with the tables, also where a park is held back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from pipelines.contracts import Contract, load
from pipelines.publish import candidate
from pipelines.publish.manifest import DATABASE, STAMP
from pipelines.publish.views import create_views, load_views
from pipelines.reference_tables import identifier
from tests.pipeline.publishing import YEAR, good_rows

VIEWS = {view.name: view for view in load_views()}
HELD = "park-held"


def _rows() -> dict[str, list[dict[str, Any]]]:
    """The two parks that keep every rule, and one whose figures are held back."""
    rows = good_rows()
    rows["metrics.park_year"].append(
        {"park_id": HELD, "year": YEAR, "reasons": ["held_back"]}
        | dict.fromkeys(("core_verdict", "direct_supply_verdict", "overall_verdict"), "undecided")
    )
    rows["reference.parks"].append({"park_id": HELD, "name_zh": "园区", "province_zh": "江苏省"})
    rows["quality.held_parks"] = [
        {"park_id": HELD, "check_name": "sql.total_is_sum_of_terms", "severity": "critical", "offending_rows": 1}
        | {"sentence": "E is the sum of its terms.", "remedy": "Look at metrics.park_window."}
    ]
    return rows


def _create_tables(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], left_out: Sequence[str]) -> None:
    for table, contract in contracts.items():
        columns = [f"{identifier(c.name)} {c.physical_type}" for c in contract.columns if c.name not in left_out]
        con.execute(f"create schema if not exists {table.partition('.')[0]}")
        con.execute(f"create table {table} ({', '.join(columns)})")


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("views")
    contracts, rows = load("outputs"), _rows()
    identity = SimpleNamespace(method_version="m", factor_release="f", publication_id="p")
    with duckdb.connect() as work:
        _create_tables(work, contracts, STAMP)
        for table, values in rows.items():
            for row in values:
                names = ", ".join(map(identifier, row))
                work.execute(f"insert into {table} ({names}) values ({', '.join('?' * len(row))})", [*row.values()])
        queries = {table: f"select * from {table}" for table in contracts}
        candidate.write_tables(work, queries, contracts, identity, folder)
        candidate.write_database(work, contracts, folder)
    with duckdb.connect(str(folder / DATABASE), read_only=True) as published:
        yield published


def rows_of(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def test_every_view_is_there_and_described(con: duckdb.DuckDBPyConnection) -> None:
    found = dict(rows_of(con, "select view_name, comment from duckdb_views() where schema_name = 'views'"))
    assert set(found) == set(VIEWS)
    assert len(VIEWS) >= 20
    for name, view in VIEWS.items():
        assert view.question_zh.endswith("？"), name
        assert found[name] == f"{view.description} {view.question_zh}"
        assert "row is" in view.description or "one row for each" in view.description or name == "certificate_holdings"


def test_every_column_of_a_view_is_described_and_nothing_else_is(con: duckdb.DuckDBPyConnection) -> None:
    columns = rows_of(
        con, "select table_name, column_name, comment from duckdb_columns() where schema_name = 'views' order by all"
    )
    assert [(view, name) for view, name, comment in columns if not comment] == []
    there = {(view, name) for view, name, _ in columns}
    assert {(view.name, column) for view in VIEWS.values() for column in view.columns} <= there


def test_units_of_names_are_units_of_comments(con: duckdb.DuckDBPyConnection) -> None:
    units = {"_mwh": "MWh", "_tco2": "tCO2", "_tco2_per_tce": "tCO2/tce", "_tce": "tce", "share": "1"}
    for view, name, comment in rows_of(
        con, "select table_name, column_name, comment from duckdb_columns() where schema_name = 'views'"
    ):
        unit = next((unit for end, unit in reversed(units.items()) if name.endswith(end)), None)
        unit = "tCO2/tce" if name.endswith("_per_tce") else unit
        assert unit is None or comment.endswith(f"[{unit}]"), (view, name)


SUMS = {
    "the supply mix adds up to the use": """
        select park_id, sum(energy_mwh) as total from views.supply_mix group by park_id
        except select park_id, electricity_use_mwh from metrics.park_year
    """,
    "the terms add up to the total": """
        select park_id, sum(emission_tco2) from views.emission_terms group by park_id
        except select park_id, total_tco2 from metrics.park_year
    """,
    "origins add up to the metered energy": """
        select park_id, sum(energy_mwh) from views.energy_origin group by park_id
        except select park_id, sum(energy_mwh) from quality.park_month group by park_id
    """,
    "estimated origins are the estimated share": """
        select park_id, round(sum(share), 12) from views.energy_origin where is_estimate group by park_id
        except select park_id, round(estimated_share, 12) from quality.park_month
    """,
    "shares of green sources add up": """
        select park_id from views.green_sources
        where abs(direct_share + onsite_share + trade_share + certificate_share - uncounted_share - 0.7) > 1e-12
    """,
    "provinces count every park once": """
        select sum(parks), sum(parks_passing + parks_failing + parks_undecided + parks_not_applicable)
        from views.province_summary
        except select count(*), count(*) from metrics.park_year
    """,
    "exclusions are all told": """
        select sum(mwh) from views.certificate_exclusions except select sum(mwh) from certificates.exclusions
    """,
    "every certificate is in one state on a day": """
        select sum(mwh) from views.certificate_holdings where date '2026-09-01' between valid_from and valid_to
        except select sum(mwh) from certificates.register where date '2026-09-01' between valid_from and valid_to
    """,
}


@pytest.mark.parametrize("query", SUMS.values(), ids=SUMS.keys())
def test_sums(con: duckdb.DuckDBPyConnection, query: str) -> None:
    assert rows_of(con, query) == []


GOLDEN = {
    # 60 MWh drawn, 10 traded and 20 certified: 30 left; 40 of 100 over the line.
    "select source, energy_mwh::int, share from views.supply_mix where park_id = 'park-a' and energy_mwh > 0": [
        ("direct_supply", 40, 0.4),
        ("residual_grid", 30, 0.3),
        ("certificates", 20, 0.2),
        ("green_trade", 10, 0.1),
    ],
    # 200 000 tce are the floor of 0.5 that the made-up parameters name, and 199 999.5 more.
    "select above_floor_tce::varchar, size_class_floor_tce::double from views.size_classes where park_id = 'park-a'": [
        ("199999.500000", 0.5)
    ],
    # The 10 certificates that came with their energy and expired on 1 January 2027; the 25 were cancelled before.
    "select holder_enterprise_id, last_day::varchar, state, mwh::int from views.expiring_certificates": [
        ("park-a-e", "2026-12-31", "assigned", 10),
        ("park-b-e", "2026-12-31", "assigned", 10),
    ],
    "select hour_share, year_share, round(year_less_hour_share, 6), quarter_hour_share from views.matching_bases": [
        (0.5, 0.7, 0.2, 0.4),
        (0.5, 0.7, 0.2, 0.4),
    ],
    # Market: 40 direct, nothing uncounted, 10 traded, 20 certified of 100.
    "select green_share, room_mwh::int from views.enterprise_statement "
    "join views.certificate_surplus using (enterprise_id) where enterprise_statement.park_id = 'park-a'": [(0.7, 30)],
    # Three of 97 intervals are not valid; one fuel entry names no document.
    "select kind, subject, missing, still_open, open_mwh::int from views.missing_data where park_id = 'park-a'": [
        ("document", "fuel", 1, 1, None),
        ("readings", "park-a-m", 3, 1, 2),
    ],
    "select term, source_kind, parts, amount::varchar, unit from views.figure_origin "
    "where park_id = 'park-a' and term in ('fuel_tco2', 'gec_mwh')": [
        ("fuel_tco2", "document", 2, "1.000001", "tCO2"),
        ("gec_mwh", "certificate", 1, "20.000000", "MWh"),
    ],
    "select verdict, condition, value, bound::double from views.project_conditions order by condition": [
        ("not_applicable", "export_of_generation", 0.16, 0.5),
        ("pass", "self_use_of_consumption", None, 0.5),
        ("pass", "self_use_of_generation", 0.8, 0.5),
    ],
    "select month, months_closed, core_outlook from views.year_outlook where park_id = 'park-b'": [
        ("2026-12", 12, "pass")
    ],
}


@pytest.mark.parametrize("query", GOLDEN, ids=lambda query: query.partition("views.")[2].split()[0])
def test_answers_that_were_worked_out_by_hand(con: duckdb.DuckDBPyConnection, query: str) -> None:
    assert rows_of(con, query) == GOLDEN[query]


def test_a_park_that_is_held_back_is_shown_without_figures_and_with_its_reason(con: duckdb.DuckDBPyConnection) -> None:
    league = rows_of(con, "select park_id, intensity_tco2_per_tce, overall_verdict from views.league_table")
    assert league[-1] == (HELD, None, "undecided")
    assert rows_of(con, f"select code, sentence from views.verdict_reasons where park_id = '{HELD}'") == [
        ("held_back", "E is the sum of its terms. Look at metrics.park_window.")
    ]
    assert rows_of(con, "select parks, parks_undecided, parks_without_intensity from views.province_summary") == [
        (3, 1, 1)
    ]
    for name in VIEWS:
        con.execute(f"from views.{name}").fetchall()


def test_a_set_without_restricted_tables_and_columns_has_the_views_that_need_none() -> None:
    """As the public set is made: whole tables and single columns are not there."""
    contracts = {
        table: replace(contract, columns=tuple(c for c in contract.columns if c.level == "public"))
        for table, contract in load("outputs").items()
        if contract.level == "public"
    }
    with duckdb.connect() as con:
        _create_tables(con, contracts, ())
        create_views(con, contracts)
        there = {row[0] for row in rows_of(con, "select view_name from duckdb_views() where schema_name = 'views'")}
    assert {"league_table", "supply_mix", "emission_terms", "month_curve", "quality_ranking"} <= there
    assert there.isdisjoint(
        {"enterprise_statement", "double_claims", "figure_origin", "delivered_rows", "missing_data"}
    )


def test_every_view_answers_a_question_of_the_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
    for view in VIEWS.values():
        assert page.count(f"{view.question_zh} [`views.{view.name}`](../sql/views/{view.name}.sql)") == 1
        assert f"\nfrom views.{view.name}\n" in page
