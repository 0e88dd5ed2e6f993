"""Numbers in other writings: full-width digits, minus signs, decimal commas, and commas that are left alone."""

import polars as pl
import pytest

from pipelines.ingest.numbers import plain_numbers


def numbers(texts, decimal=None, separator=";"):
    rows, warnings = plain_numbers(
        pl.DataFrame({"value": texts}, schema={"value": pl.String}), ["value"], decimal, separator
    )
    return rows["value"].to_list(), warnings


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("０．７９７３", "0.7973"),
        ("－５", "-5"),
        ("\u22125.5", "-5.5"),
        ("＋1", "+1"),
        ("1.5e3", "1.5e3"),
        ("5²", "5²"),
    ],
)
def test_full_width_digits_and_signs(text, plain):
    assert numbers([text])[0] == [plain]


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("proof", ["60,03", "0,030", "1234,567", "1.234,567", "-0,5", "1,2345"])
def test_commas_are_decimal_where_one_number_proves_it(separator, proof):
    found, warnings = numbers(["1,234", None, "7", proof], separator=separator)
    assert found == ["1.234", None, "7", proof.replace(".", "").replace(",", ".")]
    assert warnings == ()


@pytest.mark.parametrize(
    "texts",
    [
        ["1,234", "60,030"],  # thousands as well as thousandths
        ["1,234", "1,234,567"],
        ["60,03", "1,234.5"],
        ["60,03", "7.5"],
    ],
)
def test_commas_that_may_be_thousands_are_left_alone_and_told(texts):
    found, (warning,) = numbers(texts)
    assert found == texts
    assert "state decimal: ',' in delivery.yaml" in warning


@pytest.mark.parametrize("separator", [",", None])
def test_cells_between_commas_and_workbooks_prove_nothing(separator):
    assert numbers(["60,03"], separator=separator) == (["60,03"], ())


def test_a_stated_decimal_comma_is_kept_to():
    found, warnings = numbers(["60,030", "1.234,5", "-7", "1,2,3", "x"], decimal=",")
    assert (found, warnings) == (["60.030", "1234.5", "-7", "1,2,3", "x"], ())


def test_a_point_where_the_decimal_sign_is_a_comma_is_no_number_in_text_and_one_in_a_workbook():
    assert numbers(["1.234"], decimal=",")[0] == ["1.234 (where the decimal sign is a comma)"]
    assert numbers(["1.234"], decimal=",", separator=None)[0] == ["1.234"]


def test_a_stated_decimal_point_is_kept_to():
    assert numbers(["60,03"], decimal=".") == (["60,03"], ())
