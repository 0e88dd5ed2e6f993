"""The ladder from top to bottom: for every interval without a usable value the first method that applies."""

from collections.abc import Mapping, Sequence
from datetime import date

from tests.property.oracle_vee import methods
from tests.property.oracle_vee.fitting import fit
from tests.property.oracle_vee.ladder import Ladder, Tried, gaps_of
from tests.property.oracle_vee.series import Series
from tests.property.oracle_vee.totals import KnownTotal


def estimates(
    one: Series, park: Sequence[Series], types: Mapping[date, str], totals: Sequence[KnownTotal], tried: Tried
) -> Ladder:
    """What takes the place of every interval of a meter that is not valid, and which stay open.

    ``park`` are all meters of its park, ``types`` the types of its days, ``totals`` what is known of this meter.
    """
    gaps = gaps_of(one)
    ladder = Ladder(one, tried, open=[start for gap in gaps for start in gap])
    ladder.step("alternate", methods.alternates(one, park, tried).get)
    ladder.step("linear", {k: v for gap in gaps for k, v in methods.linear(one, gap, tried).items()}.get)
    ladder.step("like_day", methods.like_days(one, {start.date() for start in ladder.open}, types, tried))
    fit(ladder, totals)
    ladder.step("conservative", methods.conservative(one, park, tried))
    return ladder
