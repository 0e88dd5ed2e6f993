"""The first and the last page: what the forms are of, what came out and who signs; and what they follow."""

from collections.abc import Sequence

from pipelines.commands import chinese
from pipelines.forms.account import HELD_BACK, Account
from pipelines.forms.layout import Cell, Page
from pipelines.forms.results import verdict_cell
from pipelines.forms.words import NOTICE

BOUNDARIES = {"whole_park": "园区整体", "sub_park": "园中园"}
SIGNED = ("填报单位（盖章）", "单位负责人（签字）", "审核人", "填报人", "联系电话", "填报日期")

NOTES = (
    f"本表依据{NOTICE}附件2《国家级零碳园区申报书大纲》第一章（三）能源供应及消费情况、（四）碳排放情况编制。附件2规定内容而未规定表格："
    "近三年、分能源品种，供应区分外购与自供，消费区分用作燃料、用于能源加工转换及用作原料；分年度碳排放量、单位能耗碳排放、碳排放结构。"
    "表1、表2、表3按上述内容自行设计版式，地方主管部门另有表式的，以其为准。",
    f"表3的项目与顺序按{NOTICE}附件4《零碳园区碳排放核算方法（试行）》；表4的指标与目标按附件3《国家级零碳园区建设指标体系（试行）》。",
    "计量单位：万吨、万千瓦时、万立方米、万吉焦、万吨标准煤、万吨二氧化碳。单元格保存本次发布的精确值（按10的幂换算），显示位数不影响数值。",
    "合计、比重和消费合计为公式，其结果与发布的园区总量一致；其余数值与本次发布的数据表逐格一致。",
    "电力折标按等价值（参数 electricity_coal_equivalent，由方法参数表给出）；绿电同样按等价值折标。",
    "“无数据”：本次发布没有该年度或该项；“—”：不适用或未报送；红字“未定”：尚缺数据或存在争议，不能得出结论；"
    "红字“暂不发布”：该园区数据未通过审核。以上均不等于零。",
    "核验：发布编号与清单哈希见封面，可用 zcp verify 核验该发布，用 zcp explain 查看每项数值的来源。",
    "本表只列园区和项目的汇总数据，不列单个企业；园区确认后由填报单位签章。",
)


def cover_page(account: Account, sheets: Sequence[str]) -> Page:
    """What park, year and publication, the verdicts with their reasons, and the places to sign."""
    page = Page("封面", (22, 24, 22, 24), landscape=False)
    page.line("", "blank", 26)
    page.line("国家级零碳园区申报书附表", "title", 44)
    page.line(f"能源消费与碳排放数据表（{account.year}年）", "subtitle", 28)
    _warnings(page, account)
    page.line("", "blank", 12)
    for name, value in _facts(account):
        page.add(Cell(name, "head"), Cell(value, "text", 3), height=24)
    _verdicts(page, account)
    page.line("", "blank", 12)
    for first, second in zip(SIGNED[::2], SIGNED[1::2], strict=True):
        page.add(Cell(first, "head"), Cell("", "text"), Cell(second, "head"), Cell("", "text"), height=34)
    page.line("", "blank", 12)
    page.line("附表：" + "、".join(sheets), "note", 32)
    return page


def _warnings(page: Page, account: Account) -> None:
    """In red, before anything else: why the figures must not be handed in as they are."""
    if account.is_held(account.year):
        page.line("本园区的数据未通过审核，核算结果暂不发布，本表不得报送。", "red_text", 26)
        for sentence in account.held:
            page.line(sentence, "red_text", 40)
    elif "undecided" in (account.result["core_verdict"], account.result["overall_verdict"]):
        page.line("核算结论未定：尚缺数据或存在争议，本表不得作为达标依据。", "red_text", 26)
    if account.example:
        page.line("示例数据：数值均为生成，与所列园区无关，不得报送。", "red_text", 26)


def _facts(account: Account) -> list[tuple[str, str]]:
    park, manifest = account.park, account.manifest
    boundary = park["boundary_type"]
    return [
        ("园区名称", park["name_zh"]),
        ("园区编号", park["park_id"]),
        ("所在省份", park["province_zh"]),
        ("申报范围", BOUNDARIES.get(boundary, boundary) or "未填报"),
        ("核算年度", f"{account.year}年1月1日至12月31日"),
        ("基准年", "未填报" if park["base_year"] is None else f"{park['base_year']}年"),
        ("核算方法", f"{NOTICE}附件4（方法版本 {manifest['method_version']}，因子版本 {manifest['factor_release']}）"),
        ("绿证核销截止日", manifest["cutoff"]),
        ("发布编号", manifest["id"]),
        ("发布清单SHA-256", account.manifest_sha256),
    ]


def _verdicts(page: Page, account: Account) -> None:
    result, lacking = account.result, account.lacking(account.year)
    held = account.is_held(account.year)
    for name, column in (
        ("核心指标", "core_verdict"),
        ("绿电直供比例", "direct_supply_verdict"),
        ("综合结论", "overall_verdict"),
    ):
        cell = verdict_cell(None if held else result[column], lacking)
        page.add(Cell(name, "head"), Cell(cell.value, cell.style, 3), height=24)
    reasons = [chinese.standard_sentence(code, "zh") or code for code in result["reasons"] or () if code != HELD_BACK]
    if held:
        reasons = ["数据未通过审核，暂不发布。", *reasons]
    page.add(Cell("原因", "head"), Cell("\n".join(reasons) or "无", "text", 3), height=20 * max(len(reasons), 1) + 10)


def notes_page() -> Page:
    """Which texts the forms follow, their units, and what their words mean."""
    page = Page("填报说明", (6, 92), landscape=False)
    page.line("填报说明", "title", 34)
    for number, note in enumerate(NOTES, start=1):
        page.add(Cell(number, "center"), Cell(note, "text"), height=20 * (len(note) // 46 + 1) + 6)
    return page
