"""The demo: generated deliveries through the whole path, and the planted faults found again in what was published."""

import time
from dataclasses import asdict
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
        where
            -- Of equal rows in two files either file may be the one whose rows stand.
            case when $file_name = '' then rows_duplicate >= $rows
            else file_name = $file_name and contains(refused_reason, $text) end
    """,
    "quality.quarantine": """
        select reason || ': ' || sentence
        from quality.quarantine
        where file_name = $file_name and reason = $code and contains(raw, $text)
    """,
    "quality.corrections": """
        select
            count(*)
            || case
                when $code = 'edit' then printf(' intervals edited by %s and %s', min(author), min(approver))
                else ' corrected intervals'
            end
        from quality.corrections
        where meter_id = $text and (author is not null) = ($code = 'edit')
        having count(*) >= $rows
    """,
    "certificates.exclusions": """
        select reason || ': ' || sentence from certificates.exclusions where ledger_id = $text and reason = $code
    """,
    "quality.findings": """
        select code || ': ' || sentence
        from quality.findings
        where $text in (park_id, meter_id) and code = $code and $month in ('', month)
    """,
    "quality.meter_month": """
        select sum(spread_mwh) || ' MWh known only as sums (spread_mwh)'
        from quality.meter_month
        where meter_id = $text
        having sum(spread_mwh) > 0
    """,
}  # each gives the sentence that names one planted fault, or no row


def find_fault(con: Any, fault: PlantedFault, warnings: dict[str, list[str]]) -> str | None:
    """What the publication (or, for a warning, the landing) says about a planted fault; None if it says nothing."""
    if fault.table == "warnings":
        return next((said for said in warnings.get(fault.file_name, ()) if fault.text in said), None)
    statement = _QUERIES[fault.table]
    used = {name: value for name, value in asdict(fault).items() if f"${name}" in statement}
    row = con.execute(statement + " limit 1", used).fetchone()
    return row[0] if row else None


def demo(settings: Settings, parks: int | None, output: Output) -> None:
    """Generates, lands, runs and publishes; prints the league table, the planted faults and the next commands."""
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
        published.print_league(published.league_rows(con, YEAR), YEAR, output)
    headings = [output.text(heading) for heading in ("h_what", "h_file", "h_where", "h_evidence")]
    output.table(
        output.text("faults_title"), headings, [_fault_row(fault, evidence, output) for fault, evidence in found]
    )
    set_aside.show(totals, settings, output)
    output.say(
        output.text("published", publication_id=result.publication_id, path=lake.published / result.publication_id)
    )
    output.say(output.text("took", seconds=time.monotonic() - started))
    output.say(output.text("next_title"), style="bold")
    for what, command in next_commands(settings, example.park_ids[0], output):
        output.say(f"  {what}\n    {command}")
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


def next_commands(settings: Settings, park_id: str, output: Output) -> list[tuple[str, str]]:
    """What a reader may look at after the demo: a sentence in the output's language, and the command."""
    home = f"--home {settings.home}"
    query = "select reason, count(*) as certificates from certificates.exclusions group by all order by all"
    return [
        (output.text("next_show"), f"zcp show {park_id} {home}"),
        (output.text("next_quality"), f"zcp quality {home}"),
        (output.text("next_quality_park"), f"zcp quality {park_id} {home}"),
        (output.text("next_report"), f"zcp report --out {settings.home}/pages {home}"),
        (output.text("next_sql"), f'zcp sql "{query}" {home}'),
        (output.text("next_ui"), f"zcp ui {home}"),
    ]
