"""The statement command: an enterprise's electricity of a year, for the buyers of its products.

Everything is read from one publication; the figures are made by ``metrics.enterprise_year``. How it is printed and
written to a file is here, the method is not.
"""

import csv
import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.commands import formatting
from pipelines.commands.output import Output, plain
from pipelines.commands.published import chosen_id, find_year, note_generated, open_current, query_rows
from pipelines.errors import UserError
from pipelines.lake import atomic_path
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

ELECTRICITY = (
    "use_mwh", "direct_share_mwh", "uncounted_green_mwh", "grid_offtake_mwh", "green_trade_mwh", "gec_counted_mwh",
    "residual_grid_mwh",
)  # fmt: skip
"""Columns of ``metrics.enterprise_year`` that a statement shows in MWh."""
UNITS = {
    **dict.fromkeys(ELECTRICITY, "MWh"),
    "hourly_green_share": "1",
    "market_based_tco2": "tCO2",
    "location_based_tco2": "tCO2",
    "market_based_tco2_per_mwh": "tCO2/MWh",
    "location_based_tco2_per_mwh": "tCO2/MWh",
    "residual_factor_tco2_per_mwh": "tCO2/MWh",
    "location_factor_tco2_per_mwh": "tCO2/MWh",
}
"""The figures of a statement with their units, in the order of a file."""
ROUNDING_MWH = 0.001
"""What the whole Wh of shares may be off; it is not told."""
CSV_COLUMNS = (
    "park_id", "section", "item", "value", "unit", "kind", "project_code", "generation_month", "serial_from",
    "serial_to",
)  # fmt: skip

FIGURES = """
    with factors as (
        select
            park_id,
            year,
            any_value(value) filter (where factor = 'residual_electricity_factor') as residual_factor_tco2_per_mwh,
            any_value(value) filter (where term = 'location_based_tco2') as location_factor_tco2_per_mwh
        from evidence.factors_used
        group by all
    ),
    rest as (
        select park_id, year, sum(energy_mwh) as not_assigned_mwh
        from metrics.electricity_not_assigned
        where item = 'grid_draw'
        group by all
    )
    select
        e.*, f.* exclude (park_id, year), r.not_assigned_mwh, b.not_recognised_mwh, m.spread_share, p.name_zh,
        p.name_en, y.overall_verdict, y.reasons
    from metrics.enterprise_year as e
    join metrics.park_year as y using (park_id, year)
    left join factors as f using (park_id, year)
    left join rest as r using (park_id, year)
    left join (
        select enterprise_id, year, sum(not_recognised_mwh) as not_recognised_mwh
        from certificates.line_balance
        group by all
    ) as b on e.enterprise_id = b.enterprise_id and e.year = b.year
    left join metrics.matching as m on e.park_id = m.park_id and e.year = m.year and m.basis = 'year'
    left join reference.parks as p using (park_id)
    where e.enterprise_id = $1 and e.year = $2
    order by e.park_id
"""
"""Enterprise $1 in year $2, one row for each park it belonged to."""
RANGES = """
    select kind, project_code, generation_month, serial_from, serial_to, mwh, ledger_id
    from certificates.claimed_ranges
    where enterprise_id = $1 and year = $2 and park_id = $3
    order by kind, generation_month, project_code, serial_from
"""
EXCLUDED = """
    select reason, sum(mwh) as mwh
    from certificates.exclusions
    where enterprise_id = $1 and year = $2 and park_id = $3 and mwh > 0
    group by reason
    order by reason
"""

Row = Mapping[str, Any]


def statement(
    settings: Settings,
    enterprise: str,
    *,
    year: int | None,
    out: Path | None,
    output: Output,
    as_of: str | None = None,
) -> None:
    """Prints the statement of an enterprise, or writes it to ``out`` (``.csv`` or ``.json``).

    Raises ``UserError`` where nothing is published, for an unknown enterprise or year, or a file of another
    kind or that cannot be written.
    """
    if out is not None:
        _check_out(out, output)
    with open_current(settings, output, chosen_id(settings, output, as_of=as_of, year=year)) as con:
        check_tables(con, output)
        shown = _find_year(con, enterprise, year, output)
        is_example = note_generated(con, output)
        made = _statement(con, enterprise, shown, output) | {"is_generated_example": is_example}
    if out is not None:
        try:
            _write(made, out)
        except OSError as error:
            raise UserError(output.text("cannot_write", path=out, why=error.strerror)) from error
        output.say(output.text("statement_written", path=out), style="green")
    if output.as_json:
        output.json(made)
    elif out is None:
        for part in made["parks"]:
            _print(made, part, output)


def check_tables(con: "duckdb.DuckDBPyConnection", output: Output) -> None:
    """Raises ``UserError`` for a publication from before there were the register and the claimed ranges."""
    found = con.execute(
        "select count(*) from duckdb_tables() where schema_name = 'certificates'"
        " and table_name in ('register', 'claimed_ranges')"
    ).fetchone()
    if found != (2,):
        raise UserError(output.text("no_supply_tables"))


def _find_year(con: "duckdb.DuckDBPyConnection", enterprise: str, year: int | None, output: Output) -> int:
    """The year of the statement. Raises ``UserError`` for an enterprise that is not known, or not in that year."""
    known = con.execute("select distinct enterprise_id, year from metrics.enterprise_year order by all").fetchall()
    years = [found for name, found in known if name == enterprise]
    if not years:
        near = difflib.get_close_matches(enterprise, sorted({name for name, _ in known}), n=3, cutoff=0.5)
        hint = output.text("did_you_mean", names=", ".join(near)) if near else ""
        raise UserError(output.text("unknown_enterprise", enterprise=enterprise, hint=hint))
    wanted = find_year(con, year, output)
    if wanted not in years:
        told = ", ".join(map(str, years))
        raise UserError(output.text("enterprise_other_year", enterprise=enterprise, year=wanted, years=told))
    return wanted


def _statement(con: "duckdb.DuckDBPyConnection", enterprise: str, year: int, output: Output) -> dict[str, Any]:
    """The statement as JSON has it: one part for each park to which the enterprise belonged."""
    rows = query_rows(con, FIGURES, [enterprise, year])
    parts = []
    for row in rows:
        key: list[object] = [enterprise, year, row["park_id"]]
        excluded = query_rows(con, EXCLUDED, key)
        parts.append(
            {name: row[name] for name in ("park_id", "name_zh", "name_en", "offtake_case", "matching_minutes")}
            | {"figures": _figures(row)}
            | {"certificates": query_rows(con, RANGES, key), "excluded": excluded}
            | {"not_covered": [_sentence(code, values, output) for code, values in not_covered(row, excluded)]}
        )
    stamp = {name: rows[0][name] for name in ("publication_id", "method_version", "factor_release")}
    return {"enterprise_id": enterprise, "year": year} | stamp | {"parks": parts}


def use_is_known(row: Row) -> bool:
    """Whether the enterprise's use is metered; its draw may be without it."""
    return bool(row["use_mwh"]) or row["offtake_case"] in ("single", "share")


def _figures(row: Row) -> dict[str, Any]:
    """The figures of a statement, ``UNITS`` in this order; None where the meters do not tell."""
    values = dict(row)
    if not use_is_known(row):
        values |= {"use_mwh": None, "direct_share_mwh": None}
    for kind in ("market_based", "location_based"):
        emitted, use = row[f"{kind}_tco2"], values["use_mwh"]
        values[f"{kind}_tco2_per_mwh"] = None if emitted is None or not use else float(emitted / use)
    return {name: values[name] for name in UNITS}


def not_covered(row: Row, excluded: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the statement says nothing about, as codes of texts with their values."""
    yield "only_electricity", {}
    if row["green_trade_mwh"] + row["gec_counted_mwh"] > 0:
        yield "no_hour", {}
    if not use_is_known(row):
        yield "use_unknown", {}
    elif (row["matching_minutes"] or 0) > 60:
        yield "interval_too_long", {"minutes": row["matching_minutes"]}
    if row["spread_share"]:
        yield "spread", {"share": formatting.percent(row["spread_share"])}
    supplied = row["grid_offtake_mwh"] + row["direct_share_mwh"]
    if row["offtake_case"] == "share" and abs(supplied - row["use_mwh"]) > ROUNDING_MWH:
        yield "draw_shared", {"mwh": formatting.number(supplied)}
    if row["offtake_case"] == "none":
        yield "draw_unknown", {}
    if surplus := row["green_trade_surplus_mwh"] + row["gec_surplus_mwh"]:
        yield "surplus", {"mwh": formatting.number(surplus)}
    if row["not_recognised_mwh"]:
        yield "not_recognised", {"mwh": formatting.number(row["not_recognised_mwh"])}
    if excluded:
        reasons = ", ".join(f"{part['reason']} {formatting.number(part['mwh'], 0)}" for part in excluded)
        yield "excluded", {"mwh": formatting.number(sum(part["mwh"] for part in excluded), 0), "reasons": reasons}
    if row["not_assigned_mwh"]:
        yield "not_assigned", {"mwh": formatting.number(row["not_assigned_mwh"])}
    if row["overall_verdict"] == "undecided":
        yield "provisional", {"reasons": formatting.cell(row["reasons"])}


def _sentence(code: str, values: dict[str, Any], output: Output) -> dict[str, str]:
    return {"code": code, "sentence": output.text(f"nc_{code}", **values)}


def _print(made: Row, part: Row, output: Output) -> None:
    figures, park = part["figures"], formatting.park_name(part, output.language)
    names = {"enterprise": made["enterprise_id"], "park": park, "year": made["year"]}
    output.say(output.text("statement_title", **names), style="bold")
    rows = [[output.text(f"st_{name}"), formatting.number(figures[name])] for name in ELECTRICITY]
    rows.insert(3, [output.text("st_hourly_green_share"), formatting.percent(figures["hourly_green_share"])])
    output.table(output.text("s_st_electricity"), ["", output.text("h_value")], rows)
    emissions = [
        [
            output.text(f"st_{kind}_based_tco2"),
            formatting.number(figures[f"{kind}_based_tco2"]),
            formatting.number(figures[f"{kind}_based_tco2_per_mwh"], 4),
            output.text(f"st_{factor}_factor"),
            formatting.number(figures[f"{factor}_factor_tco2_per_mwh"], 4),
        ]
        for kind, factor in (("market", "residual"), ("location", "location"))
    ]
    headings = ["", output.text("h_tco2"), output.text("h_per_mwh"), "", output.text("h_per_mwh")]
    output.table(output.text("s_st_emissions"), headings, emissions)
    ranges = [
        [
            output.text(f"kind_{row['kind']}"),
            row["project_code"],
            row["generation_month"],
            f"{row['serial_from']}-{row['serial_to']}",
            formatting.number(row["mwh"], 0),
            row["ledger_id"],
        ]
        for row in part["certificates"]
    ]
    headings = [output.text(f"h_{name}") for name in ("kind", "project", "generation", "serials", "mwh", "ledger")]
    output.table(output.text("s_st_ranges"), headings, ranges)
    output.say(output.text("s_st_not_covered"), style="bold")
    for told in part["not_covered"]:
        output.say(f"  {told['sentence']}")
    stamp = {name: made[name] for name in ("publication_id", "method_version")}
    output.say(output.text("statement_source", **stamp), style="dim")


def _check_out(out: Path, output: Output) -> None:
    """Raises ``UserError`` for a file name of another kind, or in a folder that is not there."""
    if out.suffix.lower() not in (".csv", ".json"):
        raise UserError(output.text("bad_out", path=out))
    if not out.parent.is_dir():
        raise UserError(output.text("no_such_path", path=out.parent))


def _write(made: Row, out: Path) -> None:
    with atomic_path(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        if out.suffix.lower() == ".json":
            stream.write(json.dumps(made, ensure_ascii=False, indent=1, default=plain) + "\n")
            return
        writer = csv.DictWriter(stream, CSV_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(_csv_rows(made))


def _csv_rows(made: Row) -> Iterator[dict[str, Any]]:
    """The statement as lines: what it is, figures, certificate ranges, what is not covered."""
    for name in ("enterprise_id", "year", "publication_id", "method_version", "factor_release", "is_generated_example"):
        yield {"section": "statement", "item": name, "value": made[name]}
    for part in made["parks"]:
        park = {"park_id": part["park_id"]}
        for name, unit in UNITS.items():
            yield park | {"section": "figure", "item": name, "value": part["figures"][name], "unit": unit}
        for row in part["certificates"]:
            told = {name: row[name] for name in CSV_COLUMNS[5:]}
            yield park | {"section": "certificate", "item": row["ledger_id"], "value": row["mwh"], "unit": "MWh"} | told
        for row in part["not_covered"]:
            yield park | {"section": "not_covered", "item": row["code"], "value": row["sentence"]}
