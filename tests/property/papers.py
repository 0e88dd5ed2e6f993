"""Documents and certificate ledgers of a random park: fuels, heat, process, curtailment, trades, cancellations.

Ranges of one ledger never overlap: which of two claims counts is tested in the golden cases of ``certificates``.
"""

from datetime import date
from decimal import Decimal
from random import Random

from tests.property.parks import Park, Row

FUELS = {
    "anthracite": ["t", "kg"],
    "diesel": ["t", "kg"],
    "natural_gas": ["1000_m3", "10000_m3", "m3"],
    "coke_oven_gas": ["1000_m3", "m3"],
    "test_pellets": ["t", "kg"],
    "test_fuel_by_litre": ["L", "t"],
}
"""Fuels of the factor table, and two that the test's home folder adds, by the units they may come in."""

MORE_FUELS = [
    {"fuel": "test_pellets", "unit": "t", "tco2_per_unit": "1.2345", "tce_per_unit": "0.4286"},
    {
        "fuel": "test_fuel_by_litre",
        "unit": "t",
        "ncv_gj_per_unit": "43.1",
        "carbon_tc_per_gj": "0.0201",
        "oxidation_factor": "0.985",
        "density_kg_per_l": "0.8437",
    },
]
BURNT = ["final_use", "power_generation", "power_generation", "heat_supply", "recovered_energy", "feedstock", "bunker"]


def add_papers(park: Park) -> None:
    """Adds every table that is not metered."""
    if not park.clean and park.chance(0.7):
        for _ in range(park.random.choice([0, 1, 2, 4])):
            _fuel(park)
        _power_fuel(park)
        _conversion(park)
        for _ in range(park.random.choice([0, 0, 1, 3])):
            _heat(park)
        _process(park)
    _records(park)
    _own_projects(park)
    for enterprise in park.rows("enterprises"):
        if "valid_from" not in enterprise and "valid_to" not in enterprise and park.chance(0.6):
            _certificates(park, enterprise)


def _month(park: Park) -> str:
    """Mostly a month whose first day the park covers, else one whose rows are set aside."""
    inside = [month for month in park.months if date.fromisoformat(f"{month}-01") >= park.first]
    return park.random.choice(inside or park.months) if park.chance(0.95) else park.random.choice(park.months)


def _tons(park: Park, share: float) -> Decimal:
    """An amount that matters beside the electricity of the park, with digits that need rounding."""
    days = (park.last - park.first).days + 1
    most = park.typical_wh * 1440 // min(park.minutes) * days / 10**6 * 0.3 * share
    amount = Decimal(repr(park.random.random() * most)).quantize(Decimal("0.000001"))
    # The last digits tell the rows of a park apart: whether equal rows of one file count once is another matter.
    return amount + Decimal(sum(len(rows) for rows in park.tables.values())).scaleb(-9)


def _enterprise(park: Park, blank: float = 0.2) -> str | None:
    ids = [row["enterprise_id"] for row in park.rows("enterprises")]
    return park.random.choice(ids) if ids and not park.chance(blank) else None


def _fuel(park: Park) -> None:
    fuel = park.random.choice(list(FUELS))
    unit = park.random.choice(FUELS[fuel])
    small = Decimal(1000) if unit in ("kg", "L", "m3") else Decimal(1)
    park.add(
        "fuel_use",
        park_id=park.key,
        month=_month(park),
        fuel=fuel,
        activity=park.random.choice(BURNT),
        quantity=_tons(park, park.random.choice([0, 0.01, 0.1])) * small,
        unit=unit,
        enterprise_id=_enterprise(park),
        ncv_gj_per_unit=Decimal("40.1") if park.chance(0.2) else None,
        carbon_tc_per_gj=Decimal("0.0217") if park.chance(0.2) else None,
        document_id=park.random.choice([None, "d"]),
    )


def _power_fuel(park: Park) -> None:
    """Fuel of about the amount that the fossil plants need, so that too little, enough and too much occur."""
    plants = [p for p in park.rows("projects") if p["technology"] in ("coal", "gas", "oil", "waste")]
    if plants and park.chance(0.7):
        quantity = _tons(park, park.random.choice([0.2, 0.5, 1]))
        row = {"month": _month(park), "fuel": "anthracite", "activity": "power_generation", "unit": "t"}
        park.add("fuel_use", park_id=park.key, quantity=quantity, enterprise_id=_enterprise(park), **row)


def _conversion(park: Park) -> None:
    enterprise_id = _enterprise(park, 0)
    if enterprise_id is None or not park.chance(0.2):
        return
    for activity, fuel, share in (
        ("conversion_input", "washed_coal", 0.3),
        ("conversion_output", "coke", park.random.choice([0.1, 0.4])),
    ):
        row = {"month": _month(park), "fuel": fuel, "activity": activity, "unit": "t", "enterprise_id": enterprise_id}
        park.add("fuel_use", park_id=park.key, quantity=_tons(park, share), **row)


def _heat(park: Park) -> None:
    quantity, random = _tons(park, park.random.choice([0, 0.1, 1])), park.random
    form: Row = random.choice(
        [
            {"quantity_gj": quantity},
            {"quantity": quantity, "unit": "GJ"},
            {"quantity": quantity * 1000, "unit": "MJ"},
            {"quantity": quantity, "unit": "t", "enthalpy_gj_per_t": Decimal("2.7631")},
        ]
    )
    park.add(
        "heat_flows",
        park_id=park.key,
        month=_month(park),
        direction=random.choice(["in", "in", "out"]),
        kind=random.choice(["fossil", "fossil", "nonfossil", "waste_heat"]),
        factor_tco2_per_gj=random.choice([None, None, Decimal("0.0983"), Decimal(0)]),
        document_id=random.choice([None, "d"]),
        **form,
    )


def _process(park: Park) -> None:
    if park.chance(0.3):
        park.add(
            "process_outputs",
            park_id=park.key,
            month=_month(park),
            product="lime",
            quantity_t=_tons(park, park.random.choice([0, 0.05])),
            factor_tco2_per_t=Decimal("0.683123"),
            enterprise_id=_enterprise(park),
        )


def _records(park: Park) -> None:
    metered = {meter.get("project_id") for meter in park.rows("meters") if meter["point"] == "curtailment"}
    for project in park.rows("projects"):
        if project["project_id"] not in metered and park.chance(0.15):
            row = {"month": _month(park), "curtailed_mwh": park.random.randint(0, 10**7) * Decimal("0.0001")}
            park.add("curtailment", project_id=project["project_id"], **row)
    if park.chance(0.1):
        row = {"year": 2026, "quantity_t": _tons(park, 1), "retired_on": date(2026, 12, 1), "beneficiary": park.key}
        park.add("offsets", park_id=park.key, registry="r", serial="1", vintage=2026, document_id="d", **row)
    if park.chance(0.2):
        park.add("baselines", park_id=park.key, year=2025, tco2_per_tce=Decimal("1.75"), source="declared")
    if park.chance(0.15) and any(f"{park.first:%Y-%m-%d}" <= f"{month}-01" for month in park.months):
        frequency = park.random.choice(["month", "year"])
        park.add("expected_inputs", park_id=park.key, table="fuel_use", key="diesel", frequency=frequency)


def _own_projects(park: Park) -> None:
    """Own-use certificates of lines of another owner, and certificates of the park's projects in foreign hands."""
    park_mwh = max(park.typical_wh * 1440 // min(park.minutes) // 10**6, 3)
    buyers = [e["enterprise_id"] for e in park.rows("enterprises") if "valid_from" not in e and "valid_to" not in e]
    for project in park.rows("projects"):
        code = project.get("gec_project_code")
        if code is None or "valid_from" in project or "valid_to" in project:
            # Whether a certificate counts that was generated before its project belonged to the park, is not said.
            continue
        row = {"project_code": code, "technology": project["technology"]}
        first = 1
        for month in sorted({*park.months, "2026-01", "2025-01"}):
            last = first + park.random.randint(0, park_mwh)
            if project.get("same_owner") is False and buyers and park.chance(0.8):
                buyer = park.random.choice(buyers) if park.chance(0.9) else "somebody"
                late = date(2029, 1, 1) if park.chance(0.1) else date(2026, 6, 1)
                _trade(park, row, "own_use", month, (first, last), buyer, late)
            elif "same_owner" not in project and park.chance(0.4):
                channel = park.random.choice(["unbundled", "green_power", "provincial_transfer"])
                _trade(park, row, channel, month, (first, last), "somebody", date(2026, 6, 1))
                if park.chance(0.5):
                    _cancel(park, code, month, (first + 1, last + 2), "somebody", date(2026, 7, 1))
            first = last + 3


def _trade(park: Park, project: Row, channel: str, month: str, serials: tuple[int, int], buyer: str, on: date) -> Row:
    return park.add(
        "gec_trades",
        trade_id=f"{park.key}-t{len(park.rows('gec_trades'))}",
        trade_date=on,
        channel=channel,
        generation_month=month,
        serial_from=serials[0],
        serial_to=serials[1],
        buyer_enterprise_id=buyer,
        **project,
    )


def _cancel(park: Park, code: str, month: str, serials: tuple[int, int], beneficiary: str, on: date) -> None:
    park.add(
        "gec_cancellations",
        cancellation_id=f"{park.key}-c{len(park.rows('gec_cancellations'))}",
        cancelled_on=on,
        project_code=code,
        generation_month=month,
        serial_from=serials[0],
        serial_to=serials[1],
        beneficiary_enterprise_id=beneficiary,
    )


def _certificates(park: Park, enterprise: Row) -> None:
    """Trade and cancelled certificates of about the enterprise's use; one in three breaks some rule."""
    random, buyer = park.random, enterprise["enterprise_id"]
    days = (park.last - park.first).days + 1
    most = park.typical_wh * 1440 // min(park.minutes) * days // 10**6 + 2
    for number, channel in enumerate(random.choice([["unbundled"], ["green_power"], ["unbundled", "green_power"]])):
        code, month = f"{buyer}-code{number}", f"{park.random.choice(park.months)[:4]}-03"
        serials = (10, 10 + int(most * random.choice([0.02, 0.1, 0.3, 1, 1.5])))
        project: Row = {"project_code": code, "technology": "wind"}
        fault = random.choice(["", "", "", "", "year", "late", "technology", "other", "gap", "locked"])
        bought, cancelled = date(2026, 4, 1), date(2026, 8, 1)
        if fault == "year":
            month = "2024-03"
        elif fault == "late":
            bought = cancelled = date(2028, 2, 1)
        elif fault == "technology":
            project["technology"] = random.choice(["nuclear", "coal"])
        line = _trade(park, project, channel, month, serials, buyer, bought)
        if fault == "locked":
            line["tradable"] = False
        if channel == "unbundled":
            wider = (serials[0], serials[1] + (fault == "gap"))
            _cancel(park, code, month, wider, f"{buyer}-not" if fault == "other" else buyer, cancelled)
        elif fault == "other":
            _cancel(park, code, month, (serials[0] + 1, serials[0] + 2), "somebody", cancelled)
        _register_rows(park, line)


def _register_rows(park: Park, line: Row) -> None:
    """What else is delivered of a trade line: its issuance, its settlement, its province, what is recognised of it."""
    random = Random(line["trade_id"])
    of_line = {name: line[name] for name in ("project_code", "generation_month", "serial_from")}
    buyer, count = line["buyer_enterprise_id"], line["serial_to"] - line["serial_from"] + 1
    if random.random() < 0.3:
        issued_to = max(line["serial_to"] - random.choice([0, 0, 2]), line["serial_from"])
        park.add("gec_issuances", **of_line, serial_to=issued_to)
    if line["channel"] == "green_power" and random.random() < 0.5:
        least = max(count + random.choice([Decimal("-3.4"), Decimal("-0.5"), Decimal(0), Decimal("0.7")]), Decimal(0))
        amounts = random.sample([least, least + Decimal("0.1"), least + 70], 3)
        names = ("contract_mwh", "generation_mwh", "use_mwh")
        row = {"trade_id": line["trade_id"], "month": line["generation_month"]}
        park.add("green_power_settlements", **row, **dict(zip(names, amounts, strict=True)))
    line["province_zh"] = random.choice([None, *park.provinces[:2], park.rows("parks")[0]["province_zh"]])
    if line["channel"] == "unbundled":
        for scope in random.choice([[], ["in_province"], ["cross_province"], ["in_province", "cross_province"]]):
            amount = int(count * random.choice([0.2, 0.9, 2])) + Decimal("0.25")
            row = {"enterprise_id": buyer, "year": int(line["generation_month"][:4]), "scope": scope}
            park.add("gec_recognition", **row, recognised_mwh=amount, document_id="recognised")
