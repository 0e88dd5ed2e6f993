"""The options of the commands that check and keep what is published: verify, recompute, prune."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_options import Home, Json, Lang, described, help_text

verification = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})


@verification.command(help=described("help_verify", "zcp verify ./copy-of-a-publication"))
def verify(
    target: Annotated[str | None, typer.Argument(metavar="ID|PATH", help=help_text("arg_verify"))] = None,
    *,
    head: Annotated[str | None, typer.Option("--head", metavar="HASH", help=help_text("opt_head"))] = None,
    every: Annotated[bool, typer.Option("--all", help=help_text("opt_all"))] = False,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.verify import verify as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), target, head=head, every=every, output=Output(lang, as_json))


@verification.command(help=described("help_recompute", "zcp recompute --threads 4"))
def recompute(
    publication: Annotated[str | None, typer.Argument(metavar="ID", help=help_text("arg_recompute"))] = None,
    *,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help=help_text("opt_threads"))] = None,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="DIR", help=help_text("opt_keep_home"))] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.recompute import recompute as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), publication, threads=threads, keep=keep, output=Output(lang, as_json))


@verification.command(help=described("help_prune", "zcp prune --keep 24 --dry-run"))
def prune(
    *,
    keep: Annotated[int | None, typer.Option("--keep", metavar="N", min=1, help=help_text("opt_keep_count"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("opt_dry_run"))] = False,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.prune import prune as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), keep, dry_run=dry_run, output=Output(lang, as_json))
