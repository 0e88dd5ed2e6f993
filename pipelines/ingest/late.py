"""Changes that come late: readings delivered, or taken back, long after the end of a month that is published already.

Nothing is refused or rebuilt differently for it; a run says so, because figures that others may have used can change.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipelines.ingest.ledger import SHANGHAI, Arrival, first_declared, read_arrivals, standing_entries, utc, withdrawn
from pipelines.lake import Lake
from pipelines.model_inputs import month_bounds


@dataclass(frozen=True)
class LateChange:
    """A file that reaches published months which ended more than the late window before.

    ``months``: those months, ``days`` counted from the end of the first of them; ``withdrawn``: the file went.
    """

    file_id: str
    file_name: str
    delivery: str
    months: tuple[str, ...]
    days: int
    withdrawn: bool


def late_changes(lake: Lake, published: Collection[str], window_days: int) -> list[LateChange]:
    """What a run would bring into the publication made of the files ``published``, and is late, in order of file_id.

    A file is dated by its first declared delivery, else its first arrival; a month of which nothing is published yet
    cannot be late.
    """
    known = {month for entry in lake.ledgers() if entry["file_id"] in published for month in entry["months"]}
    found = []
    for entry, day, taken_back in _changes(lake, published):
        days = {month: (day - month_bounds(month)[1]).days for month in entry["months"] if month in known}
        late = sorted(month for month, number in days.items() if number > window_days)
        if late:
            name, delivery = entry["file_name"], entry["delivery"]
            found.append(LateChange(entry["file_id"], name, delivery, tuple(late), days[late[0]], taken_back))
    return sorted(found, key=lambda change: change.file_id)


def _changes(lake: Lake, published: Collection[str]) -> Iterator[tuple[dict[str, Any], date, bool]]:
    """The files that the next run brings in or leaves out, the day on which each came or went, and whether it went."""
    arrivals: dict[str, list[Arrival]] = {}
    for arrival in read_arrivals(lake):
        arrivals.setdefault(arrival.file_id, []).append(arrival)
    for entry in standing_entries(lake):
        if entry["file_id"] not in published and entry["file_id"] in arrivals:
            yield entry, _came(arrivals[entry["file_id"]]), False
    away = withdrawn(lake)
    for entry in lake.ledgers():
        if entry["file_id"] in published and entry["file_id"] in away:
            yield entry, _day(away[entry["file_id"]].at), True


def _came(arrivals: Iterable[Arrival]) -> date:
    arrivals = list(arrivals)
    declared = first_declared(arrivals)
    return declared.date() if declared else _day(min(utc(arrival.arrived_at) for arrival in arrivals))


def _day(moment: str) -> date:
    return datetime.fromisoformat(utc(moment)).astimezone(SHANGHAI).date()
