"""The forms command: the official submission tables of a park and year as an Excel workbook."""

from pathlib import Path

from pipelines.commands.output import Output
from pipelines.commands.published import find_park, find_year, note_generated, open_current
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings


def forms(settings: Settings, park: str, year: int, *, out: Path, publication: str | None, output: Output) -> None:
    """Writes the workbook of ``park`` and ``year`` to ``out`` and says what its verdict is.

    Raises ``UserError`` for an unknown park or year, a publication from before there were the carriers, and a file that
    is no ``.xlsx`` or cannot be written.
    """
    from pipelines.forms.account import read_account
    from pipelines.forms.words import carrier_names
    from pipelines.forms.workbook import write
    from pipelines.publish import catalog

    if out.suffix.lower() != ".xlsx":
        raise UserError(output.text("forms_not_xlsx", path=out))
    if not out.parent.is_dir():
        raise UserError(output.text("no_such_path", path=out.parent))
    lake = Lake(settings.home)
    chosen = publication or catalog.current_id(lake)
    with open_current(settings, output, chosen) as con:
        there = con.execute("select 1 from duckdb_tables() where table_name = 'energy_by_carrier'").fetchone()
        if not there:
            raise UserError(output.text("forms_older"))
        park_id, shown = find_park(con, park, output), find_year(con, year, output)
        note_generated(con, output)
        account = read_account(con, lake.published / str(chosen), park_id, shown)
    try:
        write(account, carrier_names(lake), out)
    except OSError as error:
        raise UserError(output.text("cannot_write", path=out, why=error.strerror)) from error
    verdict, held = account.result["overall_verdict"], account.is_held(shown)
    if output.as_json:
        stamp = {"publication_id": chosen, "overall_verdict": verdict, "held_back": held, "file": out}
        output.json({"park_id": park_id, "year": shown} | stamp)
    output.say(output.text("forms_written", path=out, park=account.park["name_zh"], year=shown), style="green")
    if held:
        output.warn(output.text("forms_held"))
    elif verdict == "undecided":
        output.warn(output.text("forms_undecided"))
