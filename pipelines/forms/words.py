"""The Chinese words of the forms: carriers, origins of electricity, verdicts; and the units in which forms count."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines.lake import Lake
from pipelines.reference_tables import find

NOTICE = "发改环资〔2025〕910号"

VERDICTS = {"pass": "达标", "fail": "未达标", "undecided": "未定", "not_applicable": "不适用"}
SIZES = {
    "below_floor": "年综合能源消费量不足20万吨标准煤，国家指标体系未设限值",
    "standard": "年综合能源消费量20~100万吨标准煤",
    "large": "年综合能源消费量≥100万吨标准煤",
}
INDICATOR_STATUS = {"reached": "达到", "not_reached": "未达到", "no_data": "无数据"}
STATUS = {"measured": "实测", "default": "缺省值", "prescribed": "方法规定"}
SEVERITIES = {"fail": "严重", "warn": "提示", "info": "记录"}

ELECTRICITY = {
    "grid_residual": "公共电网电力（无绿证）",
    "grid_green_trade": "绿电交易电力",
    "grid_certificates": "核销绿证对应电力",
    "direct_line": "绿电直供（直连）",
    "direct_line_uncounted": "直连电力中不计为绿电部分",
    "onsite_green": "园区内非化石能源发电自用",
    "onsite_uncounted": "自用电力中不计为绿电部分",
    "onsite_storage": "储能充放电差额及其他",
    "onsite_fossil": "自备化石能源发电自用",
    "onsite_recovered": "余热余压发电自用",
    "fossil_export": "化石能源电力送出",
    "recovered_export": "余热余压电力送出",
    "green_export": "非化石能源电力送出",
}
"""Items of electricity in the order of the forms."""
HEAT = {"heat_fossil": "化石能源热力", "heat_nonfossil": "非化石能源热力", "heat_waste_heat": "余热"}


@dataclass(frozen=True)
class Unit:
    """How a form counts: ``name`` of the unit, shifts of the decimal point to it and to that of ``per_unit``."""

    name: str
    shift: int
    per_unit: str
    per_unit_shift: int

    def amount(self, quantity: Decimal) -> Decimal:
        return quantity.scaleb(self.shift)

    def rate(self, energy_tce: Decimal, quantity: Decimal) -> Decimal:
        """tce in one ``per_unit``."""
        return energy_tce / quantity.scaleb(self.per_unit_shift)


UNITS = {
    "t": Unit("万吨", -4, "tce/吨", 0),
    "kg": Unit("万吨", -7, "tce/吨", -3),
    "1000_m3": Unit("万立方米", -1, "tce/万立方米", -1),
    "10000_m3": Unit("万立方米", 0, "tce/万立方米", 0),
    "m3": Unit("万立方米", -4, "tce/万立方米", -4),
    "L": Unit("万升", -4, "tce/万升", -4),
    "MWh": Unit("万千瓦时", -1, "tce/万千瓦时", -1),
    "GJ": Unit("万吉焦", -4, "tce/吉焦", 0),
}
"""Units of published quantities and those of the forms; each is some power of ten of the other."""


def wan(amount: Decimal | None) -> Decimal | None:
    """Tons as ten thousand tons, exactly."""
    return None if amount is None else amount.scaleb(-4)


def carrier_names(lake: Lake) -> Mapping[str, str]:
    """The Chinese name of every carrier: fuels by the reference table (the operator's before the package's)."""
    table = find(lake, "fuels")
    names = {"electricity": "电力", **HEAT}
    for path in (table.builtin, table.operator):
        if path is not None and path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as stream:
                names |= {row["fuel"]: row["name_zh"] for row in csv.DictReader(stream) if row.get("name_zh")}
    return names
