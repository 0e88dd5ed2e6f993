"""Values and published rows as cells of a table. Pure: nothing is read and nothing printed here."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.text import Text

from pipelines.commands import chinese
from pipelines.texts import Language, text

NOTHING = "–"
VERDICT_STYLES = {"pass": "green", "fail": "red", "undecided": "yellow", "not_applicable": "dim"}

LEAGUE_HEADINGS = (
    "h_park", "h_intensity", "h_ratio", "h_reduction", "h_limit", "h_direct", "h_verdict", "h_reasons",
)  # fmt: skip
NARROW_LEAGUE = 7
"""Columns of the league table that fit a narrow terminal."""
LEDGER_HEADINGS = (
    "h_file", "h_delivery", "h_table", "h_read", "h_loaded", "h_duplicate", "h_quarantined", "h_refused",
)  # fmt: skip
QUARANTINE_HEADINGS = ("h_file", "h_line", "h_code", "h_sentence")
SECTIONS: dict[str, tuple[str, ...]] = {
    "s_electricity": (
        "electricity_use_mwh", "grid_import_mwh", "grid_export_mwh", "direct_supply_mwh", "onsite_nonfossil_mwh",
        "uncounted_green_mwh", "own_fossil_generation_mwh", "green_trade_mwh", "gec_mwh", "residual_grid_mwh",
        "curtailed_mwh", "storage_loss_mwh",
    ),
    "s_emissions": (
        "fuel_tco2", "conversion_tco2", "electricity_tco2", "heat_tco2", "process_tco2", "total_tco2",
        "location_based_tco2",
    ),
    "s_shares": (
        "energy_tce", "energy_calorific_tce", "size_class", "intensity_tco2_per_tce", "baseline_average_tco2_per_tce",
        "baseline_base_year_tco2_per_tce", "ratio_to_average", "reduction_from_base_year", "direct_supply_share",
        "direct_line_share", "green_share", "nonfossil_energy_share", "coverage",
    ),
}  # fmt: skip


def number(value: object, decimals: int = 3) -> str:
    """A number with thousands separators, or a dash for none."""
    if value is None:
        return NOTHING
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return f"{value:,.{decimals}f}"
    return str(value)


def cell(value: object) -> str:
    """A value of a query's result as text."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return NOTHING if value is None else str(value)


def percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1%}"


def verdict(value: str | None, language: Language, *, stale: bool = False) -> Text:
    """A verdict in the reader's language, coloured; ``stale`` is one of an earlier publication."""
    if value is None:
        return Text(NOTHING)
    if stale:
        return Text(text("stale_verdict", language, verdict=text(value, language)), style="dim")
    return Text(text(value, language), style=VERDICT_STYLES[value])


def park_name(row: Mapping[str, Any], language: Language) -> str:
    """The park's name in the reader's language where the publication has it, else its id."""
    return str(row.get(f"name_{language}") or row.get("name_zh") or row["park_id"])


def league_row(row: Mapping[str, Any], language: Language) -> list[str | Text]:
    """One row of ``metrics.park_year`` with the park's names as a row of the league table."""
    return [
        park_name(row, language),
        number(row["intensity_tco2_per_tce"], 4),
        number(row["ratio_to_average"], 3),
        percent(row["reduction_from_base_year"]),
        number(row["limit_tco2_per_tce"], 1),
        percent(row["direct_supply_share"]),
        verdict(row["overall_verdict"], language, stale=row.get("stale", False)),
        "\n".join(
            chinese.standard_sentence(code, language) or code if language == "zh" else code
            for code in row["reasons"] or ()
        ),
    ]


def ledger_row(entry: Mapping[str, Any]) -> list[str]:
    """One ledger entry as a row."""
    return [
        str(entry["file_name"]),
        str(entry["delivery"]),
        str(entry["table"] or NOTHING),
        *(number(entry[f"rows_{what}"], 0) for what in ("read", "loaded", "duplicate", "quarantined")),
        str(entry["refused_reason"] or ""),
    ]


def file_label(entry: Mapping[str, Any]) -> str:
    """The file with its delivery; a file that came by itself is its own delivery."""
    name, delivery = str(entry["file_name"]), str(entry["delivery"])
    return name if delivery == name else f"{delivery}/{name}"


def quarantined_rows(entry: Mapping[str, Any], language: Language) -> list[list[str]]:
    """The quarantined rows that a ledger entry brings along, as rows."""
    name = file_label(entry)
    return [
        [name, cell(row["line"]), row["reason"], chinese.sentence(row["reason"], row["sentence"], language)]
        for row in entry["quarantined"]
    ]


def ledger_totals(entries: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Sums over ledger entries for the summary sentence."""
    totals = {
        what: sum(entry[f"rows_{what}"] for entry in entries) for what in ("read", "loaded", "duplicate", "quarantined")
    }
    return totals | {"files": len(entries), "refused": sum(1 for entry in entries if entry["refused_reason"])}


def margin_rows(row: Mapping[str, Any], minimum_share: float, language: Language) -> list[list[str | Text]]:
    """Verdicts with value, limit and the distance between them; a positive margin is on the good side."""
    intensity, limit = row["intensity_tco2_per_tce"], row["limit_tco2_per_tce"]
    share = row["direct_supply_share"]
    core_margin = None if intensity is None or limit is None else limit - intensity
    share_margin = None if share is None else share - minimum_share
    return [
        [text("h_core", language), number(intensity, 4), f"≤ {number(limit, 1)}", number(core_margin, 4),
         verdict(row["core_verdict"], language)],
        [text("h_direct_verdict", language), percent(share), f"≥ {percent(minimum_share)}", percent(share_margin),
         verdict(row["direct_supply_verdict"], language)],
        [text("h_verdict", language), "", "", "", verdict(row["overall_verdict"], language)],
    ]  # fmt: skip


def grouped(rows: Sequence[Mapping[str, Any]], *keys: str) -> list[list[Mapping[str, Any]]]:
    """Rows with the same values of ``keys`` together, in the order in which each group first comes."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return list(groups.values())


def finding_rows(findings: Sequence[Mapping[str, Any]], language: Language) -> list[list[str]]:
    """Findings, one row for each code, with the first sentence and how many there are."""
    return [
        [
            chinese.value(group[0]["severity"], language),
            group[0]["code"],
            str(len(group)),
            chinese.sentence(group[0]["code"], group[0]["sentence"], language, group[0]["evidence"]),
        ]
        for group in grouped(findings, "severity", "code")
    ]


def exclusion_rows(exclusions: Sequence[Mapping[str, Any]], language: Language) -> list[list[str]]:
    """Ledger lines that do not count, one row for each reason, with their sum and the first sentence."""
    return [
        [
            group[0]["reason"],
            str(len(group)),
            number(sum(row["mwh"] for row in group), 0),
            f"{group[0]['ledger_id']}: {chinese.sentence(group[0]['reason'], group[0]['sentence'], language)}",
        ]
        for group in grouped(exclusions, "reason")
    ]


def held_rows(held: Sequence[Mapping[str, Any]], language: Language) -> list[list[str]]:
    """Rows of ``quality.held_parks``: check, rows, what must hold and what to do, in the reader's language."""
    from pipelines.publish.checks import load_checks

    checks = {f"sql.{check.name}": check for check in load_checks()} if language == "zh" else {}
    rows = []
    for row in held:
        check = checks.get(row["check_name"])
        words = f"{check.description_zh} {check.remedy_zh}" if check else f"{row['sentence']} {row['remedy']}"
        rows.append([row["check_name"], number(row["offending_rows"], 0), words])
    return rows


def section_rows(row: Mapping[str, Any], names: Sequence[str], language: Language) -> list[list[str]]:
    """Published columns as rows of name and value; shares and ratios with four decimals, amounts with three."""
    return [
        [chinese.column(name, language), number(row[name], 4 if isinstance(row[name], float) else 3)] for name in names
    ]
