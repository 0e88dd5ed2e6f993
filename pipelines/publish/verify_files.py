"""The files of a publication against its manifest, and the manifest against its own form and id.

Nothing is read here but the manifest; what the tables hold is looked at in ``verify_tables``.
"""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipelines.lake import json_text, sha256_file
from pipelines.publish.manifest import AUDIT, DATABASE, MANIFEST, table_path
from pipelines.publish.verification import Check, Problem, Stated

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
TableName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*[.][a-z][a-z0-9_]*$")]
FileName = Annotated[str, Field(pattern="^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


class _Form(BaseModel):
    """A part of a manifest. Entries that are not named here are compared with what the files give, not with a form."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Table(_Form):
    rows: int
    sha256: Sha256
    contract: str
    content: Digest


class _Input(_Form):
    file_id: str
    sha256: Sha256


class _Hashes(_Form):
    code: Digest
    sql: Digest
    contracts: Digest


class _Certificates(_Form):
    root: Sha256
    ranges: int
    counted_wh: list[list[str | int]]


class _Audit(_Form):
    sha256: Sha256
    checks: int
    failures: int
    warnings: list[str]


class _Manifest(_Form):
    id: Digest
    method_version: str
    factor_release: Digest
    year: Annotated[int, Field(ge=1, le=9999)]
    cutoff: Annotated[str, AfterValidator(_day)]
    engine: str
    hashes: _Hashes
    tables: dict[TableName, _Table]
    files: dict[FileName, Sha256]
    certificates: _Certificates
    inputs: list[_Input]
    factors: list[dict[str, str | None]]
    audit: _Audit


def read_stated(folder: Path) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """The manifest of a folder, or None with the problem that keeps anything from being told from it."""
    path = folder / MANIFEST
    if not path.is_file():
        return None, (Problem("no_manifest", MANIFEST),)
    try:
        manifest = json.loads(path.read_bytes())
        _Manifest.model_validate(manifest)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        return None, (Problem("manifest_unreadable", MANIFEST, values={"why": str(error)}),)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        entry = ".".join(map(str, first["loc"])) or MANIFEST
        return None, (Problem("manifest_form", MANIFEST, values={"entry": entry, "why": first["msg"]}),)
    checked: dict[str, Any] = manifest
    return checked, ()


def check_manifest_text(stated: Stated) -> tuple[Problem, ...]:
    """The manifest's bytes are the one way to write it, so that no reader can understand it in another way."""
    written = (stated.folder / MANIFEST).read_bytes()
    if written == json_text(stated.manifest).encode():
        return ()
    return (Problem("manifest_rewritten", MANIFEST),)


def expected_files(manifest: Mapping[str, Any]) -> dict[str, str | None]:
    """The files of a publication by their relative path, each with its sha256 where the manifest has one."""
    tables = {table_path(Path(), table).as_posix(): str(entry["sha256"]) for table, entry in manifest["tables"].items()}
    return {**tables, **manifest["files"], AUDIT: manifest["audit"]["sha256"], MANIFEST: None, DATABASE: None}


def check_files(stated: Stated) -> Check:
    """Every file of the manifest is there with its bytes, as a file of its own, and no other file is."""
    expected = expected_files(stated.manifest)
    found = set(_files(stated.folder))
    problems = [Problem("file_missing", name) for name in sorted(expected.keys() - found)]
    problems += [Problem("file_extra", name) for name in sorted(found - expected.keys())]
    for name in sorted(expected.keys() & found):
        path, wanted = stated.folder / name, expected[name]
        if path.is_symlink() or not path.is_file():
            problems.append(Problem("file_link", name))
        elif wanted and (digest := sha256_file(path)) != wanted:
            problems.append(Problem("file_changed", name, values={"found": digest, "wanted": wanted}))
    return Check("files", len(expected), tuple(problems))


def _files(folder: Path) -> Iterator[str]:
    """Everything in a folder that is no folder, by relative path; a link to a folder is no folder."""
    for name, folders, files in os.walk(folder):
        links = [entry for entry in folders if (Path(name) / entry).is_symlink()]
        for entry in (*files, *links):
            yield (Path(name) / entry).relative_to(folder).as_posix()


def check_identity(stated: Stated, *, in_home: bool) -> Check:
    """The id is the fingerprint of what the manifest states and, in a home folder, the folder's name."""
    stated_id, computed = stated.manifest["id"], stated.identity.publication_id
    problems = []
    if computed != stated_id:
        problems.append(Problem("id_differs", MANIFEST, values={"stated": stated_id, "computed": computed}))
    if in_home and stated.folder.name != stated_id:
        problems.append(Problem("id_not_folder", MANIFEST, values={"stated": stated_id, "folder": stated.folder.name}))
    problems += [Problem("made_by_other", part, fails=False) for part in stated.differing]
    return Check("identity", 1 + in_home, tuple(problems))
