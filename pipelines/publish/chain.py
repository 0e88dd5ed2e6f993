"""Whether the logs of publications are as they were written, and tell of what is on disk.

Each line holds the hash of the one before it (``linked_log``), and that of its publication's manifest, which holds
those of all its files. Lines cut off at the end, and a log written anew from some line on, fit together too: they show
only against a ``head`` that was noted outside the home folder.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.lake import Lake, sha256_file
from pipelines.publish import catalog
from pipelines.publish.linked_log import broken_lines, line_hash, parsed, raw_lines
from pipelines.publish.manifest import MANIFEST


def head(lake: Lake) -> str | None:
    """The hash of the last line of ``publications.jsonl``, to be noted elsewhere; None where there is no line."""
    lines = raw_lines(catalog.catalog_path(lake))
    return line_hash(lines[-1]) if lines else None


def broken_links(lake: Lake, head: str | None = None) -> list[str]:
    """One sentence for each fault of the logs of publications and of past states; none where they are as written.

    A fault is a line that was changed or does not follow on the one before it; a publication on disk that no line
    names, or with another manifest than its line tells of; a link ``current`` to another publication than the last line
    says; and, with a ``head`` noted earlier, a log that does not hold that line any more.
    """
    logs = (catalog.catalog_path(lake), catalog.as_of_path(lake))
    found = [sentence for log in logs for sentence in broken_lines(log)]
    if head and head not in {line_hash(line) for line in raw_lines(logs[0])}:
        found.append(
            f"catalog/{logs[0].name} does not hold the line with the hash {head} any more: lines at its end were cut "
            "off, or it was written anew"
        )
    return [*found, *_strange_publications(lake, logs), *_strange_current(lake, logs[0])]


def _strange_publications(lake: Lake, logs: Sequence[Path]) -> Iterator[str]:
    """Publications on disk that are not what the logs say, by id."""
    named: set[str] = set()
    told: dict[str, list[tuple[str, str]]] = {}
    for log in logs:
        for number, entry in enumerate(map(parsed, raw_lines(log)), start=1):
            if entry and "id" in entry:
                named.add(entry["id"])
                if digest := entry.get("manifest_sha256"):
                    told.setdefault(entry["id"], []).append((f"catalog/{log.name} line {number}", digest))
    for publication_id in catalog.publication_ids(lake):
        manifest = lake.published / publication_id / MANIFEST
        found = sha256_file(manifest) if manifest.is_file() else None
        if publication_id not in named:
            yield (
                f"published/{publication_id} is named by no line of the catalog: its line was taken away, or a run was "
                "cut off before it wrote one (then the next `zcp run` notes it)"
            )
        elif where := next((line for line, digest in told.get(publication_id, ()) if digest != found), None):
            yield f"published/{publication_id}/{MANIFEST} is not the one whose hash {where} holds"


def _strange_current(lake: Lake, log: Path) -> Iterator[str]:
    entries = [entry for entry in map(parsed, raw_lines(log)) if entry]
    published = [entry.get("id") for entry in entries if entry.get("event", catalog.PUBLISHED) == catalog.PUBLISHED]
    shown, last = catalog.current_id(lake), published[-1] if published else None
    if shown != last:
        yield (
            f"published/current names {shown}, but the last publication in catalog/{log.name} is {last}: a line was "
            "taken away, or a run was cut off before it wrote one (then the next `zcp run` writes it)"
        )
