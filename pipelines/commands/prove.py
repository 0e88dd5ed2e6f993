"""The prove command: the proof that no certificate counts twice, one certificate's part of it, and the check of either.

What a proof is made of is in ``publish.proof``, how it is judged in ``publish.check_certificates``.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.commands import formatting
from pipelines.commands.output import Output, ReportProgress
from pipelines.commands.published import open_current, query_rows
from pipelines.errors import InputRefused, UserError
from pipelines.lake import Lake, atomic_path
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from pipelines.publish.proof import Claim

KINDS = ("cancelled", "green_power", "own_use")
REPORT_EVERY = 10_000
"""Ranges between two reports of progress."""

Certificate = tuple[str, str, str]
"""Project code, generation month and serial number as they are typed."""

CLAIMED = """
    with claimed as (
        select
            park_id, year,
            coalesce(sum(mwh) filter (where kind = 'cancelled'), 0) as cancelled_mwh,
            coalesce(sum(mwh) filter (where kind = 'green_power'), 0) as green_power_mwh,
            coalesce(sum(mwh) filter (where kind = 'own_use'), 0) as own_use_mwh
        from certificates.claimed_ranges
        group by all
    )
    select c.*, coalesce(y.green_trade_mwh, 0) + coalesce(y.gec_mwh, 0) as counted_mwh
    from claimed as c
    left join metrics.park_year as y using (park_id, year)
    order by c.park_id, c.year
"""
"""What each park claims and what of it counts; own-use certificates count through the power of their direct line."""


@dataclass(frozen=True)
class _Source:
    """The publication that is proved: a connection to it, its home folder, its manifest."""

    con: "duckdb.DuckDBPyConnection"
    lake: Lake
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.manifest["id"])

    @property
    def committed(self) -> dict[str, Any]:
        """What the manifest says of the proof: root, ranges, counted_wh."""
        return dict(self.manifest["certificates"])


def prove(
    settings: Settings,
    publication: str | None,
    *,
    member: Certificate | None,
    out: Path | None,
    check: Path | None,
    output: Output,
) -> None:
    """Writes the proof of a publication or one certificate's part of it, prints what is claimed, or checks a proof.

    Raises ``UserError`` where there is nothing to prove or the publication is not what it was, ``InputRefused`` for a
    proof that does not hold.
    """
    from pipelines.publish import catalog
    from pipelines.publish.manifest import read_manifest

    if check and (member or out):
        raise UserError(output.text("prove_alone"))
    lake = Lake(settings.home)
    wanted = publication or catalog.current_id(lake)
    with open_current(settings, output, wanted) as con:
        folder = lake.published / str(wanted)
        manifest = read_manifest(folder)
        if manifest is None or "certificates" not in manifest:
            raise UserError(output.text("no_commitment", id=wanted))
        if check:
            _check(check, folder, output)
        elif member:
            _show_member(_Source(con, lake, manifest), member, out, output)
        else:
            _prove_all(_Source(con, lake, manifest), out, output)


def _check(file: Path, folder: Path, output: Output) -> None:
    from pipelines.publish.check_certificates import check
    from pipelines.publish.manifest import MANIFEST

    try:
        finding = check(str(file), str(folder / MANIFEST))
    except (ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        raise InputRefused(output.text("proof_refused", file=file, problem=error)) from error
    if output.as_json:
        output.json({"publication_id": folder.name, "holds": True, "finding": finding})
    output.say(output.text("proof_holds", finding=finding))


def _show_member(source: _Source, member: Certificate, out: Path | None, output: Output) -> None:
    project, month, serial = member
    name = " ".join(member)
    if not (re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month) and re.fullmatch(r"[0-9]{1,38}", serial)):
        raise UserError(output.text("bad_member", value=name))
    lines = list(_lines(source, lambda claim: claim.holds(project, month, int(serial)), output))
    if lines[-1][-1] == []:
        raise UserError(output.text("not_claimed", id=source.id, value=name))
    if out is None:
        sys.stdout.writelines(json.dumps(line) + "\n" for line in lines)
        return
    with atomic_path(out) as temporary:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="ascii")
    _say_written(source, out, 1, output)


def _prove_all(source: _Source, out: Path | None, output: Output) -> None:
    committed = source.committed
    if out is None:
        for _ in _lines(source, lambda _: False, output):
            pass
    else:
        with atomic_path(out) as temporary, temporary.open("w", encoding="ascii") as stream:
            stream.writelines(json.dumps(line) + "\n" for line in _lines(source, lambda _: True, output))
    rows = query_rows(source.con, CLAIMED, [])
    if output.as_json:
        output.json(
            {"publication_id": source.id, "root": committed["root"], "ranges": committed["ranges"], "parks": rows}
        )
        return
    amounts = {f"{kind}_mwh": f"{output.text(f'kind_{kind}')} MWh" for kind in KINDS}
    amounts["counted_mwh"] = f"{output.text('h_counted')} MWh"
    output.table(
        output.text("proof_title", id=source.id),
        [output.text("h_park"), output.text("h_year"), *amounts.values()],
        [[row["park_id"], row["year"], *(formatting.number(row[name]) for name in amounts)] for row in rows],
    )
    output.say(output.text("proof_root", root=committed["root"], count=committed["ranges"]))
    if out:
        _say_written(source, out, committed["ranges"], output)


def _lines(source: _Source, shown: Callable[["Claim"], bool], output: Output) -> Iterator[list[Any]]:
    """The lines of a proof, with progress; raises ``UserError`` at the end where its root is not the published one."""
    from pipelines.publish import proof

    key = proof.salt_key(source.lake, source.manifest["inputs"])
    line: list[Any] = []
    with output.progress("working_proof") as report:
        claims = _reported(proof.read_claims(source.con), report, source.committed["ranges"])
        for line in proof.entries(claims, key, shown):
            yield line
    published = source.committed["root"]
    if line[1] != published:
        raise UserError(output.text("root_differs", id=source.id, published=published, root=line[1]))


def _reported(claims: Iterable["Claim"], report: ReportProgress, total: int) -> Iterator["Claim"]:
    for done, claim in enumerate(claims):
        if done % REPORT_EVERY == 0:
            report(claim.generation_month, done, total)
        yield claim


def _say_written(source: _Source, out: Path, count: int, output: Output) -> None:
    from pipelines.publish.manifest import CHECKER, MANIFEST

    folder = source.lake.published / source.id
    output.say(output.text("proof_written", path=out, count=count))
    output.say(output.text("proof_how", checker=folder / CHECKER, proof=out, manifest=folder / MANIFEST))
