"""Numbers as they are written elsewhere into plain ones: full-width digits, other minus signs, decimal commas.

Works on texts; whether a text is then a number that the contract takes is judged in ``canonical``.
"""

import polars as pl

_FULL_WIDTH = {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {
    "\uff0e": ".",  # full-width full stop
    "\uff0c": ",",  # full-width comma
    "\uff0b": "+",  # full-width plus
    "\uff0d": "-",  # full-width hyphen
    "\u2212": "-",  # minus sign
    "\uff1a": ":",  # full-width colon
    "\uff0f": "/",  # full-width solidus
}
_ANY_FULL_WIDTH = f"[{''.join(_FULL_WIDTH)}]"
_NUMERIC_TEXT = r"^[+-]?[\d.,]*\d[\d.,]*$"
# A comma that cannot be anything but a decimal one, with points only between groups of three digits before it.
_DECIMAL_COMMA = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+$"
_MAY_BE_THOUSANDS = r"^[+-]?[1-9]\d{0,2},\d{3}$"
# Formats that separate cells by commas say nothing about commas in numbers.
_SEPARATORS = (";", "\t")
_COMMA_WARNING = (
    "numbers with commas were set aside because 1,234 may be 1.234 or 1234; state decimal: ',' in delivery.yaml"
)


def ascii_digits(texts: pl.Expr) -> pl.Expr:
    """Full-width digits and signs, and other minus signs, as the ASCII ones."""
    replaced = texts.str.replace_many(list(_FULL_WIDTH), list(_FULL_WIDTH.values()))
    return pl.when(texts.str.contains(_ANY_FULL_WIDTH)).then(replaced).otherwise(texts)


def plain_numbers(
    rows: pl.DataFrame, names: list[str], decimal: str | None, separator: str | None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The columns ``names`` (String) with ASCII digits and decimal points, and warnings.

    ``decimal``: what ``delivery.yaml`` states, else null: then commas are decimal ones only in text separated by
    semicolons or tabs (``separator``; null for other formats) in which no number has a point or two commas and one
    number at least cannot be read as thousands. Otherwise texts with commas stay what they are, which is no number.
    With decimal commas, ``1.234,5`` is 1234.5; in text, ``1.234`` is set aside, as it may be 1234.
    """
    rows = rows.with_columns(ascii_digits(pl.col(name)) for name in names)
    if decimal == ".":
        return rows, ()
    texts = pl.concat([rows[name].rename("text") for name in names] or [pl.Series("text", [], pl.String)])
    texts = texts.filter(texts.str.contains(",", literal=True))
    if decimal is None:
        numbers = texts.filter(texts.str.contains(_NUMERIC_TEXT))
        if separator not in _SEPARATORS or numbers.is_empty():
            return rows, ()
        if not _are_decimal(numbers) or _have_points(rows, names):
            return rows, (_COMMA_WARNING,)
    return rows.with_columns(_with_point(pl.col(name), is_text=separator is not None) for name in names), ()


def _are_decimal(numbers: pl.Series) -> bool:
    """Whether all of the numbers, each with a comma, have decimal ones, and one of them for certain."""
    every = numbers.str.contains(_DECIMAL_COMMA).all()
    return bool(every and not numbers.str.contains(_MAY_BE_THOUSANDS).all())


def _have_points(rows: pl.DataFrame, names: list[str]) -> bool:
    pointed = (pl.col(name).str.contains(r"^[+-]?\d*\.\d+$").any() for name in names)
    return bool(rows.select(pl.any_horizontal(pointed)).item())


def _with_point(text: pl.Expr, *, is_text: bool) -> pl.Expr:
    with_point = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    unclear = text.str.contains(r"^[+-]?\d*\.\d*$") & is_text
    return (
        pl.when(text.str.contains(_DECIMAL_COMMA))
        .then(with_point)
        .when(unclear)
        .then(pl.format("{} (where the decimal sign is a comma)", text))
        .otherwise(text)
        .alias(text.meta.output_name())
    )
