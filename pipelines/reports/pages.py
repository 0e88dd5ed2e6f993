"""Writes the pages: templates filled, charts embedded as data; style sheet, script and plotting library beside them.

The files are a function of the publication and the language they open in: no time, no network, no path of a machine.
"""

import hashlib
import re
import shlex
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish.held import last_good
from pipelines.reports import overview, park
from pipelines.reports.drawing import SUPPLY_COLOURS, Figure, Words, words
from pipelines.reports.park import Stale
from pipelines.reports.reading import Level, Published, read
from pipelines.reports.rendering import environment
from pipelines.reports.texts import TEXTS
from pipelines.texts import Language

_OWN_ASSETS = ("report.css", "report.js")
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SECTIONS = (
    ("missing", "missing_title"), ("intensity", "s_intensity_short"), ("emissions", "s_emissions"),
    ("supply", "s_supply"), ("months", "s_months"), ("hours", "s_hours_short"), ("certificates", "s_certificates"),
    ("quality", "s_quality"), ("findings", "s_findings"), ("sensitivity", "s_sensitivity_short"),
    ("evidence", "s_evidence"),
)  # fmt: skip

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Written:
    """What was written: the page to open first, how many pages, and the publication they show."""

    first: Path
    pages: int
    publication_id: str


def file_name(park_id: str) -> str:
    """The file of a park's page below ``parks/``: its id where that is a plain name, else a hash of it.

    An id is a delivered text; it must neither leave the folder nor need quoting in a link.
    """
    plain = _SAFE_NAME.fullmatch(park_id) is not None
    return f"{park_id if plain else 'park-' + hashlib.sha256(park_id.encode()).hexdigest()[:16]}.html"


def write(
    lake: Lake,
    out: Path,
    *,
    publication_id: str | None = None,
    park_id: str | None = None,
    level: Level = "restricted",
    language: Language = "zh",
    progress: Progress | None = None,
) -> Written:
    """Writes the pages of a publication to ``out``, by default of the current one; of one park its page alone.

    A park whose figures are held back shows those of its last good publication, marked so. ``level``: everything, or
    the public part. Raises ``UserError`` if there is no such publication or ``out`` is no folder that can be written.
    """
    with ExitStack() as stack:
        published = read(lake, publication_id, level)
        stack.enter_context(closing(published.con))
        sources = _sources(lake, published, stack)
        stale = {name: _stale(published, sources[name], name) for name in sources if _is_held(published, name)}
        pages = _Pages(published, environment(language), out, linked=park_id is None)
        chosen = list(sources) if park_id is None else [park_id]
        try:
            pages.write_assets()
            for done, one in enumerate(chosen):
                if progress:
                    progress(one, done, len(chosen))
                first = pages.write_park(sources[one], one, stale.get(one))
            if park_id is None:
                first = pages.write_overview(sources, stale)
        except OSError as error:
            raise UserError(f"--out {out} cannot be written: {error.strerror}; name another folder") from error
    return Written(first, len(chosen) + (park_id is None), published.publication_id)


def _is_held(published: Published, park_id: str) -> bool:
    return bool(published.of("held", park_id))


def _sources(lake: Lake, published: Published, stack: ExitStack) -> dict[str, Published]:
    """The publication that each park is shown from: the last good one where its new figures are held back."""
    held = [name for name in published.parks if _is_held(published, name)]
    good = last_good(lake, published.publication_id) if held else {}
    opened: dict[str, Published] = {}
    for publication_id in sorted({good[name] for name in held if name in good}):
        opened[publication_id] = read(lake, publication_id, published.level)
        stack.enter_context(closing(opened[publication_id].con))
    return {name: opened[good[name]] if name in good else published for name in published.parks}


def _stale(published: Published, source: Published, park_id: str) -> Stale:
    earlier = source.publication_id if source is not published else None
    return park.stale(earlier, published.of("held", park_id))


class _Pages:
    """The pages of one publication in one folder; ``linked``: the overview is among them."""

    def __init__(self, published: Published, env: Environment, out: Path, linked: bool) -> None:
        self._published, self._env, self._out, self._linked = published, env, out, linked

    def write_assets(self) -> None:
        """Style sheet, script and the plotting library, once for all pages."""
        folder = self._out / "assets"
        folder.mkdir(parents=True, exist_ok=True)
        own = resources.files("pipelines.reports").joinpath("assets")
        for name in _OWN_ASSETS:
            (folder / name).write_bytes(own.joinpath(name).read_bytes())
        library = resources.files("plotly").joinpath("package_data", "plotly.min.js")
        (folder / "plotly.min.js").write_bytes(library.read_bytes())

    def write_park(self, source: Published, park_id: str, stale: Stale | None) -> Path:
        """The page of a park from the publication ``source``; the file it is in."""
        context, charts = park.page(source, park_id, stale)
        name = context["names"]
        return self._write(
            f"parks/{file_name(park_id)}",
            "park.html",
            source,
            charts,
            title=words(f"{name['zh']} · {source.year}", f"{name['en']} · {source.year}"),
            root="../",
            overview_link="../index.html" if self._linked else "",
            province=overview.province(context["park"]),
            export_colour=SUPPLY_COLOURS["export"],
            sections=_SECTIONS,
            commands=_commands(source, park_id),
            **context,
        )

    def write_overview(self, sources: Mapping[str, Published], stale: Mapping[str, Stale]) -> Path:
        """The page of all parks; the file it is in."""
        rows = [source.parks[park_id] for park_id, source in sources.items()]
        links = {park_id: f"parks/{file_name(park_id)}" for park_id in sources}
        context, charts = overview.page(rows, stale, links)
        year = self._published.year
        title: Words = {language: text.format(year=year) for language, text in TEXTS["o_title"].items()}
        frame = {"title": title, "root": "", "overview_link": ""}
        return self._write("index.html", "index.html", self._published, charts, **frame, **context)

    def _write(self, name: str, template: str, source: Published, charts: Mapping[str, Figure], **context: Any) -> Path:
        path = self._out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        page = self._env.get_template(template).render(
            charts=charts,
            year=source.year,
            level=source.level,
            generated=source.generated,
            publication_id=source.publication_id,
            method_version=source.manifest.get("method_version", ""),
            factor_release=source.manifest.get("factor_release", ""),
            cutoff=source.manifest.get("cutoff", ""),
            manifest_sha256=source.manifest_sha256,
            **context,
        )
        path.write_text(page, encoding="utf-8", newline="\n")
        return path


def _commands(source: Published, park_id: str) -> tuple[str, ...]:
    """How a reader checks the page: each works in the home folder that the publication is in."""
    return (
        f"zcp explain {shlex.quote(park_id)} {source.year} total_tco2",
        f"zcp pack {shlex.quote(park_id)} {source.year} --out evidence.zip",
        f"zcp verify {source.publication_id}",
        f"zcp recompute {source.publication_id}",
    )
