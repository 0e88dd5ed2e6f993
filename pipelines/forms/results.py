"""Tables 4, 5 and 6: the indicators of annex 3, green power and certificates, and how good the data are."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pipelines.commands import chinese
from pipelines.forms.account import Account, Row
from pipelines.forms.energy import NOTHING_STATED, ZERO, of_carrier
from pipelines.forms.layout import NO_DATA, Cell, Page, absent, figure, sum_of
from pipelines.forms.words import ELECTRICITY, INDICATOR_STATUS, SEVERITIES, SIZES, UNITS, VERDICTS

NOTHING = Cell(NOTHING_STATED, "center")

SHARES = {
    "green_share": "绿色电力占用电量比重",
    "nonfossil_energy_share": "非化石能源消费比重",
    "ratio_to_average": "与全国园区平均水平之比",
    "reduction_from_base_year": "较基准年下降",
}
"""Figures of table 4 that stand beside the indicators of the notice."""


def _heading(page: Page, account: Account, title: str) -> None:
    page.line(title, "title", 34)
    page.line(f"园区：{account.park['name_zh']}（{account.park['park_id']}）", "subtitle")


def verdict_cell(verdict: str | None, lacking: str) -> Cell:
    """A verdict in Chinese; red unless it is reached or does not apply."""
    if verdict is None:
        return absent(lacking)
    return Cell(VERDICTS.get(verdict, verdict), "center" if verdict in ("pass", "not_applicable") else "red")


def indicators_page(account: Account) -> Page:
    """Table 4: core indicator, direct supply, guiding indicators, each with target, three years and its source."""
    page = Page("表4 建设指标", (10, 38, 34, 15, 15, 15, 12, 30))
    _heading(page, account, f"表4  国家级零碳园区建设指标（{account.year}年）")
    page.head("指标类型", "指标名称", "目标要求", *(f"{year}年" for year in account.years), "达标情况", "数据来源")
    page.repeated = (3, 3)
    result, held = account.result, account.is_held(account.year)
    size, limit = result["size_class"], result["limit_tco2_per_tce"]
    asked = (
        SIZES.get(size, account.lacking(account.year)) if limit is None else f"≤{limit:g}吨/吨标准煤（{SIZES[size]}）"
    )
    page.add(
        Cell("核心指标", "center"), Cell("单位能耗碳排放（吨/吨标准煤）", "label"), Cell(asked, "text"),
        *_by_year(account, "intensity_tco2_per_tce", "ratio"),
        verdict_cell(None if held else result["core_verdict"], account.lacking(account.year)),
        Cell("表3：碳排放总量÷综合能源消费量", "text"), height=44,
    )  # fmt: skip
    least = f"原则上不低于{float(account.params[account.year]['direct_supply_share_min']):.0%}"
    page.add(
        Cell("附件4要求", "center"), Cell("绿色电力直接供应比例", "label"), Cell(least, "text"),
        *_by_year(account, "direct_supply_share", "share"),
        verdict_cell(None if held else result["direct_supply_verdict"], account.lacking(account.year)),
        Cell("绿电直供与园区内非化石电力÷用电量", "text"), height=30,
    )  # fmt: skip
    guiding = account.indicators.get(account.year, ())
    for row in guiding:
        page.add(*_guiding(account, row), height=30)
    if not guiding:
        page.nothing(account.lacking(account.year), f"该园区{account.year}年的引导指标")
    for name, label in SHARES.items():
        page.add(
            Cell("参考", "center"), Cell(label, "label"), NOTHING, *_by_year(account, name, "share"), NOTHING, NOTHING
        )
    page.line(
        "注：核心指标为验收首要条件；引导指标为验收参考，因客观条件不具备的可在申报材料中说明原因。“无数据”表示园区未报送，不视为零。"
        f"参考行不属于通知的指标体系。综合结论：{VERDICTS[result['overall_verdict']]}。",
        height=44,
    )
    return page


def _by_year(account: Account, name: str, style: str) -> list[Cell]:
    rows = [(year, account.results.get(year, {})) for year in account.years]
    return [figure(row.get(name), account.lacking(year), style) for year, row in rows]


def _guiding(account: Account, row: Row) -> list[Cell]:
    """A guiding indicator: its value in each year, and whether the minimum is reached in the form's year."""
    cells = []
    for year in account.years:
        found = [r["value"] for r in account.indicators.get(year, ()) if r["indicator"] == row["indicator"]]
        cells.append(figure(found[0] if found else None, NO_DATA, "share"))
    status, source = row["status"], row["source"]
    told = {"no data": NO_DATA, "stated by the park": "园区填报"}.get(source, source.replace("document ", "凭证 "))
    return [
        Cell("引导指标", "center"),
        Cell(row["name_zh"], "label"),
        Cell(f"≥{row['minimum']:.0%}", "text"),
        *cells,
        Cell(INDICATOR_STATUS[status], "center" if status == "reached" else "red"),
        Cell("由核算结果计算" if source.startswith("computed") else told, "text"),
    ]


def green_page(account: Account) -> Page:
    """Table 5: the origin of the electricity used, the projects, and the certificates."""
    page = Page("表5 绿电直供与绿证", (6, 40, 16, 16, 16, 16, 16, 16))
    _heading(page, account, f"表5  绿电直供、绿电交易与绿证（{account.year}年）")
    _origins(page, account)
    _projects(page, account)
    _certificates(page, account)
    page.line(
        "注：直供比例不因绿证、绿电交易而提高（附件4）。用户的绿证和绿电交易认定量不超过其下网电量（发改能源〔2026〕622号），超出部分列为富余，"
        "不计入核算。项目三项比例为发改能源〔2025〕650号、〔2026〕688号的要求；“—”为无计量或无弃电记录。"
        "自备化石能源发电的排放随所用燃料计入表3。",
        height=44,
    )
    return page


def _origins(page: Page, account: Account) -> None:
    page.line("一、用电量构成", "unit", 22)
    page.head("序号", "电力来源", "电量\n（万千瓦时）", "占用电量\n比重", "碳排放量\n（万吨）")
    rows = of_carrier(account.carriers.get(account.year, ()), "electricity")
    used = [item for item in ELECTRICITY if item in rows and rows[item]["supply"] != "sent_out"]
    if not used:
        page.nothing(account.lacking(account.year), f"该园区{account.year}年的用电构成")
        return
    total = page.next_row + len(used)
    whole = account.result["electricity_use_mwh"]
    lines = []
    for number, item in enumerate(used, start=1):
        row, amount = rows[item], rows[item]["quantity"]
        at = page.next_row
        share = Cell(amount / whole, "share", formula=f"=C{at}/C{total}") if whole else NOTHING
        lines.append(
            page.add(
                Cell(number, "count"),
                Cell(ELECTRICITY[item], "label"),
                Cell(UNITS["MWh"].amount(amount), "number"),
                share,
                Cell(row["emission_tco2"].scaleb(-4), "number"),
            )
        )
    emitted = sum((rows[item]["emission_tco2"] for item in used), ZERO)
    page.add(
        Cell("合计（用电量）", "total_label", 2),
        Cell(UNITS["MWh"].amount(whole), "total", formula=sum_of("C", lines)),
        NOTHING,
        Cell(emitted.scaleb(-4), "total", formula=sum_of("E", lines)),
    )


def _projects(page: Page, account: Account) -> None:
    page.line("二、绿电直连与园区内发电项目", "unit", 22)
    page.head(
        *("序号", "项目编号", "发电量\n（万千瓦时）", "自发自用\n（万千瓦时）", "上网电量\n（万千瓦时）"),
        *("自用占可用\n发电量", "自用占用电量", "上网占可用\n发电量"),
    )
    for number, row in enumerate(account.projects, start=1):
        amounts = (row[name] for name in ("generation_mwh", "self_use_mwh", "export_mwh"))
        shares = (row[name] for name in ("self_use_of_generation", "self_use_of_consumption", "export_of_generation"))
        page.add(
            Cell(number, "count"),
            Cell(row["project_id"], "label"),
            *(NOTHING if a is None else Cell(UNITS["MWh"].amount(a), "number") for a in amounts),
            *(NOTHING if s is None else Cell(s, "share") for s in shares),
        )
    if not account.projects:
        told = account.lacking(account.year) if account.is_held(account.year) else NO_DATA
        page.nothing(told, f"该园区{account.year}年的项目数据")


def _certificates(page: Page, account: Account) -> None:
    page.line("三、绿电交易与绿证（1个绿证对应1兆瓦时，单位：万千瓦时）", "unit", 22)
    page.head("序号", "项目", "计入量", "富余量", "合计", "未计入量", "条数")
    found = account.certificates
    if not found["enterprises"]:
        page.nothing(account.lacking(account.year), f"该园区{account.year}年的企业绿证数据")
        return
    amount = UNITS["MWh"].amount
    kinds = (
        ("绿电交易", found["green_trade_mwh"], found["green_trade_surplus_mwh"]),
        ("已核销绿证", found["gec_counted_mwh"], found["gec_surplus_mwh"]),
    )
    for number, (name, counted, surplus) in enumerate(kinds, start=1):
        row = page.next_row
        both = Cell(amount(counted + surplus), "total", formula=f"=SUM(C{row}:D{row})")
        cells = Cell(amount(counted), "number"), Cell(amount(surplus), "number"), both
        page.add(Cell(number, "count"), Cell(name, "label"), *cells, NOTHING, NOTHING)
    for number, line in enumerate(account.excluded, start=3):
        name = chinese.standard_sentence(line["reason"], "zh") or line["reason"]
        page.add(
            Cell(number, "count"), Cell(f"未计入：{name}", "label"), NOTHING, NOTHING, NOTHING,
            Cell(amount(line["mwh"]), "number"), Cell(line["lines"], "count"),
        )  # fmt: skip


def quality_page(account: Account) -> Page:
    """Table 6: how much was measured month by month, and what was found."""
    page = Page("表6 数据质量", (12, 18, 18, 18, 18, 18, 18))
    _heading(page, account, f"表6  数据质量说明（{account.year}年）")
    page.line("一、计量数据", "unit", 22)
    page.head("月份", "应有时段数", "有效时段数", "估算时段数", "缺口时段数", "有效率", "估算电量占比")
    counts = ("intervals_expected", "intervals_valid", "intervals_estimated", "intervals_open")
    lines = []
    for row in account.months:
        cells = [Cell(row[name], "count") for name in counts]
        shares = [figure(row[name], "无计量", "share") for name in ("coverage", "estimated_share")]
        lines.append(page.add(Cell(row["month"], "center"), *cells, *shares))
    if lines:
        _year_of_quality(page, account, counts, lines)
    else:
        page.nothing(account.lacking(account.year), f"该园区{account.year}年的计量质量数据")
    page.line("二、问题与说明", "unit", 22)
    page.add(Cell("级别", "head"), Cell("代码", "head"), Cell("含义", "head", 4), Cell("条数", "head"), height=22)
    for row in account.findings:
        said = chinese.standard_sentence(row["code"], "zh") or row["code"]
        severe = "red" if row["severity"] == "fail" else "center"
        page.add(
            Cell(SEVERITIES.get(row["severity"], row["severity"]), severe), Cell(row["code"], "text"),
            Cell(said, "text", 4), Cell(row["findings"], "count"), height=30,
        )  # fmt: skip
    if not account.findings:
        page.line("无。", "note")
    page.line(
        "注：缺失数据不按零处理：或按规定的方法估算，或列为缺口。"
        "各时段的原值、估算值与方法，以及每项数值的来源见本次发布的 quality 和 evidence 各表。",
        height=30,
    )
    return page


def _year_of_quality(page: Page, account: Account, counts: Sequence[str], lines: Sequence[int]) -> None:
    """The year below its months: sums, and the two shares as the account has them."""
    sums = [sum(row[name] for row in account.months) for name in counts]
    cells = [Cell(value, "count", formula=sum_of(letter, lines)) for letter, value in zip("BCDE", sums, strict=True)]
    shares: Mapping[str, float | Decimal | None] = account.result
    lacking = account.lacking(account.year)
    page.add(
        Cell("全年", "total_label"),
        *cells,
        figure(shares["coverage"], lacking, "share"),
        figure(shares["estimated_share"], lacking, "share"),
    )
