"""Publishing good model outputs: what lies in a publication, what its id depends on, and what the catalog says."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import load
from pipelines.errors import UserError
from pipelines.lake import Lake, sha256_file
from pipelines.model_runner import output_path, pointer_path, read_pointer
from pipelines.publish import catalog
from pipelines.publish.manifest import table_path
from pipelines.publish.publisher import PublishResult, publish
from pipelines.settings import Settings
from tests.pipeline.publishing import YEAR, Rows, good_rows, home, write_models, write_output


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishResult:
    settings, lake = home(tmp_path_factory.mktemp("home"))
    return publish(settings, lake, YEAR)


def files_of(folder: Path) -> dict[str, str]:
    """The hash of each file but the database, whose bytes are not repeatable."""
    return {
        path.relative_to(folder).as_posix(): sha256_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".duckdb"
    }


def test_database_holds_tables_with_comments_and_views(published: PublishResult) -> None:
    with duckdb.connect(str(published.path.parent / "current" / "parks.duckdb"), read_only=True) as con:
        row = con.execute(
            "select total_tco2, reasons, publication_id from metrics.park_year order by park_id"
        ).fetchone()
        assert row is not None
        assert (str(row[0]), *row[1:]) == ("25.975001", ["direct_supply_below_minimum"], published.publication_id)
        tables = {f"{s}.{t}" for s, t in con.execute("select schema_name, table_name from duckdb_tables()").fetchall()}
        assert tables == set(load("outputs")) == set(published.tables)
        query = (
            "select comment from duckdb_columns() where table_name = 'park_year' and column_name = 'residual_grid_mwh'"
        )
        assert con.execute(query).fetchall() == [("Grid power without proof of origin, N = In − T − G. [MWh]",)]
        league = con.execute("select park_id, overall_verdict from views.league_table").fetchall()
        assert league == [("park-a", "fail"), ("park-b", "fail")]
        storage = con.execute("select tags['storage_version'] from duckdb_databases() where not internal").fetchone()
        assert storage == ("v1.5.0+",)


def test_manifest_names_inputs_hashes_and_factors(published: PublishResult) -> None:
    manifest = json.loads((published.path / "manifest.json").read_text())
    park_year = manifest["tables"]["metrics.park_year"]
    assert park_year["rows"] == 2
    assert park_year["sha256"] == sha256_file(table_path(published.path, "metrics.park_year"))
    assert [entry["file_name"] for entry in manifest["inputs"]] == ["fuel_use.csv"]
    assert [entry["factor"] for entry in manifest["factors"]] == ["residual_electricity_factor"]
    assert (manifest["year"], manifest["cutoff"]) == (YEAR, f"{YEAR + 1}-12-31")
    assert manifest["audit"]["failures"] == 0 < manifest["audit"]["checks"]


def test_order_threads_and_place_change_nothing(published: PublishResult, tmp_path: Path) -> None:
    rows = {table: list(reversed(found)) for table, found in good_rows().items()}
    lake = Lake(tmp_path)
    write_models(lake, rows)
    again = publish(Settings(home=tmp_path, duckdb_memory="256MiB", duckdb_threads=1), lake, YEAR)
    assert again.publication_id == published.publication_id
    assert files_of(again.path) == files_of(published.path)


def test_same_inputs_are_published_once_and_a_given_default_is_no_other_input(tmp_path: Path) -> None:
    settings, lake = home(tmp_path)
    first = publish(settings, lake, YEAR)
    written = (first.path / "parks.duckdb").stat().st_mtime_ns
    second = publish(settings, lake, YEAR, cutoff=date(YEAR + 1, 12, 31))
    assert (first.reused, second.reused) == (False, True)
    assert (second.publication_id, second.tables) == (first.publication_id, first.tables)
    assert (second.path / "parks.duckdb").stat().st_mtime_ns == written
    assert len(catalog.entries(lake)) == 1


def test_a_changed_row_is_another_publication_and_the_first_can_come_back(tmp_path: Path) -> None:
    settings, lake = home(tmp_path)
    first = publish(settings, lake, YEAR)
    findings = good_rows()["quality.findings"]
    write_models(lake, {"quality.findings": [row | {"sentence": "40 % of 50 % due."} for row in findings]})
    second = publish(settings, lake, YEAR)
    assert second.publication_id != first.publication_id == catalog.entries(lake)[1]["supersedes"]
    assert first.path.is_dir()
    assert catalog.current_id(lake) == second.publication_id
    write_models(lake, good_rows())
    third = publish(settings, lake, YEAR)
    assert third.reused
    assert catalog.current_id(lake) == first.publication_id
    assert [e["id"] for e in catalog.entries(lake)] == [r.publication_id for r in (first, second, third)]
    assert catalog.entries(lake)[2]["supersedes"] == second.publication_id


def test_year_and_cutoff_are_part_of_the_id(published: PublishResult, tmp_path: Path) -> None:
    settings, lake = home(tmp_path)
    assert publish(settings, lake, YEAR, date(YEAR + 1, 6, 30)).publication_id != published.publication_id


def test_exact_numbers_take_the_type_of_the_contract(published: PublishResult, tmp_path: Path) -> None:
    settings, lake = home(tmp_path)
    write_models(lake, good_rows(), {"use_mwh": "DECIMAL(26,6)", "grid_import_mwh": "BIGINT", "rows_read": "INTEGER"})
    assert files_of(publish(settings, lake, YEAR).path) == files_of(published.path)


def test_columns_that_no_contract_names_stay_inside(published: PublishResult, tmp_path: Path) -> None:
    settings, lake = home(tmp_path)
    pointer = read_pointer(lake, "metrics.park_year")
    assert pointer
    source = output_path(lake, "metrics.park_year", None, pointer["fingerprint"])
    with duckdb.connect() as con:
        write_output(con, lake, "metrics.park_year", f"select 1 as inner_working, * from read_parquet('{source}')")
    assert files_of(publish(settings, lake, YEAR).path) == files_of(published.path)


def test_a_warning_does_not_stop_a_publication(tmp_path: Path) -> None:
    def too_much_green(rows: Rows) -> None:
        rows["metrics.park_year"][0] |= {"green_share": 1.5}

    settings, lake = home(tmp_path, too_much_green)
    (warning,) = publish(settings, lake, YEAR).warnings
    assert warning.startswith("sql.supply_shares_in_range (1 row):")
    assert "park_id=park-a" in warning


def test_a_table_that_was_not_built_is_named(tmp_path: Path) -> None:
    settings, lake = home(tmp_path)
    pointer_path(lake, "metrics.sensitivity", None).unlink()
    with pytest.raises(UserError, match=r"not built yet.*metrics\.sensitivity"):
        publish(settings, lake, YEAR)


def test_published_files_are_shut_against_writing(published: PublishResult) -> None:
    assert {path.stat().st_mode & 0o222 for path in published.path.rglob("*") if path.is_file()} == {0}
