"""The home folder that the tests of forms and sets share; none of them changes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.forms.account import Account, read_account
from pipelines.lake import Lake
from pipelines.publish import audit
from pipelines.publish.query import open_current
from pipelines.settings import Settings
from tests.handed_on.marked_park import PARK, YEAR, published_home
from tests.handed_on.reading_forms import Sheets, written


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        # Great Expectations takes seconds to load, and what it judges is not in question here.
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        return published_home(tmp_path_factory.mktemp("handed"))


@pytest.fixture(scope="session")
def publication(home: Settings) -> Path:
    return (Lake(home.home).published / "current").resolve()


@pytest.fixture(scope="session")
def con(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The publication, read only."""
    with open_current(Lake(home.home)) as found:
        yield found


@pytest.fixture(scope="session")
def account(con: duckdb.DuckDBPyConnection, publication: Path) -> Account:
    return read_account(con, publication, PARK, YEAR)


@pytest.fixture(scope="session")
def ask(con: duckdb.DuckDBPyConnection) -> Any:
    """Runs a query about the park; rows as tuples."""
    return lambda query, *values: con.execute(query, [PARK, *values]).fetchall()


@pytest.fixture(scope="session")
def sheets(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    """The workbook; each page keeps which of its cells were compared, so one test compares one page."""
    return written(account, tmp_path_factory.mktemp("forms") / "forms.xlsx")
