"""Homes, pages and a browser for the tests of the pages, each made once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.lake import Lake
from pipelines.publish import audit
from pipelines.reports import pages
from pipelines.run import run_pipeline
from tests.pages.homes import hostile_files, with_a_held_park
from tests.pipeline.small_park import YEAR, Deliveries

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def without_great_expectations() -> Iterator[None]:
    """It takes seconds to load, and what it judges is not in question here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        yield


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A home folder of four made-up parks, of which two are held back."""
    with without_great_expectations():
        return with_a_held_park(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def made_pages(made: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made-pages")
    pages.write(made, out, language="zh")
    return out


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A home folder whose park, meters and project have hostile names, landed and run like any other delivery."""
    world = Deliveries(tmp_path_factory.mktemp("hostile"))
    world.take_in(world.write("m1", f"{YEAR}-02-03T09:00", **hostile_files(YEAR)))
    with without_great_expectations():
        run_pipeline(world.settings, YEAR)
    return Lake(world.settings.home)


@pytest.fixture(scope="session")
def hostile_pages(hostile: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hostile-pages")
    pages.write(hostile, out, language="en")
    return out


@pytest.fixture(scope="module")
def chromium(made_pages: Path, hostile_pages: Path) -> Iterator[Any]:
    """A headless Chromium; the tests that need one are skipped where there is none.

    The pages come first, and the browser goes with its file of tests: the driver keeps an event loop in this thread, in
    which Dagster cannot have its own.
    """
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(names)} is on the path")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()
