"""Published numbers as text: rounded half up from the exact value, the same digits in both languages."""

from decimal import ROUND_HALF_UP, Decimal

NOTHING = "–"
INTENSITY_DIGITS = 4
_MOST_DIGITS = 12

Number = int | float | Decimal


def exact(value: Number | None) -> str:
    """The published value itself: a decimal with all its places, a double in the shortest form that gives it back."""
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else repr(value)


def as_decimal(value: Number) -> Decimal:
    """The value as a decimal; a double as its shortest text."""
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def shown(value: Number | None, digits: int = 0) -> str:
    """A number with thousands separators and ``digits`` decimals, or a dash for none; a true minus sign."""
    if value is None:
        return NOTHING
    rounded = as_decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:,.{digits}f}".replace("-", "−")


def percent(value: Number | None, digits: int = 1) -> str:
    """A share as a percentage, its sign kept on the line; or a dash."""
    return NOTHING if value is None else f"{shown(as_decimal(value) * 100, digits)}\N{NO-BREAK SPACE}%"


def deciding_digits(value: Number | None, bound: Number | None, digits: int) -> int:
    """The fewest decimals, at least ``digits``, at which the rounded value stands on the same side of ``bound``.

    A value just above a limit must not read as the limit itself.
    """
    if value is None or bound is None or as_decimal(value) == as_decimal(bound):
        return digits
    own, other = as_decimal(value), as_decimal(bound)
    for places in range(digits, _MOST_DIGITS):
        unit = Decimal(1).scaleb(-places)
        if own.quantize(unit, rounding=ROUND_HALF_UP) != other.quantize(unit, rounding=ROUND_HALF_UP):
            return places
    return _MOST_DIGITS
