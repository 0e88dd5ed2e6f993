"""The explain command: where one published figure comes from, as a tree for people or whole as JSON.

What a figure is made of is found in ``evidence``, how the tree is drawn in ``explanation_tree``.
"""

import difflib
from typing import TYPE_CHECKING

from pipelines.commands.output import Output
from pipelines.commands.published import find_park, note_generated, open_current
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from pipelines.evidence.account import Account


def explain(
    settings: Settings, park: str, year: int, column: str, *, publication: str | None, everything: bool, output: Output
) -> None:
    """Prints what ``column`` of ``metrics.park_year`` is made of, down to meters, documents, certificates and files.

    Raises ``UserError`` for a park, year or column that is not there, and for a park whose figures are held back;
    ``AuditFailed`` where a figure is not what it is made of.
    """
    from pipelines.commands.explanation_tree import SHOWN, ExplanationTree, amount
    from pipelines.evidence import explanation, figures
    from pipelines.publish import catalog

    wanted = publication or catalog.current_id(Lake(settings.home))
    with open_current(settings, output, wanted) as con:
        account = open_account(settings, con, str(wanted), park=park, year=year, output=output)
        column = find_column(account, column, output)
        found = figures.explain(account, year, column)
        key = (year, column)
        files = explanation.files_of(found, account.files)
        note_generated(con, output)
        if output.as_json:
            whole = explanation.tree(found, key)
            output.json({"publication_id": wanted, "park_id": account.park_id, **whole, "files": files})
            return
        title = output.text("ex_title", park=account.park_id, year=year, column=column)
        output.say(f"{title}  {amount(found[key].value)} {found[key].unit}".rstrip(), style="bold")
        tree = ExplanationTree(found, account.files, output.language, None if everything else SHOWN)
        output.tree(tree.draw(key))
        headings = ["h_file", "h_delivery"]
        rows = [[entry["file_name"], entry["delivery"], entry["sha256"]] for entry in files]
        output.table(output.text("ex_files"), [*(output.text(heading) for heading in headings), "sha256"], rows)


def open_account(
    settings: Settings,
    con: "duckdb.DuckDBPyConnection",
    publication_id: str,
    *,
    park: str,
    year: int,
    output: Output,
) -> "Account":
    """The account of a park that has figures for ``year``; raises ``UserError`` where it has none."""
    from pipelines.evidence.account import Account

    if not _has_table(con, "evidence", "formulas"):
        raise UserError(output.text("no_formulas", id=publication_id))
    account = Account(con, find_park(con, park, output))
    if year not in account.years:
        years = ", ".join(map(str, account.years))
        raise UserError(output.text("no_park_year", park=account.park_id, year=year, years=years))
    if "held_back" in account.years[year]["reasons"]:
        raise UserError(_held(settings, con, account.park_id, publication_id, output))
    return account


def _has_table(con: "duckdb.DuckDBPyConnection", schema: str, table: str) -> bool:
    known = "select 1 from information_schema.tables where table_schema = $1 and table_name = $2"
    return con.execute(known, [schema, table]).fetchone() is not None


def _held(
    settings: Settings, con: "duckdb.DuckDBPyConnection", park_id: str, publication_id: str, output: Output
) -> str:
    """Why a park has no figures here, and which publication has its last good ones."""
    from pipelines.publish import held

    why = held.held_parks(con).get(park_id, ())
    good = held.last_good(Lake(settings.home), publication_id).get(park_id)
    return output.text(
        "held_back",
        park=park_id,
        why=" ".join(why),
        instead=output.text("held_instead", id=good) if good else "",
    )


def find_column(account: "Account", wanted: str, output: Output) -> str:
    """The column of ``metrics.park_year`` of that name; raises ``UserError`` with the nearest ones."""
    from pipelines.evidence import figures

    known = figures.columns(account)
    if wanted in known:
        return wanted
    near = difflib.get_close_matches(wanted.casefold(), known, n=3, cutoff=0.5)
    near += [name for name in known if wanted.casefold() in name and name not in near][:3]
    hint = output.text("did_you_mean", names=", ".join(near)) if near else ""
    raise UserError(output.text("unknown_column", column=wanted, hint=hint))
