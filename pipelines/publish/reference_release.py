"""The reference data of every publication, kept: factors, parameters and the like as they were when it was made.

So an older publication can be computed again, and what another factor changes can be told (``diff``). Which data are in
force now is in ``reference_tables``.
"""

import shutil
from pathlib import Path

from pipelines import reference_tables
from pipelines.errors import AuditFailed
from pipelines.lake import Lake, fsync_path
from pipelines.publish.manifest import factor_release

PACKAGE, OPERATOR = "package", "operator"
"""Folders of a release: the CSV files of the package, and those of the operator's ``reference/`` that add to them."""


def store(lake: Lake) -> Path:
    """Keeps the reference data in force under ``reference_releases/<factor_release>/``; returns that folder.

    Does nothing where it is kept already. The caller holds the write lock.
    """
    target = _releases(lake) / factor_release(lake)
    if target.is_dir():
        return target
    scratch = target.with_name(f".{target.name}")
    shutil.rmtree(scratch, ignore_errors=True)
    for part in (PACKAGE, OPERATOR):
        (scratch / part).mkdir(parents=True)
    for name in reference_tables.names():
        table = reference_tables.find(lake, name)
        for part, path in ((PACKAGE, table.builtin), (OPERATOR, table.operator)):
            if path:
                fsync_path(Path(shutil.copyfile(path, scratch / part / path.name)))
    for part in (PACKAGE, OPERATOR):
        fsync_path(scratch / part)
    scratch.rename(target)
    fsync_path(target.parent)
    return target


def folder(lake: Lake, release: str) -> Path | None:
    """Where the reference data of a ``factor_release`` are kept; None where no publication of this home had them."""
    found = _releases(lake) / release
    return found if found.is_dir() else None


def use(scratch: Lake, release: Path) -> None:
    """Puts a kept release in force in a scratch home folder that has no reference data of its own yet.

    Raises ``AuditFailed`` where its files are no longer those that it is named after.
    """
    package = scratch.home / reference_tables.PACKAGE_COPY
    shutil.copytree(release / PACKAGE, package)
    shutil.copytree(release / OPERATOR, scratch.reference)
    if factor_release(scratch, package) != release.name:
        raise AuditFailed(f"{release} was changed: its files do not give the fingerprint {release.name}; restore them")


def _releases(lake: Lake) -> Path:
    return lake.home / "reference_releases"
