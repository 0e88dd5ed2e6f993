"""The home folder that the tests of scenarios share; none of them changes it."""

from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.scenario.home import published_home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return published_home(tmp_path_factory.mktemp("scenario"))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of models that all scenarios share."""
    return tmp_path_factory.mktemp("models")
