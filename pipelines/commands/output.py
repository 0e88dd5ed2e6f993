"""Where commands print: tables and sentences to standard output, progress and errors to standard error, or JSON."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from pipelines.texts import Language, detect_language, text

PIPE_WIDTH = 160
"""Width of tables where no terminal says how wide it is."""


class ReportProgress(Protocol):
    """Called by long work: what it is doing, how many are done, how many there are (None where unknown)."""

    def __call__(self, what: str, done: int, total: int | None) -> None: ...


_UNSEEN = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def harmless(words: str) -> str:
    """Text without control characters, with which names in deliveries could move a terminal's cursor or its colours."""
    return words.translate(_UNSEEN)


def plain(value: object) -> object:
    """A value that JSON can hold: whole decimals as integers, others as numbers, dates and paths as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


class Output:
    """One command's output in one language."""

    def __init__(self, language: Language | None = None, as_json: bool = False) -> None:
        self.language: Language = language or detect_language(sys.argv[1:])
        self.as_json = as_json
        known_width = sys.stdout.isatty() or "COLUMNS" in os.environ
        self._console = Console(width=None if known_width else PIPE_WIDTH, highlight=False)
        self._errors = Console(stderr=True, highlight=False)

    @property
    def width(self) -> int:
        """Columns there are for a table."""
        return self._console.width

    def text(self, key: str, **values: object) -> str:
        return text(key, self.language, **values)

    def say(self, sentence: str, style: str = "") -> None:
        """A sentence for people; nothing where JSON was asked for."""
        if not self.as_json:
            self._console.print(Text(harmless(sentence), style=style), soft_wrap=True)

    def warn(self, sentence: str) -> None:
        """A sentence that must not get into piped data."""
        self._errors.print(Text(harmless(sentence), style="yellow"), soft_wrap=True)

    def error(self, sentence: str) -> None:
        self._errors.print(
            Text(self.text("error"), style="bold red").append(harmless(sentence), style="not bold"),
            soft_wrap=True,
        )

    def json(self, value: object) -> None:
        """Prints ``value`` as JSON, the command's only output."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=plain) + "\n")

    def table(self, title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table of cells that are text or Rich text; nothing where JSON was asked for."""
        if self.as_json:
            return
        if not rows:
            self.say(f"{title}: {self.text('no_rows')}" if title else self.text("no_rows"))
            return
        table = Table(
            title=title or None,
            title_justify="left",
            title_style="bold",
            header_style="bold",
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
        )
        for index, heading in enumerate(headings):
            numeric = all(_is_number(row[index]) for row in rows)
            table.add_column(_cell(heading), justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_cell(value) for value in row))
        self._console.print(table)

    def tree(self, tree: Tree) -> None:
        """A tree of Rich; nothing where JSON was asked for."""
        if not self.as_json:
            _disarm(tree)
            self._console.print(tree)

    @contextmanager
    def progress(self, key: str) -> Iterator[ReportProgress]:
        """Shows what long work reports, on standard error and only in a terminal."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self._errors, transient=True) as bar:
            task = bar.add_task(self.text(key), total=None)

            def report(what: str, done: int, total: int | None) -> None:
                bar.update(task, description=f"{self.text(key)} · {what}", completed=done, total=total)

            yield report


def _cell(value: object) -> Text:
    """A cell of a table; styles stay."""
    cell = value.copy() if isinstance(value, Text) else Text(str(value))
    cell.plain = harmless(cell.plain)
    return cell


def _disarm(tree: Tree) -> None:
    """Makes the labels of a tree harmless in place."""
    if isinstance(tree.label, str | Text):
        tree.label = _cell(tree.label)
    for branch in tree.children:
        _disarm(branch)


def _is_number(cell: object) -> bool:
    shown = str(cell).replace(",", "").replace(" ", "").rstrip("%").lstrip("+-")
    return shown.replace(".", "", 1).isdigit() or shown in {"", "–"}
