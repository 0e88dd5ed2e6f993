"""The pages of the forms beside energy and emissions, the cover, a park without figures, the file and the command."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import openpyxl

from pipelines.forms.account import Account
from pipelines.forms.factor_words import FACTORS, source_in_chinese
from pipelines.forms.words import ELECTRICITY
from pipelines.settings import Settings
from tests.handed_on.marked_park import BASE_YEAR, MARK, PARK, YEAR
from tests.handed_on.reading_forms import CARRIERS, Sheets, red_words, written
from tests.pipeline.zcp_command import one_sentence, zcp


def test_indicators(sheets: Sheets, ask: Any) -> None:
    sheet = sheets["表4"]
    figures = {
        "单位能耗碳排放（吨/吨标准煤）": "intensity_tco2_per_tce",
        "绿色电力直接供应比例": "direct_supply_share",
        "绿色电力占用电量比重": "green_share",
        "非化石能源消费比重": "nonfossil_energy_share",
        "与全国园区平均水平之比": "ratio_to_average",
        "较基准年下降": "reduction_from_base_year",
    }
    for label, name in figures.items():
        for letter, year in (("E", BASE_YEAR), ("F", YEAR)):
            ((value,),) = ask(f"select {name} from metrics.park_year where park_id = $1 and year = $2", year)
            sheet.check(f"{letter}{sheet.row(label)}", value)
    guiding = "select year, name_zh, value, minimum, status from metrics.guiding_indicators where park_id = $1"
    for year, name, value, minimum, status in ask(guiding):
        row = sheet.row(name)
        sheet.check(f"{'E' if year == BASE_YEAR else 'F'}{row}", value)
        assert sheet.values[f"C{row}"].value == f"≥{minimum:.0%}"
        if year == YEAR:
            words = {"reached": "达到", "not_reached": "未达到", "no_data": "无数据"}
            assert sheet.values[f"G{row}"].value == words[status]
    ((verdict,),) = ask("select core_verdict from metrics.park_year where park_id = $1 and year = $2", YEAR)
    assert (verdict, sheet.values[f"G{sheet.row('单位能耗碳排放（吨/吨标准煤）')}"].value) == ("undecided", "未定")
    sheet.all_checked()


def test_green_power_and_certificates(sheets: Sheets, ask: Any) -> None:
    sheet = sheets["表5"]
    ((used,),) = ask("select electricity_use_mwh from metrics.park_year where park_id = $1 and year = $2", YEAR)
    power = f"select item, quantity, emission_tco2 {CARRIERS} and year = $2 and carrier = 'electricity'"
    emitted = Decimal(0)
    for item, quantity, tco2 in ask(f"{power} and supply <> 'sent_out'", YEAR):
        row = sheet.row(ELECTRICITY[item])
        sheet.check(f"C{row}", quantity.scaleb(-1))
        sheet.check(f"D{row}", float(quantity / used), formula=True)
        sheet.check(f"E{row}", tco2.scaleb(-4))
        emitted += tco2
    total = sheet.row("合计（用电量）", "A")
    sheet.check(f"C{total}", used.scaleb(-1), formula=True)
    sheet.check(f"E{total}", emitted.scaleb(-4), formula=True)
    projects = """
        select project_id, generation_mwh, self_use_mwh, export_mwh, self_use_of_generation, self_use_of_consumption,
            export_of_generation from metrics.project_year where park_id = $1 and year = $2
    """
    for project, *values in ask(projects, YEAR):
        for letter, value in zip("CDEFGH", values, strict=True):
            shifted = value.scaleb(-1) if isinstance(value, Decimal) else value
            sheet.check(f"{letter}{sheet.row(project)}", shifted)
    held = """
        select sum(green_trade_mwh), sum(green_trade_surplus_mwh), sum(gec_counted_mwh), sum(gec_surplus_mwh)
        from metrics.enterprise_year where park_id = $1 and year = $2
    """
    ((trade, trade_surplus, counted, surplus),) = ask(held, YEAR)
    assert trade > 0 < counted
    for label, amount, rest in (("绿电交易", trade, trade_surplus), ("已核销绿证", counted, surplus)):
        row = sheet.row(label)
        sheet.check(f"C{row}", amount.scaleb(-1))
        sheet.check(f"D{row}", rest.scaleb(-1))
        sheet.check(f"E{row}", (amount + rest).scaleb(-1), formula=True)
    left_out = "select sum(mwh), count(*) from certificates.exclusions where park_id = $1 and year = $2 and reason = $3"
    ((mwh, lines),) = ask(left_out, YEAR, "not_held")
    row = next(cell.row for cell in sheet.values["B"] if str(cell.value).startswith("未计入："))
    sheet.check(f"F{row}", mwh.scaleb(-1))
    sheet.check(f"G{row}", lines)
    sheet.all_checked()


def test_quality(sheets: Sheets, ask: Any) -> None:
    sheet = sheets["表6"]
    counts = "intervals_expected, intervals_valid, intervals_estimated, intervals_open"
    months = (
        f"select month, {counts}, coverage, estimated_share from quality.park_month where park_id = $1 and year = $2"
    )
    for month, *values in ask(months, YEAR):
        for letter, value in zip("BCDEFG", values, strict=True):
            sheet.check(f"{letter}{sheet.row(month, 'A')}", value)
    sums = ", ".join(f"sum({name})" for name in counts.split(", "))
    ((*summed,),) = ask(f"select {sums} from quality.park_month where park_id = $1 and year = $2", YEAR)
    shares = "select coverage, estimated_share from metrics.park_year where park_id = $1 and year = $2"
    for letter, value in zip("BCDE", summed, strict=True):
        sheet.check(f"{letter}{sheet.row('全年', 'A')}", Decimal(value), formula=True)
    for letter, value in zip("FG", ask(shares, YEAR)[0], strict=True):
        sheet.check(f"{letter}{sheet.row('全年', 'A')}", value)
    words = {"fail": "严重", "warn": "提示", "info": "记录"}
    found = "select code, severity, count(*) from quality.findings where park_id = $1 and year = $2 group by all"
    for code, severity, count in ask(found, YEAR):
        (row,) = (row for row in sheet.rows(code) if sheet.values[f"A{row}"].value == words[severity])
        sheet.check(f"G{row}", count)
    sheet.all_checked()


def test_factors(sheets: Sheets, ask: Any) -> None:
    sheet = sheets["表7"]
    factors = """
        select distinct term, factor, unit, value, status from evidence.factors_used where park_id = $1 and year = $2
        order by term, factor, value, status
    """
    rows = ask(factors, YEAR)
    for row, (_, _, unit, value, _) in enumerate(rows, start=4):
        sheet.check(f"D{row}", value)
        assert sheet.values[f"E{row}"].value == unit
    names = [sheet.values[f"C{row}"].value for row in range(4, 4 + len(rows))]
    assert {"天然气 低位发热量", "化石能源热力排放因子", "江苏电网平均排放因子"} <= set(names)
    said = [sheet.values[f"{letter}{row}"].value for letter in "BC" for row in range(4, 4 + len(rows))]
    assert not [text for text in said if not re.search(r"[\u4e00-\u9fff]", text)]
    sheet.all_checked()


def test_every_source_of_the_method_and_of_the_factors_has_chinese_words() -> None:
    used = [row["source"] for row in table("method_parameters") if row["parameter"] in FACTORS]
    for source in {*used, *(row["source"] for name in ("fuels", "electricity_factors") for row in table(name))}:
        assert source_in_chinese(source) != source or source.startswith(("https://", "GB/T 2589-2020")), source
    assert source_in_chinese("document d-1") == "凭证 d-1"
    assert source_in_chinese("declared in file ab12, line 3") == "园区申报（文件 ab12 第3行）"


def table(name: str) -> list[dict[str, str]]:
    text = resources.files("pipelines.reference").joinpath(f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_cover_names_publication_hash_and_verdicts_and_every_page_prints_on_a4(sheets, account) -> None:
    cover = sheets["封面"].values
    said = {cell.value for row in cover.iter_rows() for cell in row}
    assert {account.manifest["id"], account.manifest_sha256, "开放园区", PARK, "园区整体"} <= said
    red = red_words({"封面": sheets["封面"]})
    assert {"未定", "未达标", "核算结论未定：尚缺数据或存在争议，本表不得作为达标依据。"} <= red
    assert {"填报单位（盖章）", "单位负责人（签字）", "填报日期"} <= said
    for sheet in sheets.values():
        assert sheet.values.page_setup.paperSize == 9
        assert sheet.values.sheet_properties.pageSetUpPr.fitToPage
    everything = {str(c.value) for s in sheets.values() for row in s.values.iter_rows() for c in row if c.value}
    assert not any(name in text for text in everything for name in (f"{MARK}-e1", f"{MARK}-e2", f"{MARK}-one"))


def test_a_park_that_is_held_back_has_red_words_and_no_figure(account: Account, tmp_path: Path) -> None:
    kept = ("park_id", "year")
    empty = {name: value if name in kept else None for name, value in account.result.items()}
    verdicts = dict.fromkeys(("core_verdict", "direct_supply_verdict", "overall_verdict"), "undecided")
    held = replace(
        account,
        results={**account.results, YEAR: empty | verdicts | {"reasons": ["held_back"]}},
        carriers={**account.carriers, YEAR: []},
        indicators={},
        projects=[],
        certificates=dict.fromkeys(account.certificates) | {"enterprises": 0},
        excluded=[],
        months=[],
        findings=[],
        factors=[],
        held=("Energy is not conserved.",),
    )
    sheets = written(held, tmp_path / "held.xlsx")
    red = red_words(sheets)
    assert {"暂不发布", "Energy is not conserved.", "本园区的数据未通过审核，核算结果暂不发布，本表不得报送。"} <= red
    for name, letters in (
        ("表1", "JKL"),
        ("表3", "EF"),
        ("表4", "F"),
        ("表5", "CDEFGH"),
        ("表6", "BCDEFG"),
        ("表7", "D"),
    ):
        assert not {at for at in sheets[name].numbers() if at[0] in letters}, name
    # The base year is published, and stands as before.
    assert sheets["表3"].values[f"D{sheets['表3'].row('碳排放总量')}"].value > 0


def test_text_of_data_is_never_a_formula_and_the_same_account_gives_the_same_bytes(account: Account, tmp_path) -> None:
    hostile = replace(account, park={**account.park, "name_zh": "=1+1&C", "province_zh": "@SUM(1)"})
    sheets = written(hostile, tmp_path / "a.xlsx")
    assert "=1+1&C" in {
        cell.value for row in sheets["封面"].formulas.iter_rows() for cell in row if cell.data_type == "s"
    }
    written(hostile, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_command_writes_the_workbook(home: Settings, sheets: Sheets, tmp_path: Path) -> None:
    target = tmp_path / "park.xlsx"
    done = zcp("forms", "开放园区", str(YEAR), "--out", str(target), "--lang", "en", home=home.home)
    assert done.returncode == 0, done.stderr
    assert openpyxl.load_workbook(target).sheetnames == [sheet.values.title for sheet in sheets.values()]
    assert "no name of a workbook" in one_sentence(zcp("forms", PARK, "2026", "--out", "x.pdf", home=home.home), 2)
