"""The demo: generated deliveries through the whole path, and the planted faults found again in what was published."""

import time
from typing import Any

from pipelines.commands import building, chinese, formatting, landing, published, set_aside
from pipelines.commands.output import Output
from pipelines.lake import Lake
from pipelines.samples.faults import PlantedFault
from pipelines.settings import Settings

YEAR = 2026
DELIVERIES = "example-deliveries"

_QUERIES = {
    "quality.file_ledger": """
        select coalesce(refused_reason, rows_duplicate || ' duplicate')
        from quality.file_ledger
        where file_name = $file_name
            and (
                refused_reason is not null and contains(refused_reason, $text)
                or rows_duplicate >= $rows and $rows > 0
            )
    """,
    "quality.quarantine": """
        select reason || ': ' || sentence
        from quality.quarantine
        where file_name = $file_name and reason = $code and contains(raw, $text)
    """,
    "quality.corrections": """
        select count(*) || ' corrected intervals'
        from quality.corrections
        where meter_id = $text
        having count(*) >= $rows
    """,
    "certificates.exclusions": """
        select reason || ': ' || sentence from certificates.exclusions where ledger_id = $text and reason = $code
    """,
    "quality.findings": """
        select code || ': ' || sentence from quality.findings where park_id = $text and contains(code, $code)
    """,
}  # each gives the sentence that names one planted fault, or no row


def find_fault(con: Any, fault: PlantedFault, warnings: dict[str, list[str]]) -> str | None:
    """What the publication (or, for a warning, the landing) says about a planted fault; None if it says nothing."""
    if fault.table == "warnings":
        return next((said for said in warnings.get(fault.file_name, ()) if fault.text in said), None)
    statement = _QUERIES[fault.table]
    values = {"file_name": fault.file_name, "code": fault.code, "text": fault.text, "rows": fault.rows}
    used = {name: value for name, value in values.items() if f"${name}" in statement}
    row = con.execute(statement + " limit 1", used).fetchone()
    return row[0] if row else None


def demo(settings: Settings, parks: int | None, output: Output) -> None:
    """Generates, lands, runs and publishes; prints the league table, the planted faults and three next commands."""
    from pipelines.samples import generate

    started = time.monotonic()
    output.say(output.text("generated"), style="bold yellow")
    with output.progress("step_generate") as report:
        example = generate(settings.home / DELIVERIES, parks=parks, progress=report)
    output.say(
        output.text("written", folder=example.folder, deliveries=len(example.deliveries), readings=example.readings)
    )
    entries = landing.take_in(settings, example.deliveries, output)
    output.say(output.text("ledger_summary", **formatting.ledger_totals(entries)))
    result = building.build_and_publish(settings, YEAR, None, None, output)

    lake = Lake(settings.home)
    warnings = {entry["file_name"]: entry["warnings"] for entry in entries}
    with published.open_current(settings, output) as con:
        found = [(fault, find_fault(con, fault, warnings)) for fault in example.planted_faults]
        totals = set_aside.totals(con)
        if output.as_json:
            output.json(
                {
                    "generated": output.text("generated"),
                    "publication_id": result.publication_id,
                    "set_aside": totals,
                    "park_year": published.league_rows(con, YEAR),
                    "planted_faults": [_fault_record(fault, evidence, output) for fault, evidence in found],
                }
            )
        published.print_league(con, YEAR, output)
    headings = [output.text(heading) for heading in ("h_what", "h_file", "h_where", "h_evidence")]
    output.table(
        output.text("faults_title"), headings, [_fault_row(fault, evidence, output) for fault, evidence in found]
    )
    set_aside.show(totals, settings, output)
    output.say(
        output.text("published", publication_id=result.publication_id, path=lake.published / result.publication_id)
    )
    output.say(output.text("took", seconds=time.monotonic() - started))
    _print_next(settings, example.park_ids[0], output)
    output.say(output.text("generated"), style="bold yellow")


def _what(fault: PlantedFault, output: Output) -> str:
    return fault.what_zh if output.language == "zh" else fault.what_en


def _fault_row(fault: PlantedFault, evidence: str | None, output: Output) -> list[str]:
    code, _, said = (evidence or output.text("not_found")).partition(": ")
    shown = f"{code}: {chinese.sentence(code, said, output.language)}" if said else code
    return [_what(fault, output), fault.file_name, fault.table, shown]


def _fault_record(fault: PlantedFault, evidence: str | None, output: Output) -> dict[str, object]:
    return {
        "fault": _what(fault, output),
        "file_name": fault.file_name,
        "table": fault.table,
        "code": fault.code,
        "found": evidence is not None,
        "evidence": evidence,
    }


def _print_next(settings: Settings, park_id: str, output: Output) -> None:
    home = f" --home {settings.home}"
    output.say(output.text("next_title"), style="bold")
    output.say(f"  zcp show {park_id}{home}")
    output.say(
        '  zcp sql "select reason, count(*) as certificates from certificates.exclusions group by all order by all"'
        + home
    )
    output.say(f"  zcp ui{home}")
