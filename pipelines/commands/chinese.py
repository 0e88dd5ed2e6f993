"""What a publication says in English or by code, said in Chinese: sentences of codes, names of columns and values.

The sentences stand in ``reference/codes.csv`` where SQL knows the code; here are those of codes whose English sentence
a parser or a model makes row by row. The sentences of the commands themselves are in ``texts``.
"""

import csv
import json
from collections.abc import Mapping
from functools import cache

from pipelines.resources import REFERENCE
from pipelines.texts import Language

_SENTENCES = {
    # Rows that could not be read
    "bad_month": "月份写法有误，应为 YYYY-MM。",
    "bad_date": "日期写法有误，应为 YYYY-MM-DD。",
    "bad_timestamp": "时间无法识别，应为 YYYY-MM-DDTHH:MM。",
    "bad_encoding": "该行含有无法按文件编码识别的字节。",
    "file_refused": "整个文件被拒收。",
    "bad_certificate_code": "绿证编码有误，或与项目代码不符。",
    "missing_value": "必填的值为空。",
    "not_a_number": "不是数字。",
    "not_a_whole_number": "不是整数。",
    "not_true_or_false": "既不是“是”也不是“否”。",
    "number_out_of_range": "数字位数超出范围。",
    "out_of_range": "数值超出允许范围。",
    "period_reversed": "截止日早于起始日，或截止时刻不晚于起始时刻。",
    "edit_self_approved": "修改人与审批人为同一人。",
    "bad_document_hash": "凭证的 SHA-256 不是 64 位十六进制数。",
    "ragged_row": "该行的列数与表头不符。",
    "unknown_value": "取值不在允许的清单之内。",
    "bad_quality": "质量标志缺失、有误或相互矛盾。",
    "interval_length": "读数时长与该表计的采集间隔不符。",
    "not_active_energy": "不是有功电量，不计入任何账目。",
    "other_measure": "读数属于另一张表（区间电量或示值）。",
    "record_order": "该记录在文件中的次序有误。",
    # Certificates that do not count
    "bad_range": "编号区间颠倒或含负数。",
    "overlap": "编号同时出现在同一台账、项目和月份的另一条记录中。",
    "not_issued": "部分编号不在绿证核发记录中。",
    "not_renewable": "该编号的交易记录不属于可再生能源。",
    "not_tradable": "该编号的交易记录标明不可交易。",
    "other_year": "生产月份不在核算年内。",
    "expired_or_late": "超过截止日或绿证有效期。",
    "not_held": "受益企业并未持有，或已为其他受益人核销。",
    "counted_elsewhere": "随绿电、自用电量或园区自有项目已经计入。",
    "not_settled": "超出该笔绿电交易的结算电量。",
}
_COMPLETE = frozenset({"overlap", "not_renewable", "not_tradable", "counted_elsewhere"})
"""Codes of ``_SENTENCES`` whose English sentence says nothing more."""

_COLUMNS = {
    "electricity_use_mwh": "用电量",
    "grid_import_mwh": "下网电量",
    "grid_export_mwh": "上网电量",
    "direct_supply_mwh": "绿电直供电量",
    "onsite_nonfossil_mwh": "园区内非化石发电自用",
    "uncounted_green_mwh": "未计入的绿色电量",
    "uncounted_direct_mwh": "未计入的直供电量",
    "direct_green_mwh": "计为直供的绿色电量",
    "nuclear_green_mwh": "其中核电",
    "own_fossil_generation_mwh": "自备化石发电量",
    "recovered_generation_mwh": "余热余压发电量",
    "recovered_export_mwh": "余热余压上网电量",
    "fossil_export_mwh": "自备化石上网电量",
    "green_trade_mwh": "绿电交易电量",
    "gec_mwh": "计入的绿证电量",
    "residual_grid_mwh": "剩余下网电量",
    "curtailed_mwh": "弃电量",
    "storage_loss_mwh": "储能损耗",
    "fuel_tco2": "燃料燃烧排放",
    "conversion_tco2": "加工转换排放",
    "electricity_tco2": "电力排放",
    "heat_tco2": "热力排放",
    "process_tco2": "工业过程排放",
    "bunker_tco2": "其中国际航运航空燃料",
    "total_tco2": "排放总量",
    "net_tco2": "扣除抵消后的排放",
    "location_based_tco2": "基于位置的排放总量",
    "energy_tce": "综合能源消费量（等价值）",
    "energy_calorific_tce": "综合能源消费量（当量值）",
    "feedstock_tce": "原料用能",
    "nonfossil_heat_tce": "非化石热力",
    "size_class": "规模分档",
    "intensity_tco2_per_tce": "单位能耗碳排放",
    "intensity_low": "单位能耗碳排放下限（95%）",
    "intensity_high": "单位能耗碳排放上限（95%）",
    "limit_tco2_per_tce": "限值",
    "margin_tco2_per_tce": "余量",
    "baseline_average_tco2_per_tce": "全国平均水平",
    "baseline_base_year_tco2_per_tce": "基准年水平",
    "baseline_base_year_kind": "基准年水平的来源",
    "ratio_to_average": "与全国平均之比",
    "reduction_from_base_year": "较基准年下降",
    "direct_supply_share": "绿电直供比例",
    "direct_line_share": "专线供电比例",
    "green_share": "绿色电力占比",
    "nonfossil_energy_share": "非化石能源消费占比",
    "coverage": "数据覆盖率",
    "estimated_share": "估算占比",
    "core_verdict": "核心指标判定",
    "direct_supply_verdict": "绿电直供判定",
    "overall_verdict": "综合判定",
    "reasons": "原因",
}
_VALUES = {
    "warn": "提醒",
    "info": "说明",
    "fail": "影响结论",
    "usable": "可用",
    "counted": "计入",
    "surplus": "富余",
    "not_recognised": "未获认定",
    "issued": "已核发",
    "held": "持有",
    "own_use": "自用电量凭证",
    "cancelled_for_others": "已为他人核销",
    "not_proven": "未能证明购入或直供",
    "pending": "待核发或待结算",
    "assigned": "随电量归属",
    "cancelled": "已核销",
    "expired": "已过期",
}


@cache
def _codes() -> Mapping[str, tuple[str, str]]:
    """The English and Chinese sentence of every code of the reference data."""
    with (REFERENCE / "codes.csv").open(encoding="utf-8", newline="") as stream:
        return {row["code"]: (row["sentence"], row["sentence_zh"]) for row in csv.DictReader(stream)}


def standard_sentence(code: str, language: Language) -> str:
    """What a code means, without the case at hand; in English empty where the sentence is made row by row."""
    english, chinese = _codes().get(code, ("", _SENTENCES.get(code, "")))
    return chinese if language == "zh" else english


def sentence(code: str, said: str, language: Language, evidence: str | None = None) -> str:
    """The published sentence ``said``; in Chinese that of the code, and in brackets what it says of the case at hand.

    That is the evidence (a JSON object) where there is one, else the published sentence if it says more than the code.
    """
    chinese = standard_sentence(code, "zh")
    if language != "zh" or not chinese:
        return said
    if evidence:
        detail = "，".join(f"{name} {value}" for name, value in json.loads(evidence).items() if value not in (None, ""))
    else:
        detail = "" if code in _COMPLETE else said.removeprefix(standard_sentence(code, "en")).strip()
    return f"{chinese}（{detail}）" if detail else chinese


def column(name: str, language: Language) -> str:
    """A column's name, in Chinese with what it is called in a query behind it."""
    return f"{_COLUMNS[name]} {name}" if language == "zh" else name


def value(code: str, language: Language) -> str:
    """A severity or the status of certificates, in Chinese where it has a word; a reason code stays what it is."""
    return _VALUES.get(code, code) if language == "zh" else code
