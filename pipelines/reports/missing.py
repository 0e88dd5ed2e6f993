"""What is missing, in plain words: the reasons that leave a verdict open, those that decided it, and what to do."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.commands import chinese
from pipelines.reports.amounts import as_decimal, shown
from pipelines.reports.drawing import Words, words
from pipelines.reports.texts import TEXTS

Row = Mapping[str, Any]

DECIDING = frozenset({"intensity_above_limit", "direct_supply_below_minimum", "below_floor"})
"""Reasons that settle a verdict; every other one leaves it open or says that it stands on open ground."""
_DETAILS = {"missing_readings": ("open_gap", "no_readings"), "missing_input": ("missing_input",), "held_back": ()}
"""Findings of other codes that say what exactly is missing; why a park is held back stands above all figures."""
_CHINESE = (
    (
        r"(\d+) of (\d+) intervals of meter (.+) have neither .+ in (\S+), probably about (\S+) MWh\.",
        r"表计 \3，\4：应有 \2 个时段，缺 \1 个，约 \5 MWh。",
    ),
    (r"Expected and not delivered: (.+) for (\S+); zero .+", r"\2：应报未报 \1；确为零的，报一行数量为 0 的记录。"),
    (r"Meter (.+): ([\d.]+) days from (.+)\.", r"表计 \1：自 \3 起连续估算 \2 天。"),
    (
        r"(\S+) tce of fuel for (\S+) MWh of fossil generation\.",
        r"化石能源发电 \2 MWh，对应的燃料只有 \1 tce。",
    ),
    (
        r"It reaches from (\S+) to (\S+) tCO2/tce against (\S+)\. Metered values for (\S+) MWh .+\((.+)\) would .+",
        r"区间为 \1 至 \2，限值 \3。表计 \5 有 \4 MWh 目前为估算值，取得实测值即可判定。",
    ),
)
"""The models' sentences about what is missing, and the same in Chinese."""
MOST_DETAILS = 8

_ACTIONS: dict[str, Words] = {
    code: words(zh, en)
    for code, (zh, en) in {
        "missing_readings": (
            "补报缺失时段的读数，或提交经审批的修正记录（reading_edits）。",
            "Deliver the readings of the open intervals, or an approved edit with its document (reading_edits).",
        ),
        "missing_input": (
            "补报所缺数据；确为零的，报一行数量为 0 的记录。",
            "Deliver what is missing; where there was none, state it with a row of quantity 0.",
        ),
        "conversion_negative": (
            "核对该企业加工转换的投入与产出：产出含碳量不能多于投入。",
            "Check the streams that go into and come out of the conversion: no more carbon can come out than went in.",
        ),
        "outflow_credit": (
            "核对外送电力、热力的计量和对应燃料。",
            "Check the meters of the power and heat that leave, and the fuel they were made from.",
        ),
        "fuel_missing": (
            "补报自备化石发电所用燃料的凭证。",
            "Deliver the documents of the fuel that the park's own power plant burnt.",
        ),
        "contested_certificates": (
            "与登记机构和交易对方核实重复主张的绿证编号。",
            "Settle with the registry and the other party who holds the certificates that two lines claim.",
        ),
        "prolonged_estimate_year": (
            "取回该表计长期缺失时段的实测数据，或提交替代计量凭证。",
            "Recover measured values for the long gap of the meter, or deliver a document of another meter.",
        ),
        "intensity_uncertain": (
            "补充估算时段的实测值，区间缩小后即可判定。",
            "Replace estimates with measured values: the interval shrinks and the verdict falls.",
        ),
        "size_class_uncertain": (
            "规模分档受未定参数影响，已按更严的限值判定；无需补报。",
            "Open points of the method move the size class; the stricter limit was applied. Nothing to deliver.",
        ),
        "held_back": (
            "按审核说明更正数据后重新运行。",
            "Correct the data as the audit says and run again.",
        ),
    }.items()
}
"""What an energy manager can do about a reason, in plain words."""


@dataclass(frozen=True)
class Reason:
    """One reason: its code and sentence, the cases at hand, and what to do; ``more`` cases are not listed."""

    code: str
    sentence: Words
    cases: tuple[Words, ...]
    more: int
    action: Words | None

    @property
    def is_open(self) -> bool:
        """Whether something is wanting; else the reason settled a verdict."""
        return self.code not in DECIDING


def reasons(row: Row, findings: Sequence[Row], outlook: Row | None, params: Row) -> list[Reason]:
    """The reasons of a park's verdicts, those that leave them open first, with the findings that explain them.

    ``outlook``: the newest row of metrics.trajectory; ``params``: that of reference.params.
    """
    codes = sorted(row["reasons"] or (), key=lambda code: (code in DECIDING, code))
    return [_reason(code, row, findings, outlook, params) for code in codes]


def _reason(code: str, row: Row, findings: Sequence[Row], outlook: Row | None, params: Row) -> Reason:
    standard = words(chinese.standard_sentence(code, "zh") or code, chinese.standard_sentence(code, "en") or code)
    about = () if code in DECIDING else _DETAILS.get(code, (code,))
    cases = (_case(found, standard["en"]) for found in findings if found["code"] in about)
    told = [case for case in cases if case]
    action = _gap(code, row, outlook, params) or _ACTIONS.get(code)
    return Reason(code, standard, tuple(told[:MOST_DETAILS]), max(len(told) - MOST_DETAILS, 0), action)


def _case(found: Row, standard: str) -> Words | None:
    """What a finding says beyond the code's own sentence; None for the one that only sums the others up."""
    said = (found["sentence"] or "").removeprefix(standard).strip()
    if not said or _only_counts(said):
        return None
    chinese_case = next(
        (re.sub(pattern, case, said) for pattern, case in _CHINESE if re.fullmatch(pattern, said)), said
    )
    return words(chinese_case, said)


def _only_counts(said: str) -> bool:
    """Whether a sentence is no more than "3 rows."."""
    number, _, unit = said.rstrip(".").partition(" ")
    return number.isdigit() and unit in ("row", "rows", "intervals", "interval")


def _gap(code: str, row: Row, outlook: Row | None, params: Row) -> Words | None:
    """How much is wanting to the limit or to the minimum; None where the publication does not tell."""
    if code == "intensity_above_limit" and outlook:
        return _gap_to_limit(outlook, params.get("residual_electricity_factor"))
    minimum = params.get("direct_supply_share_min")
    use, share = row["electricity_use_mwh"], row["direct_supply_share"]
    if code == "direct_supply_below_minimum" and use and share is not None and minimum is not None:
        return _filled("gap_to_direct", (minimum - as_decimal(share)) * use)
    return None


def _gap_to_limit(outlook: Row, factor: Decimal | None) -> Words | None:
    """MWh of green power, or where all other grid power would not do, the tCO2 to avoid besides."""
    gap, residual = outlook["limit_gap_mwh"], outlook["residual_grid_mwh"]
    if gap is None or gap <= 0:
        return None
    if residual is None or gap <= residual:
        return _filled("gap_to_limit", gap)
    return _filled("gap_beyond_power", (gap - residual) * factor, residual=shown(residual)) if factor else None


def _filled(key: str, amount: Decimal, **others: str) -> Words:
    """The text with the amount in whole units: upwards, for less would not reach what it is wanting to."""
    return {language: text.format(amount=shown(math.ceil(amount)), **others) for language, text in TEXTS[key].items()}
