"""What is wrong in some of the example deliveries, written on purpose, and where the published tables name it.

Each function writes one kind of fault and says what must come of it. Wrong meter readings are in ``defects``; good
deliveries do not belong here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipelines.samples.certificates import CertificateLedger
from pipelines.samples.formats import Readings, write_long, write_rows
from pipelines.samples.masters import Row
from pipelines.samples.meters import enterprise_ids
from pipelines.samples.plans import ParkPlan
from pipelines.samples.shapes import Clock


@dataclass(frozen=True)
class PlantedFault:
    """One mistake and the evidence it must leave.

    ``table`` is the published table that names it, or ``warnings`` of the landing; ``file_name`` the delivered file,
    empty where the fault is in the data of several files; ``code`` the reason code, empty for the file ledger;
    ``text`` something that its sentence or raw text contains, or the meter or park that it is about; ``rows`` how many
    rows it concerns; ``what_zh`` and ``what_en`` describe it; ``month`` is that of a finding, empty where it has none.
    """

    table: str
    file_name: str
    code: str
    text: str
    rows: int
    what_zh: str
    what_en: str
    month: str = ""


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
OWING_PARK = "jinchang-etdz"
OWED_MONTH = "2026-11"
CORRECTED_DAY = np.datetime64("2026-06-18")


def without_document(fuels: list[Row], plans: list[ParkPlan]) -> tuple[list[Row], list[PlantedFault]]:
    """The fuel rows without one month that ``OWING_PARK`` owes, where that park is in the demo."""
    plan = next((plan for plan in plans if plan.park_id == OWING_PARK), None)
    if plan is None:
        return fuels, []
    kept = [row for row in fuels if (row["park_id"], row["month"]) != (OWING_PARK, OWED_MONTH)]
    return kept, [
        PlantedFault(
            "quality.findings", "", "missing_input", plan.park_id, 1,
            f"{plan.name_zh}：{OWED_MONTH} 的燃料凭证缺失", f"{plan.name_en}: a month of fuel documents is missing",
        )
    ]  # fmt: skip


def refused_files(folder: Path, plan: ParkPlan) -> Iterator[PlantedFault]:
    """Files that cannot be used at all."""
    (folder / "meter_readings_screenshot.csv").write_bytes(PNG + bytes(range(256)))
    yield PlantedFault("quality.file_ledger", "meter_readings_screenshot.csv", "", "", 0,
                       "一张PNG图片被命名为.csv", "a PNG picture called .csv")  # fmt: skip
    row = _fuel_row(plan, "diesel", "gallon", "unit")
    write_rows(folder / "fuel_use_unknown_unit.csv", [row])
    yield PlantedFault("quality.file_ledger", "fuel_use_unknown_unit.csv", "", "gallon", 0,
                       "燃料单位无法识别", "a fuel in an unknown unit")  # fmt: skip
    write_rows(folder / "heat_flows_without_quantity.csv", [{"park_id": plan.park_id, "month": "2026-03",
                                                             "direction": "in", "kind": "fossil"}])  # fmt: skip
    yield PlantedFault("quality.file_ledger", "heat_flows_without_quantity.csv", "", "quantity_gj", 0,
                       "缺少必需的列", "a required column is missing")  # fmt: skip


def _fuel_row(plan: ParkPlan, fuel: str, unit: str, document: str) -> Row:
    return {
        "park_id": plan.park_id,
        "month": "2026-04",
        "fuel": fuel,
        "activity": "final_use",
        "quantity": "12.5",
        "unit": unit,
        "enterprise_id": enterprise_ids(plan)[0],
        "document_id": f"example-fault-{document}",
    }


def bad_rows(folder: Path, plan: ParkPlan, readings: Readings, clock: Clock) -> Iterator[PlantedFault]:
    """Single rows that are set aside while the rest of their file loads."""
    name = "fuel_use_other_columns.csv"
    rows = [
        _fuel_row(plan, "diesel", "t", "remark") | {"备注": "柴油叉车"},
        _fuel_row(plan, "木屑", "t", "wood") | {"备注": ""},
    ]
    write_rows(folder / name, rows)
    yield PlantedFault("warnings", name, "", "备注", 0, "多了一列“备注”", "a column nobody asked for")
    yield PlantedFault(
        "quality.quarantine", name, "unknown_fuel", "木屑", 1, "未知燃料“木屑”", "a fuel without a factor"
    )

    name, (meter, values) = "meter_readings_bad_rows.csv", readings[0]
    good: list[Row] = [
        {"meter_id": meter.meter_id, "interval_end": str(clock.ends[k].astype("datetime64[m]")),
         "value": f"{values[k]:.{meter.decimals}f}"}
        for k in range(24)
    ]  # fmt: skip
    bad: list[Row] = [
        good[0] | {"value": "停电"},
        good[0] | {"interval_end": "2026-02-30T01:00"},
        good[0] | {"meter_id": "no-such-meter"},
        good[0] | {"interval_end": "2026-01-05T01:07"},
    ]
    write_rows(folder / name, [*good, *bad])
    for code, text, zh, en in (
        ("not_a_number", "停电", "数值列写着文字", "text where a number belongs"),
        ("bad_timestamp", "2026-02-30", "不存在的日期", "a date that does not exist"),
        ("unknown_meter", "no-such-meter", "表计不在主数据中", "readings of a meter nobody declared"),
        ("off_grid", "2026-01-05T01:07", "时间不在表计的间隔上", "a time off the meter's interval grid"),
    ):
        yield PlantedFault("quality.quarantine", name, code, text, 1, zh, en)
    yield PlantedFault("quality.file_ledger", "", "", "", 24, "重复送来的24行", "24 rows that had come before")


def correction(folder: Path, readings: Readings, clock: Clock) -> PlantedFault:
    """A later delivery with other values for one day of one meter."""
    day = (clock.ends - np.timedelta64(1, "us")).astype("datetime64[D]") == CORRECTED_DAY
    meter, values = readings[0]
    name = "meter_readings_corrected.csv"
    changed = np.where(day, np.round(values * 1.02 + 10.0**-meter.decimals, meter.decimals), np.nan)
    write_long(folder / name, [(meter, changed)], clock)
    return PlantedFault("quality.corrections", name, "", meter.meter_id, int(day.sum()),
                        "后来更正的一天读数", "a day of readings corrected later")  # fmt: skip


def certificates(ledger: CertificateLedger, plans: list[ParkPlan]) -> Iterator[PlantedFault]:
    """Certificates that do not count: sold twice, of another year, too late, never bought, issued or settled."""
    first, second = enterprise_ids(plans[0])[0], enterprise_ids(plans[1 % len(plans)])[0]

    def exclusion(ledger_id: str, reason: str, zh: str, en: str, file: str = "gec_cancellations.csv") -> PlantedFault:
        return PlantedFault("certificates.exclusions", file, reason, ledger_id, 1, zh, en)

    sold = ledger.issue_by(7, "2026-06", 6000)
    for buyer, lot in (
        (first, replace(sold, serial_to=sold.serial_to - 1000)),
        (second, replace(sold, serial_from=sold.serial_to - 2000)),
    ):
        ledger.trade("unbundled", lot, buyer)
        ledger_id = ledger.cancel(lot, buyer, "2027-02-20")
        yield exclusion(ledger_id, "overlap", "同一批绿证卖给了两个园区", "the same certificates sold to two parks")

    for month, day, reason, zh, en in (
        ("2025-11", "2026-04-10", "other_year", "上一年的绿证", "certificates of the year before"),
        ("2026-03", "2028-05-10", "expired_or_late", "过期后才核销", "cancelled after they had expired"),
    ):
        lot = ledger.issue_by(7, month, 400)
        ledger.trade("unbundled", lot, first)
        yield exclusion(ledger.cancel(lot, first, day), reason, zh, en)
    never_bought = ledger.cancel(ledger.issue_by(7, "2026-09", 250), second, "2027-02-20")
    yield exclusion(never_bought, "not_held", "核销了没有买过的绿证", "certificates cancelled that were never bought")

    issued = ledger.issue_by(7, "2026-12", 300)
    beyond = replace(issued, serial_to=issued.serial_to + 60)
    ledger.trade("unbundled", beyond, first)
    yield exclusion(ledger.cancel(beyond, first, "2027-02-20"), "not_issued",
                    "核销的部分编号从未核发", "certificates cancelled that were never issued")  # fmt: skip
    unsettled = ledger.trade_with_energy(ledger.issue_by(8, "2026-04", 200), first, 180.7)
    yield exclusion(unsettled, "not_settled", "绿证数量超过绿电结算电量",
                    "more certificates than the settled energy", "gec_trades.csv")  # fmt: skip
