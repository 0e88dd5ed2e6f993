"""Made-up model outputs for the tests of publishing: two parks that keep every rule, written as the models would."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import load
from pipelines.lake import Lake, fingerprint, sha256_file, write_json
from pipelines.model_runner import output_path, pointer_path
from pipelines.publish.candidate import qualified
from pipelines.publish.manifest import STAMP
from pipelines.reference_tables import identifier
from pipelines.resources import SQL
from pipelines.settings import Settings

YEAR = 2026
FILE = "0123456789abcdef"

Rows = dict[str, list[dict[str, Any]]]
Change = Callable[[Rows], object]


def park_year(park_id: str, **changes: Any) -> dict[str, Any]:
    """A park that uses 100 MWh: 60 from the grid (10 traded, 20 certificates, 30 residual), 40 over a direct line."""
    row: dict[str, Any] = {
        "park_id": park_id,
        "year": YEAR,
        "electricity_use_mwh": 100,
        "grid_import_mwh": 60,
        "direct_supply_mwh": 40,
        "direct_green_mwh": 40,
        "green_trade_mwh": 10,
        "gec_mwh": 20,
        "residual_grid_mwh": 30,
        "fuel_tco2": "1.000001",
        "electricity_tco2": "24.975000",
        "total_tco2": "25.975001",
        "energy_tce": "200000.000000",
        "intensity_tco2_per_tce": 25.975001 / 200000,
        "intensity_low": 25.975001 / 200000 - 0.00005,
        "intensity_high": 25.975001 / 200000 + 0.00005,
        "limit_tco2_per_tce": 0.2,
        "margin_tco2_per_tce": 0.2 - 25.975001 / 200000,
        "size_class": "standard",
        "direct_supply_share": 0.4,
        "coverage": 1.0,
        "estimated_share": 0.0,
        "core_verdict": "pass",
        "direct_supply_verdict": "fail",
        "overall_verdict": "fail",
        "reasons": ["direct_supply_below_minimum"],
    }
    zero = (
        "grid_export",
        "fossil_export",
        "onsite_nonfossil",
        "uncounted_green",
        "own_fossil_generation",
        "storage_loss",
    )
    row |= {f"{name}_mwh": 0 for name in zero}
    return row | {f"{name}_tco2": 0 for name in ("conversion", "heat", "process", "bunker")} | changes


def contribution(park_id: str, term: str, kind: str, source: str, **amounts: Any) -> dict[str, Any]:
    row = {"park_id": park_id, "year": YEAR, "term": term, "source_kind": kind, "source_id": source, "file_id": FILE}
    return row | amounts


def _evidence(park_id: str, serial: int) -> list[dict[str, Any]]:
    certificates = f"{park_id}-c1:CODE/{YEAR}-03/{serial}-{serial + 19}"
    traded = f"{park_id}-t1:CODE/{YEAR}-03/{serial + 30}-{serial + 39}"
    return [
        contribution(park_id, "electricity_use_mwh", "meter", f"{park_id}-m", energy_mwh=60),
        contribution(park_id, "electricity_use_mwh", "meter", f"{park_id}-d", energy_mwh=40),
        contribution(park_id, "grid_import_mwh", "meter", f"{park_id}-m", energy_mwh=60),
        contribution(park_id, "direct_supply_mwh", "computed", "project:line-1", energy_mwh=40),
        contribution(park_id, "direct_green_mwh", "computed", "direct_supply_mwh", energy_mwh=40),
        contribution(park_id, "green_trade_mwh", "certificate", traded, energy_mwh=10),
        contribution(park_id, "residual_grid_mwh", "computed", "grid_import", energy_mwh=60),
        contribution(park_id, "residual_grid_mwh", "computed", "green_trade", energy_mwh=-10),
        contribution(park_id, "residual_grid_mwh", "computed", "gec", energy_mwh=-20),
        contribution(park_id, "total_tco2", "computed", "fuel_tco2", emission_tco2="1.000001"),
        contribution(park_id, "total_tco2", "computed", "electricity_tco2", emission_tco2="24.975000"),
        contribution(park_id, "fuel_tco2", "document", f"{FILE}:2", emission_tco2="0.400001"),
        contribution(park_id, "fuel_tco2", "document", f"{FILE}:3", emission_tco2="0.600000"),
        contribution(park_id, "electricity_tco2", "computed", "residual_grid", emission_tco2="24.975000"),
        contribution(park_id, "energy_tce", "computed", "electricity", energy_tce="200000.000000"),
        contribution(park_id, "gec_mwh", "certificate", certificates, energy_mwh=20),
    ]


def _conservation(park_id: str) -> dict[str, Any]:
    """December as the year: of 42 MWh sent by the line 40 arrive; 95 of the 100 used are metered."""
    row = {"park_id": park_id, "month": f"{YEAR}-12", "year": YEAR, "import_mwh": 60, "line_sent_mwh": 42}
    row |= {f"{name}_mwh": 0 for name in ("generation", "discharge", "missing", "charge", "export", "shared_onsite")}
    row |= {"metered_use_mwh": 95, "unmetered_mwh": 5, "line_loss_mwh": 2, "shared_direct_mwh": 40}
    row |= {"shared_green_mwh": 38, "unshared_mwh": 2}
    return row | {"intervals_checked": 2976, "intervals_unbalanced": 0, "largest_imbalance_wh": 0}


def _enterprise(park_id: str) -> dict[str, Any]:
    row = {"enterprise_id": f"{park_id}-e", "park_id": park_id, "year": YEAR, "grid_offtake_mwh": 60}
    row |= {"green_trade_mwh": 10, "green_trade_surplus_mwh": 0, "offtake_case": "single", "use_mwh": 100}
    row |= {"direct_share_mwh": 40, "uncounted_green_mwh": 0, "matching_minutes": 15, "hourly_green_share": 0.4}
    row |= {"residual_grid_mwh": 30, "market_based_tco2": "24.975", "location_based_tco2": 36}
    return row | {"gec_usable_mwh": 25, "gec_counted_mwh": 20, "gec_surplus_mwh": 5}


def _not_assigned(park_id: str) -> list[dict[str, Any]]:
    items = ("grid_draw", "uncounted_green", "fossil_export", "rounding")
    none = {"energy_mwh": 0, "market_based_tco2": 0, "location_based_tco2": 0}
    return [{"park_id": park_id, "year": YEAR, "item": item} | none for item in items]


def _matching(park_id: str) -> list[dict[str, Any]]:
    """A load of 100 MWh beside 70 of green supply: 40 used, 10 more met within the hour, all within the month."""
    row = {"park_id": park_id, "year": YEAR, "balance_minutes": 15, "load_mwh": 100, "green_supply_mwh": 70}
    row |= {"claimed_green_mwh": 70}
    bases = {"quarter_hour": (40, 40), "hour": (50, 40), "month": (70, 60), "year": (70, 70)}
    return [
        row
        | {"basis": basis, "matched_mwh": matched, "matched_share": matched / 100}
        | {"claim_left_mwh": left, "claim_left_share": left / 70}
        for basis, (matched, left) in bases.items()
    ]


def _profile(park_id: str) -> list[dict[str, Any]]:
    row = {"park_id": park_id, "year": YEAR, "month": f"{YEAR}-12"}
    noon = {"green_supply_mwh": 70, "load_mwh": 50, "matched_mwh": 50, "surplus_mwh": 20, "deficit_mwh": 0}
    night = {"green_supply_mwh": 0, "load_mwh": 50, "matched_mwh": 0, "surplus_mwh": 0, "deficit_mwh": 50}
    return [row | {"hour_of_day": 12} | noon, row | {"hour_of_day": 0} | night]


def _day(park_id: str) -> dict[str, Any]:
    """The one day with intervals: at noon 40 of 50 MWh are green, at midnight none; the other hours are not known."""
    hours = {"load_mwh_by_hour": {0: 50, 12: 50}, "green_used_mwh_by_hour": {0: 0, 12: 40}}
    row = {"park_id": park_id, "year": YEAR, "day": f"{YEAR}-12-01", "balance_minutes": 15}
    return row | {name: [known.get(hour) for hour in range(24)] for name, known in hours.items()}


def _carriers(park_id: str) -> list[dict[str, Any]]:
    """The park's coal, its grid power with and without certificates, and its line."""
    row = {"park_id": park_id, "year": YEAR, "supply": "external", "emission_tco2": 0}
    power = {"carrier": "electricity", "use_kind": "electricity", "unit": "MWh"}
    coal = {"carrier": "bituminous", "item": "final_use", "use_kind": "fuel", "quantity": 8000, "unit": "t"}
    return [
        row | coal | {"energy_tce": 199970, "emission_tco2": "1.000001"},
        row | power | {"item": "grid_residual", "quantity": 30, "energy_tce": 9, "emission_tco2": "24.975"},
        row | power | {"item": "grid_green_trade", "quantity": 10, "energy_tce": 3},
        row | power | {"item": "grid_certificates", "quantity": 20, "energy_tce": 6},
        row | power | {"item": "direct_line", "quantity": 40, "energy_tce": 12},
    ]


def _position(park_id: str) -> list[dict[str, Any]]:
    counts = {"usable": 35, "counted": 30, "surplus": 5, "overlap": 3}
    return [{"enterprise_id": f"{park_id}-e", "year": YEAR, "status": s, "count_mwh": n} for s, n in counts.items()]


def _line_balance(park_id: str) -> list[dict[str, Any]]:
    """What the position tells, by kind of line: 25 cancelled and 3 disputed, 10 of green-power trade."""
    places = ("not_recognised", "excluded", "cancelled", "others", "held", "own_use", "not_proven")
    none = {"enterprise_id": f"{park_id}-e", "year": YEAR, "lines": 1} | {f"{place}_mwh": 0 for place in places}
    return [
        none | {"kind": "cancellation", "delivered_mwh": 28, "admitted_mwh": 25, "excluded_mwh": 3},
        none | {"kind": "green_power", "delivered_mwh": 10, "admitted_mwh": 10},
    ]


def _exclusion(park_id: str) -> dict[str, Any]:
    row = {"ledger_id": f"{park_id}-c9", "year": YEAR, "enterprise_id": f"{park_id}-e", "park_id": park_id, "mwh": 3}
    return row | {"reason": "overlap", "sentence": "Twice.", "table_name": "gec_cancellations", "file_id": FILE}


def _trajectory(park_id: str) -> list[dict[str, Any]]:
    """A row without amounts after August, and the closed year, which is that of ``park_year``."""
    row = {"park_id": park_id, "year": YEAR, "cutoff": f"{YEAR + 1}-12-31", "limit_tco2_per_tce": 0.2}
    outlook = {"core_outlook": "pass", "direct_supply_outlook": "fail", "build_end": 2030, "years_left": 4}
    return [
        row | outlook | {"month": f"{YEAR}-08", "months_closed": 8, "pattern": "year_before"},
        row | outlook | {"month": f"{YEAR}-12", "months_closed": 12, "pattern": "closed"}
        | {"total_tco2": "25.975001", "energy_tce": 200000, "intensity_tco2_per_tce": 25.975001 / 200000}
        | {"residual_grid_mwh": 30, "certificates_standing_mwh": 35, "certificates_surplus_mwh": 5}
        | {"limit_gap_mwh": -48017, "direct_supply_share": 0.4},
    ]  # fmt: skip


def _uncertainty(park_id: str) -> list[dict[str, Any]]:
    """The class of the park's meter and two estimates on it, of which the sender's widens nothing: 0.00005 together."""
    base = {"park_id": park_id, "year": YEAR, "meter_id": f"{park_id}-m", "masks": 0, "bias_mwh": 0}
    known = {"sensitivity": 0.0001, "bias_tco2_per_tce": 0.0}
    line = {"method": "linear", "basis": "pooled", "gaps": 1, "energy_mwh": 6, "half_width_mwh": "0.3"}
    meter = {"method": "accuracy_class", "basis": "class", "energy_mwh": 80, "half_width_mwh": "0.4"}
    sender = {"method": "sender_estimate", "basis": "none", "energy_mwh": 1}
    return [
        base | known | {"source_kind": "estimate", "half_width_tco2_per_tce": 0.00003} | line,
        base | known | {"source_kind": "meter_class", "half_width_tco2_per_tce": 0.00004} | meter,
        base | known | {"source_kind": "estimate"} | sender,
    ]


def _claimed(park_id: str, serial: int) -> list[dict[str, Any]]:
    row = {"park_id": park_id, "year": YEAR, "enterprise_id": f"{park_id}-e", "project_code": "CODE", "file_id": FILE}
    parts = (("cancelled", serial, 25, "c1"), ("green_power", serial + 30, 10, "t1"))
    return [
        row
        | {"kind": kind, "generation_month": f"{YEAR}-03", "serial_from": first, "serial_to": first + count - 1}
        | {"mwh": count, "ledger_id": f"{park_id}-{ledger}"}
        for kind, first, count, ledger in parts
    ]


def _register(park_id: str, serial: int) -> list[dict[str, Any]]:
    """The claimed ranges: 25 certificates bought and cancelled, 10 that came with their energy and ran out."""
    buyer = {"holder_enterprise_id": f"{park_id}-e"}
    lives = [
        (serial, 25, "issued", "03-01", "06-30", {}),
        (serial, 25, "held", "07-01", "07-31", buyer | {"trade_id": f"{park_id}-t0"}),
        (
            serial,
            25,
            "cancelled",
            "08-01",
            None,
            buyer | {"trade_id": f"{park_id}-t0", "cancellation_id": f"{park_id}-c1"},
        ),
        (serial + 30, 10, "assigned", "03-01", "12-31", buyer | {"trade_id": f"{park_id}-t1"}),
        (serial + 30, 10, "expired", None, None, buyer | {"trade_id": f"{park_id}-t1"}),
    ]
    return [
        {"project_code": "CODE", "generation_month": f"{YEAR}-03", "serial_from": first, "serial_to": first + count - 1}
        | {"mwh": count, "state": state, "valid_from": f"{YEAR}-{begin}" if begin else f"{YEAR + 1}-01-01"}
        | {"valid_to": f"{YEAR}-{end}" if end else "9999-12-31"}
        | moved
        for first, count, state, begin, end, moved in lives
    ]


def _illegal(park_id: str) -> list[dict[str, Any]]:
    """A line that may not move at all, and the part of the cancelled line that nobody had bought."""
    row = {"table_name": "gec_cancellations", "day": f"{YEAR}-08-01", "sentence": "No.", "file_id": FILE}
    return [
        row | {"ledger_id": f"{park_id}-c9", "code": "cancelled_twice", "mwh": 3, "line_mwh": 3},
        row | {"ledger_id": f"{park_id}-c1", "code": "not_bought", "mwh": 2, "line_mwh": 27},
    ]


def _quality(park_id: str) -> dict[str, list[dict[str, Any]]]:
    """December of the park's one meter: 90 measured MWh in 94 intervals, two estimated with 6 and 4, one open."""
    meter, month = f"{park_id}-m", f"{YEAR}-12"
    base = {"park_id": park_id, "month": month, "year": YEAR}
    counts = {"intervals_expected": 97, "intervals_valid": 94, "intervals_estimated": 2, "intervals_open": 1}
    amounts = {"energy_mwh": 100, "actual_mwh": 90, "linear_mwh": 6, "like_day_mwh": 4, "open_mwh": 2}
    late = {"days_late_latest": 40}
    told = ("negative", "out_of_range", "over_capacity", "solar_at_night", "register_sum")
    kinds = ("sender_estimated", "edited", "spread", "alternate", "scaled", "conservative")
    none = {f"{kind}_mwh": 0 for kind in kinds}
    here = {"meter_id": meter, "point": "grid_import", "role": "grid_import", "interval_minutes": 15}
    estimate = {**here, "park_id": park_id}
    start = f"{month}-01 0{{}}:00"
    return {
        "quality.park_month": [
            base | counts | amounts | none | late | {"days_late_mean": 188 / 94, "coverage": 94 / 97}
            | {"actual_share": 0.9, "linear_share": 0.06, "like_day_share": 0.04, "estimated_share": 0.1}
            | {f"{kind}_share": 0.0 for kind in kinds}
            | {"findings_fail": 1, "findings_warn": 0, "findings": "spike 1", "documented_share": 0.5}
            | {f"{kind}_{has}": 0 for kind in ("heat", "process") for has in ("documented", "undocumented")}
            | {"fuel_documented": 1, "fuel_undocumented": 1}
        ],
        "quality.meter_month": [
            base | here | counts | amounts | none | late | {"first_day": f"{month}-01", "due": True}
            | {"intervals_missing": 1, "intervals_no_value": 1, "intervals_spike": 1}
            | {f"intervals_{why}": 0 for why in told}
            | {"intervals_dated": 94, "late_interval_days": 188}
        ],
        "quality.estimates": [
            estimate
            | {"interval_start": start.format(1), "replaces": "missing", "method": "linear", "estimate_mwh": 6},
            estimate | {"interval_start": start.format(2), "replaces": "spike", "method": "like_day", "estimate_mwh": 4}
            | {"delivered_mwh": 999, "file_id": FILE},
            estimate | {"interval_start": start.format(3), "replaces": "no_value", "file_id": FILE},
        ],
    }  # fmt: skip


def _scores() -> list[dict[str, Any]]:
    """The scores as the model gives them: it reads no table."""
    with duckdb.connect() as con:
        found = con.execute((SQL / "quality" / "scores.sql").read_text(encoding="utf-8"))
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _formulas() -> list[dict[str, Any]]:
    """The formulas as the models give them: they read no table."""
    with duckdb.connect() as con:
        con.execute("create schema evidence")
        con.execute(f"create view evidence.rules as {(SQL / 'evidence' / 'rules.sql').read_text(encoding='utf-8')}")
        found = con.execute((SQL / "evidence" / "formulas.sql").read_text(encoding="utf-8"))
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def good_rows(parks: Iterable[str] = ("park-a", "park-b")) -> Rows:
    """Rows for every published table that pass the whole audit; columns left out are null."""
    parks = list(parks)
    ledger = {"file_id": FILE, "sha256": "ab" * 32, "file_name": "fuel_use.csv", "delivery": "first"}
    finding = {"code": "direct_supply_below_minimum", "severity": "fail", "sentence": "40 % of 50 %.", "year": YEAR}
    return {
        "metrics.park_year": [park_year(park) for park in parks],
        "metrics.park_month": [
            {"park_id": p, "year": YEAR, "month": f"{YEAR}-12", "window_kind": kind}
            | {"electricity_use_mwh": 100, "grid_import_mwh": 60, "completeness": "complete", "provisional": True}
            | {"grid_export_mwh": 0, "direct_supply_mwh": 40, "onsite_nonfossil_mwh": 0, "storage_loss_mwh": 0}
            for p in parks
            for kind in ("month", "year_to_date")
        ],
        "metrics.energy_by_carrier": [row for park in parks for row in _carriers(park)],
        "metrics.energy_conservation": [_conservation(park) for park in parks],
        "metrics.project_year": [
            {"project_id": "line-1", "year": YEAR, "park_id": parks[0], "generation_mwh": 50, "self_use_mwh": 40}
            | {"available_mwh": 50, "green_charge_mwh": 0, "green_discharge_mwh": 0, "line_loss_mwh": 2}
            | {"auxiliary_mwh": 0, "export_mwh": 8, "export_of_generation": 0.16, "uncounted_mwh": 0}
            | {"self_use_of_generation": 0.8, "self_use_of_generation_verdict": "pass"}
            | {"self_use_of_consumption_verdict": "pass", "export_of_generation_verdict": "not_applicable"}
        ],
        "metrics.enterprise_year": [_enterprise(park) for park in parks],
        "metrics.electricity_not_assigned": [row for park in parks for row in _not_assigned(park)],
        "metrics.matching": [row for park in parks for row in _matching(park)],
        "metrics.matching_profile": [row for park in parks for row in _profile(park)],
        "metrics.park_day": [_day(park) for park in parks],
        "metrics.sensitivity": [
            {"park_id": parks[0], "year": YEAR, "parameter": "feedstock_in_energy", "value": 1, "core_verdict": "pass"}
        ],
        "metrics.trajectory": [row for park in parks for row in _trajectory(park)],
        "metrics.uncertainty_sources": [row for park in parks for row in _uncertainty(park)],
        "metrics.guiding_indicators": [
            {"park_id": park, "year": YEAR, "indicator": "water_reuse", "name_zh": "工业用水重复利用率", "minimum": 0.8}
            | {"status": "no_data", "source": "no data"}
            for park in parks
        ],
        "certificates.position": [row for park in parks for row in _position(park)],
        "certificates.exclusions": [_exclusion(park) for park in parks],
        "certificates.line_balance": [row for park in parks for row in _line_balance(park)],
        "certificates.claimed_ranges": [row for n, park in enumerate(parks) for row in _claimed(park, 100 * n)],
        "certificates.register": [row for n, park in enumerate(parks) for row in _register(park, 100 * n)],
        "certificates.illegal_moves": [row for park in parks for row in _illegal(park)],
        "quality.file_ledger": [
            ledger
            | {"rows_read": 4, "rows_loaded": 2, "rows_duplicate": 1, "rows_quarantined": 1, "table_name": "fuel_use"}
        ],
        "quality.quarantine": [
            {
                "file_id": FILE,
                "file_name": "fuel_use.csv",
                "line": 5,
                "reason": "bad_number",
                "sentence": "x is no number.",
            }
        ],
        "quality.corrections": [],
        "quality.estimation_error": [],
        "quality.findings": [
            row
            for park in parks
            for row in (
                finding | {"park_id": park},
                finding | {"park_id": park, "code": "spike", "month": f"{YEAR}-12", "meter_id": f"{park}-m"},
            )
        ],
        **{
            table: [row for park in parks for row in _quality(park)[table]]
            for table in ("quality.park_month", "quality.meter_month", "quality.estimates")
        },
        "quality.scores": _scores(),
        "quality.held_parks": [],
        "evidence.factors_used": [
            {"park_id": park, "year": YEAR, "term": "electricity_tco2", "factor": "residual_electricity_factor"}
            | {"value": "0.8325", "unit": "tCO2/MWh", "source": "notice 910", "status": "prescribed"}
            for park in parks
        ],
        "evidence.formulas": _formulas(),
        "evidence.contributions": [row for n, park in enumerate(parks) for row in _evidence(park, 100 * n)],
        "reference.parks": [{"park_id": park, "name_zh": "园区", "province_zh": "江苏省"} for park in parks],
        "reference.params": [
            {name: "0.5" for name in load("outputs")["reference.params"].column_names if name not in STAMP}
            | {"year": YEAR, "electricity_coal_equivalent": "0.3"}
        ],
    }


def write_models(lake: Lake, rows: Rows, sql_types: Mapping[str, str] | None = None) -> None:
    """Writes outputs and pointers of the tables in ``rows`` as the models do; ``sql_types`` replaces columns' types."""
    with duckdb.connect() as con:
        for table in rows:
            columns = {
                c.name: (sql_types or {}).get(c.name, c.physical_type)
                for c in load("outputs")[table].columns
                if c.name not in STAMP
            }
            definition = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
            con.execute(f"create schema if not exists {table.partition('.')[0]}")
            con.execute(f"create table {qualified(table)} ({definition})")
            for row in rows[table]:
                names, marks = ", ".join(map(identifier, row)), ", ".join("?" * len(row))
                con.execute(f"insert into {qualified(table)} ({names}) values ({marks})", list(row.values()))
            write_output(con, lake, table, f"select * from {qualified(table)}")


def write_output(con: duckdb.DuckDBPyConnection, lake: Lake, table: str, query: str) -> None:
    """Makes the rows of ``query`` the current output of the model ``table``."""
    digest = fingerprint(table, con.execute(query).fetchall())
    target = output_path(lake, table, None, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"copy ({query}) to '{target}' (format parquet)")
    write_json(pointer_path(lake, table, None), {"fingerprint": digest, "sha256": sha256_file(target), "rows": 0})


def home(path: Path, *changes: Change) -> tuple[Settings, Lake]:
    """A home folder with good model outputs, each change applied to their rows."""
    rows = good_rows()
    for change in changes:
        change(rows)
    settings = Settings(home=path, duckdb_memory="512MiB", duckdb_threads=2)
    write_models(Lake(path), rows)
    return settings, Lake(path)
