"""A park with two daily meters, delivered file by file: small enough for tests that run the whole pipeline often."""

import calendar
from collections.abc import Iterable
from pathlib import Path

from pipelines.ingest.landing import land
from pipelines.settings import Settings

YEAR = 2025
MASTERS = {
    "parks": "park_id,name_zh,province_zh\np,园区,江苏省\n",
    "enterprises": "enterprise_id,park_id,name\ne,p,企业\n",
    "meters": (
        "meter_id,park_id,point,measure,unit,enterprise_id,interval_minutes\n"
        "in,p,grid_import,interval_energy,kWh,,1440\n"
        "use,p,use,interval_energy,kWh,e,1440\n"
    ),
}


def kwh(month: int, day: int) -> int:
    """What both meters measure on a day; no two days of a week are alike."""
    return 1000 + 10 * month + day


def readings(month: int, without: Iterable[int] = (), meters: Iterable[str] = ("in", "use")) -> str:
    """A month of both meters but for the days ``without``, as a long file."""
    days = [day for day in range(1, calendar.monthrange(YEAR, month)[1] + 1) if day not in set(without)]
    return "meter_id,interval_end,value\n" + "".join(
        f"{meter},{YEAR}-{month:02d}-{day:02d}T24:00,{kwh(month, day)}\n" for meter in meters for day in days
    )


def one_day(month: int, day: int, value: int | None = None) -> str:
    """One day of both meters, as measured or with another value."""
    shown = kwh(month, day) if value is None else value
    return "meter_id,interval_end,value\n" + "".join(
        f"{meter},{YEAR}-{month:02d}-{day:02d}T24:00,{shown}\n" for meter in ("in", "use")
    )


class Deliveries:
    """Delivery folders below ``root``, and the home folder that takes them in."""

    def __init__(self, root: Path) -> None:
        self.root, self.settings = root, Settings(home=root / "home", duckdb_memory="512MiB", duckdb_threads=2)

    def write(self, name: str, delivered_at: str, **files: str) -> Path:
        """A folder with these files, ``name=text`` for ``name.csv``."""
        folder = self.root / "deliveries" / name
        folder.mkdir(parents=True)
        (folder / "delivery.yaml").write_text(f"delivered_at: {delivered_at}\n", encoding="utf-8")
        for file, text in files.items():
            (folder / f"{file}.csv").write_text(text, encoding="utf-8")
        return folder

    def take_in(self, *folders: Path) -> dict[str, str]:
        """Lands folders one after the other; the file_id of each file by its name."""
        return {entry.file_name: entry.file_id for folder in folders for entry in land([folder], self.settings)}
