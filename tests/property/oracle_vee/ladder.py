"""One meter on its way down the ladder: what is open, what was estimated, and the rules that estimates meet again.

The methods are in ``methods``. ``Tried`` names the branches that a world goes through, so that a test can count them.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.property.oracle_vee.series import Series
from tests.property.oracle_vee.validation import breaks, spikes

Tried = Counter[str]


@dataclass(frozen=True)
class Estimate:
    method: str
    wh: int


@dataclass
class Ladder:
    """One meter on its way down: ``open`` are the starts without a value yet, ``found`` the estimates so far."""

    one: Series
    tried: Tried
    open: list[datetime] = field(default_factory=list)
    found: dict[datetime, Estimate] = field(default_factory=dict)

    def step(self, method: str, guess: Callable[[datetime], int | None]) -> None:
        """Takes a method's estimates for the open intervals, but for those that break a rule."""
        guesses = {start: wh for start in self.open if (wh := guess(start)) is not None}
        broken = self._broken(method, guesses)
        self.found |= {start: Estimate(method, wh) for start, wh in guesses.items() if start not in broken}
        self.open = [start for start in self.open if start not in self.found]
        self.tried[f"{method}: estimates"] += len(guesses) > len(broken)

    def _broken(self, method: str, guesses: Mapping[datetime, int]) -> set[datetime]:
        broken = set()
        for start, guess in guesses.items():
            if rule := breaks(self.one, start, guess):
                broken.add(start)
                self.tried[f"{method}: estimate breaks {rule}"] += 1
        touched = {start.date() for start in guesses}
        of_day = {s: wh for s in self.one.due if s.date() in touched and (wh := self.one.valid(s)) is not None}
        high = spikes(self.one, of_day | dict(guesses)) & set(guesses)
        self.tried[f"{method}: estimate breaks spike"] += bool(high - broken)
        return broken | high


def gaps_of(one: Series) -> list[list[datetime]]:
    """The longest runs of due intervals that are not valid."""
    found: list[list[datetime]] = []
    for start in one.due:
        if one.valid(start) is not None:
            continue
        if found and found[-1][-1] + one.length == start:
            found[-1].append(start)
        else:
            found.append([start])
    return found
