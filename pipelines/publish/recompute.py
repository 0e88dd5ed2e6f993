"""A publication made again from the raw files that its manifest names, in a folder of its own, and compared.

The steps are those of a run: parsing, models, audit, publishing. Dagster is left out, so that no run is recorded and
nobody alarmed. What is the same and what differs is told in ``comparing``.
"""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import AuditFailed
from pipelines.ingest.landing import read_again
from pipelines.ingest.ledger import Arrival, arrivals_path, read_arrivals
from pipelines.ingest.parsing import LandedFile
from pipelines.ingest.spec import FileSpec
from pipelines.lake import Lake, append_lines, sha256_file
from pipelines.model_runner import run_step
from pipelines.model_scope import open_context
from pipelines.models import plan
from pipelines.publish import catalog, reference_release
from pipelines.publish.comparing import Comparison, compare
from pipelines.publish.manifest import factor_release, identity_of
from pipelines.publish.publisher import publish
from pipelines.publish.scratch import scratch_home
from pipelines.publish.verification import Report, Stated, silent
from pipelines.publish.verify_files import read_stated
from pipelines.settings import Settings


@dataclass(frozen=True)
class Recomputation:
    """What making a publication again gave. ``differing``: parts of today's program that are not those it was made by,
    ``factors`` among them where its reference data are not kept. ``seconds``: of the whole.
    """

    publication_id: str
    comparison: Comparison
    differing: tuple[str, ...]
    threads: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Every byte is the same or, where another program computed it, every figure."""
        return self.comparison.same_figures if self.differing else self.comparison.same_bytes


def recompute(
    settings: Settings, lake: Lake, publication_id: str, keep: Path | None = None, report: Report = silent
) -> Recomputation:
    """Makes a publication on disk again from ``raw/`` and compares the two.

    What counts is what the manifest names, in the order in which it was delivered by then. ``keep``: an empty or new
    folder that holds the home folder it was made in afterwards; else it lies below ``tmp/`` and is removed.

    Raises ``AuditFailed`` where the manifest cannot be read, where a raw file is missing or not what it was, and where
    the figures made now do not pass the audit; ``UserError`` for a folder to keep that cannot be used.
    """
    started = time.monotonic()
    folder = lake.published / publication_id
    manifest, wrong = read_stated(folder)
    if manifest is None:
        raise AuditFailed(
            f"{folder} has no manifest that can be read ({wrong[0].code}); use `zcp verify {publication_id}`"
        )
    stated = Stated.of(folder, manifest, identity_of(manifest), lake)
    landed = [_landed(lake, entry) for entry in manifest["inputs"]]
    with _home(lake, keep) as home:
        again = Lake(home)
        differing = stated.differing + _prepare(lake, again, stated, landed)
        work = settings.model_copy(update={"home": home})
        read_again(landed, work, report)
        made = _build(work, stated, report)
        report("compare", 0, None)
        return Recomputation(
            publication_id=publication_id,
            comparison=compare(work, folder, made),
            differing=differing,
            threads=settings.duckdb_threads,
            seconds=time.monotonic() - started,
        )


def _landed(lake: Lake, entry: Mapping[str, Any]) -> LandedFile:
    """A raw file with the instructions by which it was read. Raises ``AuditFailed`` unless it is there as it was."""
    raw, name = lake.raw / entry["sha256"], f"{entry['delivery']}/{entry['file_name']}"
    if not raw.is_file():
        raise AuditFailed(f"{raw}, the bytes of {name}, is missing; without it the publication cannot be made again")
    if sha256_file(raw) != entry["sha256"]:
        raise AuditFailed(f"{raw}, the bytes of {name}, was altered: its sha256 is no longer its name")
    ledger = _ledger(lake.parsed / entry["file_id"] / "ledger.json", name)
    spec = None if ledger["instructions"] is None else FileSpec.model_validate(ledger["instructions"])
    return LandedFile(raw, entry["sha256"], ledger["file_name"], ledger["delivery"], ledger["delivered_at"], spec)


def _ledger(path: Path, name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AuditFailed(f"{path} is missing; it has the instructions by which {name} was read") from None
    return found


def _prepare(lake: Lake, again: Lake, stated: Stated, landed: list[LandedFile]) -> tuple[str, ...]:
    """Fills a scratch home with raw files, arrivals and reference data; ``("factors",)`` where those are not kept."""
    again.raw.mkdir()
    for file in {file.sha256: file for file in landed}.values():
        (again.raw / file.sha256).symlink_to(file.raw.absolute())
    ids = {entry["file_id"]: file.file_id for entry, file in zip(stated.manifest["inputs"], landed, strict=True)}
    arrivals = [asdict(replace(a, file_id=ids[a.file_id])) for a in _arrivals(lake, stated) if a.file_id in ids]
    append_lines(arrivals_path(again), arrivals)
    release = reference_release.folder(lake, stated.identity.factor_release)
    if release is not None:
        reference_release.use(again, release)
        return ()
    if lake.reference.is_dir():
        shutil.copytree(lake.reference, again.reference)
    return () if factor_release(again) == stated.identity.factor_release else ("factors",)


def _arrivals(lake: Lake, stated: Stated) -> list[Arrival]:
    """The arrivals that were known when the publication was made; of a file that seems to have come later, the first.

    Bytes that came again later may be delivered later for that, which is no matter of the publication.
    """
    present = [line for line in catalog.events(lake) if line.get("id") == stated.manifest["id"]]
    past = [line for line in catalog.as_of_entries(lake) if line["id"] == stated.manifest["id"]]
    lines = sorted([*present, *past], key=lambda line: str(line["created_at"]))
    if not lines:
        return read_arrivals(lake)
    moment = datetime.fromisoformat(lines[0]["as_of"]) if "as_of" in lines[0] else None
    # The time of a line is cut to the second, and a run takes longer than that: what came in that second came after it.
    until = datetime.fromisoformat(lines[0]["created_at"])
    arrivals = read_arrivals(Lake(lake.home, moment))
    known = [arrival for arrival in arrivals if datetime.fromisoformat(arrival.arrived_at) < until]
    missing = {arrival.file_id for arrival in arrivals} - {arrival.file_id for arrival in known}
    first = {arrival.file_id: arrival for arrival in reversed(arrivals)}
    return sorted([*known, *(first[file_id] for file_id in missing)], key=lambda arrival: arrival.sequence)


def _build(settings: Settings, stated: Stated, report: Report) -> Path:
    """Builds all models and publishes them; returns the folder of the publication."""
    with open_context(settings, stated.identity.year, stated.identity.cutoff) as context:
        steps = [
            (step, month)
            for step in plan(context.models)
            for month in (context.months if step.partitioned else (None,))
        ]
        for done, (step, month) in enumerate(steps):
            report(f"{step.name} {month or ''}".strip(), done, len(steps))
            run_step(step, context, month)
    report("publish", 0, None)
    return publish(settings, Lake(settings.home), stated.identity.year, stated.identity.cutoff, reason="recompute").path


@contextmanager
def _home(lake: Lake, keep: Path | None) -> Iterator[Path]:
    """The empty home folder to work in, with its write lock held."""
    if keep is None:
        with scratch_home(lake) as home:
            yield home
        return
    from pipelines.scenario.run import check_keep

    check_keep(keep)
    with Lake(keep.absolute()).writing():
        yield keep.absolute()
