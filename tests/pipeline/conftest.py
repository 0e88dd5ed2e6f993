"""What many tests of this folder stand in for."""

from collections.abc import Iterator

import pytest

from pipelines.publish import audit


@pytest.fixture(scope="module")
def without_great_expectations() -> Iterator[None]:
    """It takes seconds to load, and what it judges is in question only where this is not used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        yield
