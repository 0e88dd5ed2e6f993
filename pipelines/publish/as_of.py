"""The publication of a past state: which one shows what was known at a moment, where it has been built already.

Which files were known is the ledger's to say (``Lake.as_of``); building them is ``run.run_pipeline``.
"""

from contextlib import closing
from dataclasses import asdict

from pipelines import warehouse
from pipelines.lake import Lake, fingerprint
from pipelines.model_scope import read_files
from pipelines.publish import catalog
from pipelines.publish.manifest import identify
from pipelines.settings import Settings


def state(settings: Settings, lake: Lake, year: int) -> str:
    """A fingerprint of all that a publication of ``year`` depends on but its cut-off: the files that count, in their
    order, code, contracts and factors. Two moments between which nothing came have the same.
    """
    with closing(warehouse.connect(settings, threads=1)) as con:
        files, _ = read_files(lake, con)
    return fingerprint(asdict(identify(lake, year, None, (), {})), [dict(file.row) for file in files])


def find(settings: Settings, lake: Lake, year: int) -> str | None:
    """The id of the newest publication that shows this past state of ``year``; None if there is none on disk."""
    wanted, on_disk = state(settings, lake, year), set(catalog.publication_ids(lake))
    fitting = (e["id"] for e in reversed(catalog.as_of_entries(lake)) if e["state"] == wanted and e["id"] in on_disk)
    return next(fitting, None)
