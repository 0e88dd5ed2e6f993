"""What a publication does not count, and how to see it: the end of `run` and `demo`.

Only the publication knows: whether a row has a meter, a park and a validity is judged after landing.
"""

import shlex
from typing import TYPE_CHECKING, Any

from pipelines.commands import chinese
from pipelines.commands.output import Output
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

_QUERIES = {
    "quarantined": "select file_name, line, reason, sentence, raw from quality.quarantine",
    "refused": "select delivery, file_name, refused_reason from quality.file_ledger where refused_reason is not null",
    "corrections": "select * from quality.corrections",
}
"""What to ask for the rows behind each count."""


def totals(con: "duckdb.DuckDBPyConnection") -> dict[str, Any]:
    """Files, rows read, loaded, duplicate and quarantined, files refused, corrections; and
    ``by_reason``: the quarantined rows of each reason code with the sentence of the first, most rows first.
    """
    ledger = con.execute(
        "select count(*), coalesce(sum(rows_read), 0), coalesce(sum(rows_loaded), 0), coalesce(sum(rows_duplicate), 0),"
        " coalesce(sum(rows_quarantined), 0), count(refused_reason), (select count(*) from quality.corrections)"
        " from quality.file_ledger"
    ).fetchone()
    assert ledger is not None
    names = ("files", "read", "loaded", "duplicate", "quarantined", "refused", "corrections")
    reasons = con.execute(
        "select reason, count(*), arg_min(sentence, (file_name, line))"
        " from quality.quarantine group by 1 order by 2 desc, 1"
    ).fetchall()
    by_reason = [{"reason": code, "rows": rows, "first_sentence": sentence} for code, rows, sentence in reasons]
    return {name: int(value) for name, value in zip(names, ledger, strict=True)} | {"by_reason": by_reason}


def show(found: dict[str, Any], settings: Settings, output: Output) -> None:
    """Prints the totals, the quarantined rows by reason, and the commands that list what was set aside."""
    counts = {name: value for name, value in found.items() if name != "by_reason"}
    output.say(output.text("published_ledger", **counts))
    if found["by_reason"]:
        headings = [output.text("h_code"), output.text("h_rows"), output.text("h_sentence")]
        rows = [
            [row["reason"], f"{row['rows']:,}", chinese.sentence(row["reason"], row["first_sentence"], output.language)]
            for row in found["by_reason"]
        ]
        output.table(output.text("set_aside_title"), headings, rows)
    if queries := [query for name, query in _QUERIES.items() if found[name]]:
        output.say(output.text("see_rows"))
        for query in queries:
            output.say(f'  zcp sql "{query}" --home {shlex.quote(str(settings.home))}')
