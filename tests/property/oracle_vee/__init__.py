"""Validation and estimation of readings a second time, written from the specification alone (document 3).

Integers and plain loops over ``datetime`` keys, no SQL: slow, and short enough to be compared with the text by eye. It
shares no code and no interpretation with ``sql/``; the tests set the two against each other. Formats, corrections,
rollovers and the masking study are tested elsewhere.
"""

from tests.property.oracle_vee.calendar import day_types
from tests.property.oracle_vee.estimation import estimates
from tests.property.oracle_vee.ladder import Estimate, Ladder, Tried
from tests.property.oracle_vee.series import Series, series_of
from tests.property.oracle_vee.totals import KnownTotal, fail_register_sums, known_totals
from tests.property.oracle_vee.validation import import_zeros, validate, warnings

__all__ = [
    "Estimate",
    "KnownTotal",
    "Ladder",
    "Series",
    "Tried",
    "day_types",
    "estimates",
    "fail_register_sums",
    "import_zeros",
    "known_totals",
    "series_of",
    "validate",
    "warnings",
]
