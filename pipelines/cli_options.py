"""The options that several commands share, and the language that help is written in. No commands."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.texts import Language, detect_language, text

HELP_LANGUAGE = detect_language(sys.argv[1:])


def help_text(key: str) -> str:
    """The sentence of ``key`` in the language of the command line."""
    return text(key, HELP_LANGUAGE)


def described(key: str, example: str) -> str:
    """The help of a command: what it does, and an example."""
    return f"{help_text(key)}\n\n{help_text('example')} {example}"


Home = Annotated[
    Path | None,
    typer.Option("--home", envvar="ZCP_HOME", file_okay=False, help=help_text("opt_home"), show_default=False),
]
Lang = Annotated[Language | None, typer.Option("--lang", help=help_text("opt_lang"), show_default=False)]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help=help_text("opt_as_of"))]
Json = Annotated[bool, typer.Option("--json", help=help_text("opt_json"))]
