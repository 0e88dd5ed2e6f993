"""What the page of one park shows: published rows grouped and worded for the template. Nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.commands import chinese
from pipelines.publish.checks import SqlCheck, load_checks
from pipelines.reports import charts, intensity_chart, missing, year_charts
from pipelines.reports.amounts import INTENSITY_DIGITS, as_decimal, deciding_digits, percent, shown
from pipelines.reports.drawing import Figure, Words, words
from pipelines.reports.reading import Published
from pipelines.reports.texts import TEXTS

Row = Mapping[str, Any]

MOST_FINDINGS = 40
"""Cases of one code that a page lists; the rest is counted."""
LONGEST_DRAWN_MINUTES = 60
"""Longest interval of a balance that shows hours."""
_RESULT = ("usable", "counted", "surplus")
_PROJECT_BOUNDS = ("self_use_of_generation_min", "self_use_of_consumption_min", "export_of_generation_max")


@dataclass(frozen=True)
class Stale:
    """Why a park's new figures are held back; ``publication_id`` is the one that its last good figures are of.

    ``reasons``: check_name, and in both languages what must hold (``said``) and what to do (``remedy``, may be empty).
    """

    publication_id: str | None
    reasons: Sequence[Row]


def stale(publication_id: str | None, held: Sequence[Row]) -> Stale:
    """From rows of quality.held_parks; in the Chinese words of the check, in English where it has none."""
    checks = {f"sql.{check.name}": check for check in load_checks()}
    return Stale(publication_id, [_held(row, checks.get(row["check_name"])) for row in held])


def _held(row: Row, check: SqlCheck | None) -> Row:
    sentence, remedy = row["sentence"] or "", row["remedy"] or ""
    return {
        "check_name": row["check_name"],
        "said": words((check and check.description_zh) or sentence, sentence),
        "remedy": words((check and check.remedy_zh) or remedy, remedy) if remedy else None,
    }


def names(row: Row) -> Words:
    """The park's name in both languages; the one there is, or the id, where one is missing."""
    either = row.get("name_zh") or row.get("name_en") or row["park_id"]
    return words(row.get("name_zh") or either, row.get("name_en") or either)


def page(published: Published, park_id: str, stale: Stale | None) -> tuple[dict[str, Any], dict[str, Figure]]:
    """The template's values for a park, and its charts by name (only those that there is something to draw of)."""
    row = published.parks[park_id]
    outlook = next(iter(published.of("outlook", park_id)), None)
    minimum = published.params.get("direct_supply_share_min")
    sensitivity = published.of("sensitivity", park_id)
    days = published.days(park_id)
    minutes = max((day["balance_minutes"] for day in days), default=0)
    heat = year_charts.hours(days, published.year) if minutes <= LONGEST_DRAWN_MINUTES else None
    drawn = {
        "intensity": intensity_chart.intensity(row),
        "emissions": charts.emissions(row),
        "supply": charts.supply(row),
        "months": year_charts.months(published.of("months", park_id), row["limit_tco2_per_tce"]),
        "load": heat[0] if heat else None,
        "green": heat[1] if heat else None,
        "quality": year_charts.quality(published.of("quality", park_id)),
        "sensitivity": intensity_chart.sensitivity(sensitivity, row, [_case_label(found) for found in sensitivity]),
    }
    context = {
        "park": row,
        "names": names(row),
        "stale": stale,
        "verdicts": _verdicts(row, minimum),
        "intensity_digits": _intensity_digits(row),
        "reasons": missing.reasons(row, published.of("findings", park_id), outlook, published.params),
        "terms": _terms(row, published.of("leaves", park_id)),
        "parts": charts.supply_parts(row),
        "projects": published.of("projects", park_id),
        "bounds": {name: percent(published.params.get(name), 0) for name in _PROJECT_BOUNDS},
        "months": _months(published.of("months", park_id)),
        "minutes": minutes,
        "matching": sorted(published.of("matching", park_id), key=lambda found: _BASES.index(found["basis"])),
        "position": _position(published.of("position", park_id)),
        "claimed": published.of("claimed", park_id),
        "exclusions": [_exclusion(found) for found in published.of("exclusions", park_id)],
        "quality": published.of("quality", park_id),
        "methods": (year_charts.MEASURED, *year_charts.ESTIMATES),
        "findings": findings(published.of("findings", park_id)),
        "sensitivity": [{**found, "label": _case_label(found)} for found in sensitivity],
        "factors": published.of("factors", park_id),
        "files": published.of("files", park_id),
    }
    return context, {name: chart for name, chart in drawn.items() if chart}


_BASES = ("quarter_hour", "hour", "month", "year")


def _intensity_digits(row: Row) -> int:
    return deciding_digits(row["intensity_tco2_per_tce"], row["limit_tco2_per_tce"], INTENSITY_DIGITS)


def _verdicts(row: Row, minimum: Any) -> list[dict[str, Any]]:
    """The three verdicts with what was compared, enough digits to see which side the value is on."""
    share = row["direct_supply_share"]
    percent_digits = 1
    if share is not None and minimum is not None:
        percent_digits = deciding_digits(as_decimal(share) * 100, minimum * 100, 1)
    return [
        {"name": "overall_verdict", "value": row["overall_verdict"]},
        {"name": "core_verdict", "value": row["core_verdict"]},
        {
            "name": "direct_supply_verdict",
            "value": row["direct_supply_verdict"],
            "share": share,
            "minimum": minimum,
            "digits": percent_digits,
        },
    ]


def _terms(row: Row, leaves: Sequence[Row]) -> list[dict[str, Any]]:
    """Emissions by term with the share of the total and how many rows of documents or computed leaves they rest on."""
    total = row["total_tco2"]
    rows = []
    for term, label in charts.EMISSION_TERMS:
        value = row[term]
        count = sum(found["leaves"] for found in leaves if found["term"] == term)
        share = value / total if total and value is not None else None
        rows.append({"name": term, "label": label, "value": value, "share": share, "leaves": count})
    return rows


def _months(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The months with the intensity of the year up to each."""
    so_far = {row["month"]: row["intensity_tco2_per_tce"] for row in rows if row["window_kind"] == "year_to_date"}
    return [{**row, "so_far": so_far.get(row["month"])} for row in rows if row["window_kind"] == "month"]


def _value(code: str) -> Words:
    """A status or code in words; the code itself where it has no Chinese."""
    spelled = code.replace("_", " ")
    return words(chinese.value(code, "zh"), spelled)


def _position(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Certificates by status: what came of them first, then why others do not count; ``share`` of the largest."""
    largest = max((row["mwh"] for row in rows), default=0)
    placed = sorted(
        rows,
        key=lambda row: (_RESULT.index(row["status"]) if row["status"] in _RESULT else len(_RESULT), row["status"]),
    )
    return [
        {
            **row,
            "label": _value(row["status"]) if row["status"] in _RESULT else _status(row["status"]),
            "width": float(row["mwh"] / largest) if largest else 0.0,
            "result": row["status"] in _RESULT,
        }
        for row in placed
    ]


def _status(status: str) -> Words:
    """An exclusion's status in words: what the reason of that name says, else the status."""
    worded = _value(status)
    said = chinese.standard_sentence(status, "zh").rstrip("。")
    return words(worded["zh"] if worded["zh"] != status else said or status, worded["en"])


def _exclusion(row: Row) -> dict[str, Any]:
    english = row["sentence"] if row["lines"] == 1 else f"For instance: {row['sentence']}"
    return {**row, "said": words(chinese.standard_sentence(row["reason"], "zh") or row["sentence"], english)}


def findings(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Findings by severity and code: severity, code, sentence, count, cases (place and words), more."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["severity"], row["code"]), []).append(row)
    return [_group(severity, code, found) for (severity, code), found in groups.items()]


def _group(severity: str, code: str, found: Sequence[Row]) -> dict[str, Any]:
    first = found[0]
    said = words(
        chinese.standard_sentence(code, "zh") or first["sentence"] or code,
        chinese.standard_sentence(code, "en") or first["sentence"] or code,
    )
    return {
        "severity": severity,
        "code": code,
        "said": said,
        "count": len(found),
        "cases": [_case(row, said) for row in found[:MOST_FINDINGS]],
        "more": max(len(found) - MOST_FINDINGS, 0),
    }


def _case(row: Row, standard: Words) -> dict[str, Any]:
    """Where a finding is (month, meter) and what it says beyond the sentence of its code."""
    sentence = row["sentence"] or standard["en"]
    zh = chinese.sentence(row["code"], sentence, "zh", row["evidence"])
    place = " · ".join(str(row[name]) for name in ("month", "meter_id") if row[name])
    said = words(
        zh.removeprefix(standard["zh"]).removeprefix("（").removesuffix("）").strip(),
        sentence.removeprefix(standard["en"]).strip(),
    )
    return {"place": place, "said": said, "told": bool(place or said["zh"] or said["en"])}


_FLAGS = {0: words("否", "no"), 1: words("是", "yes")}


def _case_label(row: Row) -> Words:
    """A parameter and its value, as a label of the sensitivity chart and table."""
    name = TEXTS.get(row["parameter"], words(row["parameter"], row["parameter"]))
    value = row["value"]
    if row["parameter"] == "feedstock_in_energy" and int(value) in _FLAGS:
        flag = _FLAGS[int(value)]
        return words(f"{name['zh']}：{flag['zh']}", f"{name['en']}: {flag['en']}")
    text = shown(value, 9).rstrip("0").rstrip(".")
    return words(f"{name['zh']} {text}", f"{name['en']} {text}")
