"""The pack command: writes the evidence pack of a park and year. What goes into it is in ``evidence.pack``."""

import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.explain import open_account
from pipelines.commands.output import Output
from pipelines.commands.published import open_current
from pipelines.errors import UserError
from pipelines.lake import Lake, atomic_path
from pipelines.settings import Settings
from pipelines.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from pipelines.evidence.account import Account
    from pipelines.evidence.figures import Figure, Key

TEXT_WIDTH = 150
"""Columns of the explanation that a pack has as text."""


def pack(settings: Settings, park: str, year: int, *, out: Path, publication: str | None, output: Output) -> None:
    """Writes the pack to ``out``.

    Raises ``UserError`` for a park or year that is not there, a park whose figures are held back, a publication that
    is older than packs or was altered, and a file that cannot be written.
    """
    from pipelines.evidence import figures
    from pipelines.evidence import pack as packing
    from pipelines.publish import catalog
    from pipelines.publish.manifest import MANIFEST, read_manifest

    lake = Lake(settings.home)
    wanted = str(publication or catalog.current_id(lake))
    folder = lake.published / wanted
    with open_current(settings, output, publication) as con, output.progress("working_pack") as report:
        manifest = read_manifest(folder)
        if manifest is None or "parks" not in manifest:
            raise UserError(output.text("no_park_digest", id=wanted))
        account = open_account(settings, con, wanted, park=park, year=year, output=output)
        report(account.park_id, 0, 3)
        found = figures.explain(account, year, *figures.columns(account))
        report(account.park_id, 1, 3)
        source = packing.Source(settings, folder)
        texts = {f"explanation.{language}.txt": _text(account, found, year, language) for language in LANGUAGES}
        files = packing.build(source, account, year, figures=found, texts=texts)
        report(account.park_id, 2, 3)
        _write(files, out, output)
    digest = json.loads(files[packing.ABOUT])["park_sha256"]
    if output.as_json:
        output.json({"publication_id": wanted, "park_id": account.park_id, "year": year, "park_sha256": digest})
        return
    output.say(output.text("pack_written", path=out, files=len(files), digest=digest))
    output.say(output.text("pack_how", manifest=folder / MANIFEST))


def _write(files: Mapping[str, bytes], out: Path, output: Output) -> None:
    from pipelines.evidence import pack as packing

    try:
        with atomic_path(out) as temporary:
            packing.write(files, temporary)
    except OSError as error:
        raise UserError(output.text("cannot_write", path=out, why=error.strerror)) from error


def _text(account: "Account", figures: "Mapping[Key, Figure]", year: int, language: Language) -> str:
    """The main figures as trees of text, each part explained once."""
    from rich.console import Console

    from pipelines.commands.explanation_tree import ExplanationTree
    from pipelines.evidence.pack import MAIN

    tree = ExplanationTree(figures, account.files, language, None)
    console = Console(file=StringIO(), width=TEXT_WIDTH, color_system=None, force_terminal=False, highlight=False)
    with console.capture() as captured:
        for column in MAIN:
            console.print(tree.draw((year, column)))
    return captured.get()
