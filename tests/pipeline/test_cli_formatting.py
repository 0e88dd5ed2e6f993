"""Cells, options and sentences of the command line, without running a command."""

import re
import string
from decimal import Decimal

import pytest
from rich.text import Text
from rich.tree import Tree

from pipelines import texts
from pipelines.commands import chinese, formatting
from pipelines.commands.output import Output, plain
from pipelines.commands.run import parse_months
from pipelines.errors import UserError


@pytest.mark.parametrize(
    ("option", "months"),
    [
        ("2026-02", ("2026-02",)),
        ("2025-11..2026-02", ("2025-11", "2025-12", "2026-01", "2026-02")),
        ("2026-12..2026-12", ("2026-12",)),
    ],
)
def test_a_range_of_months_includes_both_ends(option: str, months: tuple[str, ...]) -> None:
    assert parse_months(option, Output("en")) == months


@pytest.mark.parametrize("option", ["2026-02..2026-01", "2026-1", "2026", "..2026-01", "2026-01..2026-02..2026-03"])
def test_a_range_of_months_that_is_none_is_refused(option: str) -> None:
    with pytest.raises(UserError, match=re.escape(option)):
        parse_months(option, Output("en"))


def test_margins_are_positive_on_the_good_side() -> None:
    row = {
        "intensity_tco2_per_tce": 0.15,
        "limit_tco2_per_tce": 0.2,
        "direct_supply_share": 0.4,
        "core_verdict": "pass",
        "direct_supply_verdict": "fail",
        "overall_verdict": "fail",
    }
    core, direct, overall = formatting.margin_rows(row, 0.5, "en")
    assert core[3] == "0.0500"
    assert direct[3] == "-10.0%"
    assert str(overall[4]) == "fail"


def test_what_is_not_known_is_a_dash_and_never_zero() -> None:
    assert formatting.number(None) == formatting.percent(None) == formatting.cell(None) == "–"
    assert formatting.number(0, 1) == "0.0"


def test_a_file_that_was_refused_counts_in_the_totals() -> None:
    numbers = {"rows_read": 5, "rows_loaded": 3, "rows_duplicate": 1, "rows_quarantined": 1}
    totals = formatting.ledger_totals([numbers | {"refused_reason": None}, numbers | {"refused_reason": "a picture"}])
    assert totals == {"read": 10, "loaded": 6, "duplicate": 2, "quarantined": 2, "files": 2, "refused": 1}


def test_findings_of_one_code_are_one_row() -> None:
    rows = [
        {"severity": "warn", "code": code, "sentence": f"{code} {k}", "evidence": None} for k, code in enumerate("aba")
    ]
    assert formatting.finding_rows(rows, "en") == [["warn", "a", "2", "a 0"], ["warn", "b", "1", "b 1"]]


def test_chinese_is_the_sentence_of_the_code_with_what_the_case_adds() -> None:
    missing = chinese.standard_sentence("missing_input", "en")
    assert chinese.sentence("missing_input", f"{missing} 3 rows.", "en") == f"{missing} 3 rows."
    assert chinese.sentence("missing_input", missing, "zh") == "应报数据缺失；零值须明示。"
    assert chinese.sentence("missing_input", f"{missing} 3 rows.", "zh") == "应报数据缺失；零值须明示。（3 rows.）"
    assert chinese.sentence("missing_input", missing, "zh", '{"key": "coal", "at": null}').endswith("（key coal）")
    assert chinese.sentence("no_such_code", "Said.", "zh") == "Said."


def test_every_metric_that_is_shown_has_a_chinese_name() -> None:
    for name in (name for names in formatting.SECTIONS.values() for name in names):
        assert chinese.column(name, "zh") != name == chinese.column(name, "en")


def test_no_code_has_two_chinese_sentences() -> None:
    assert not chinese._SENTENCES.keys() & chinese._codes().keys()


def test_counts_are_singular_where_there_is_one() -> None:
    numbers = {"read": 1, "loaded": 1, "duplicate": 0, "quarantined": 0, "files": 1, "refused": 1}
    said = texts.text("ledger_summary", "en", **numbers)
    assert said == "Landed 1 file: 1 row read = 1 loaded + 0 duplicate + 0 quarantined; 1 refused."
    many = texts.text("written", "en", folder="f", deliveries=2, readings=1234)
    assert many == "Wrote 2 deliveries with 1,234 readings to f."


def test_json_keeps_long_serials_whole() -> None:
    assert plain(Decimal("100000000000000000008")) == 100000000000000000008
    assert plain(Decimal("1.250000")) == 1.25


@pytest.mark.parametrize("key", sorted(texts._TEXTS))
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    chinese, english = (
        {name for _, name, _, _ in string.Formatter().parse(sentence) if name} for sentence in texts._TEXTS[key]
    )
    assert chinese == english


@pytest.mark.parametrize(
    ("arguments", "locale", "language"),
    [
        (["show", "--lang", "zh"], "en_GB.UTF-8", "zh"),
        (["show", "--lang=en"], "zh_CN.UTF-8", "en"),
        (["show"], "zh_CN.UTF-8", "zh"),
        (["show"], "C", "en"),
        (["show", "--lang"], "zh_CN", "zh"),
    ],
)
def test_the_option_wins_over_the_locale(arguments: list[str], locale: str, language: str) -> None:
    assert texts.detect_language(arguments, {"LANG": locale}) == language


def test_names_from_deliveries_cannot_steer_the_terminal_or_be_markup(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "\x1b[31mred\x9b2J[bold]x[/nothing]"
    output = Output("en")
    output.table("", [hostile], [[hostile], [Text(hostile, style="red")]])
    output.say(hostile)
    output.warn(hostile)
    output.error(hostile)
    tree = Tree(Text(hostile))
    tree.add(Text(hostile))
    output.tree(tree)
    shown = "".join(capsys.readouterr())
    assert shown.count("\ufffd[31mred\ufffd2J[bold]x[/nothing]") == 8
    assert not {"\x1b", "\x9b"} & set(shown)
