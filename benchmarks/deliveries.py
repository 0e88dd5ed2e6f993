"""Generated deliveries of many parks for one year of quarter hours. Values are made up; only their volume is real.

One file per park and month, because that is how metering systems export (a monthly settlement file of a park's
meters) and how lateness and corrections arrive: 52 parks make 624 files of about 30 000 rows. A larger scale gives a
park more meters, so the files grow and their number stays.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

YEAR = 2026
MONTHS = [f"{YEAR}-{month:02}" for month in range(1, 13)]
METERS_PER_PARK = 10
PLANT_METERS = {
    "import": ("grid_import", ""),
    "export": ("grid_export", ""),
    "solar": ("generation", "solar"),
    "charge": ("storage_charge", "solar"),
    "discharge": ("storage_discharge", "solar"),
}


@dataclass(frozen=True)
class Deliveries:
    """Folders of one generated year: ``master``, one per month, and the later corrections."""

    root: Path

    @property
    def year(self) -> list[Path]:
        """Master data and the twelve months, as they are handed to ``zcp run``."""
        return [self.root / "master", *(self.root / month for month in MONTHS)]

    @property
    def readings(self) -> list[Path]:
        """Every file of readings, without the corrections."""
        return [path for month in MONTHS for path in sorted((self.root / month).glob("meter_readings_*.csv"))]

    @property
    def corrected_month(self) -> Path:
        """June of every park once more, one meter's values changed."""
        return self.root / "corrected-month"

    @property
    def corrected_file(self) -> Path:
        """June of one park once more, one meter's values changed."""
        return self.root / "corrected-file"

    @property
    def smallest(self) -> Path:
        """One park, one meter, one day."""
        return self.root / "one-meter-one-day"


def _write(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"copy ({query}) to '{path}' (format csv, header true)")


def _master(con: duckdb.DuckDBPyConnection, parks: int, uses: int) -> None:
    """Tables parks, enterprises, projects, meters, fuel_use; ids sort like their numbers."""
    plant = ", ".join(f"('{name}', '{point}', '{project}')" for name, (point, project) in PLANT_METERS.items())
    con.execute(f"""
        create table parks as
        select printf('bench-%03d', i) as park_id, printf('测试园区%03d', i) as name_zh, '江苏省' as province_zh, i
        from range(1, {parks + 1}) as t(i);
        create table enterprises as
        select printf('%s-e%03d', park_id, n) as enterprise_id, park_id, printf('企业%d', n) as name
        from parks, range(1, {uses + 1}) as t(n);
        create table projects as
        select park_id || '-solar' as project_id, park_id, 'solar' as technology, 'onsite' as relation from parks;
        create table meters as
        select p.park_id || '-' || m.name as meter_id, p.park_id, m.point, 'interval_energy' as measure, 'kWh' as unit,
               '' as enterprise_id, if(m.project = '', '', p.park_id || '-' || m.project) as project_id
        from parks as p, (values {plant}) as m(name, point, project)
        union all
        select replace(enterprise_id, '-e', '-use'), park_id, 'use', 'interval_energy', 'kWh', enterprise_id, ''
        from enterprises;
        create table fuel_use as
        select park_id, printf('{YEAR}-%02d', month) as month, 'natural_gas' as fuel, 'final_use' as activity,
               100 + i as quantity, '1000_m3' as unit
        from parks, range(1, 13) as t(month);
    """)


def _readings(con: duckdb.DuckDBPyConnection, park_id: str, uses: int, gap_percent: float) -> None:
    """Readings of one park: all meters, all quarter hours, in hundredths of a kWh; the gate closes the balance.

    Of ``gap_percent`` half are single quarter hours, half whole days of a meter.
    """
    half = round(gap_percent / 2 * 1000)
    con.execute(f"""
        create or replace table demand as
        select start, hour(start) + minute(start) / 60 as clock, n,
               cast(1000 * (20 + hash('{park_id}', n) % 200) * (1 + 0.5 * sin((clock - 8) / 24 * 2 * pi()))
                    + hash(n, start) % 5000 as bigint) as use_c
        from range(timestamp '{YEAR}-01-01', timestamp '{YEAR + 1}-01-01', interval 15 minute) as t(start),
             range(1, {uses + 1}) as u(n);
        create or replace table balance as
        select start, sum(use_c) as use_c,
               cast(greatest(sin((any_value(clock) - 6) / 12 * pi()), 0) * 260000 * {uses} as bigint) as solar_c,
               if(any_value(clock) between 11 and 12.99, 20000, 0) as charge_c,
               if(any_value(clock) between 19 and 20.99, 18000, 0) as discharge_c
        from demand group by start;
        create or replace table readings as
        with flows as (
            select start, '{park_id}-use' || printf('%03d', n) as meter_id, use_c as value_c from demand
            union all
            select start, '{park_id}-' || f.name, f.value_c
            from balance, lateral (
                select unnest(['import', 'export', 'solar', 'charge', 'discharge']) as name,
                       unnest([greatest(use_c + charge_c - solar_c - discharge_c, 0),
                               greatest(solar_c + discharge_c - use_c - charge_c, 0),
                               solar_c, charge_c, discharge_c]) as value_c
            ) as f
        )
        select meter_id, start + interval 15 minute as interval_end, cast(value_c as decimal(18, 2)) / 100 as value,
               strftime(start, '%Y-%m') as month
        from flows
        where hash(meter_id, start) % 100000 >= {half} and hash(start::date, meter_id) % 100000 >= {half};
    """)


def _write_months(con: duckdb.DuckDBPyConnection, park_id: str, found: Deliveries) -> None:
    """The park's twelve files, and June a second time with one kWh more in every value of its first user."""
    as_read = "select meter_id, interval_end, cast(value as decimal(18, 2)) as value"
    changed = as_read.replace("value as", "value + if(meter_id like '%-use001', 1, 0) as")
    for month in MONTHS:
        query = f"{as_read} from readings where month = '{month}' order by meter_id, interval_end"
        _write(con, query, found.root / month / f"meter_readings_{park_id}_{month}.csv")
    query = f"{changed} from readings where month = '{YEAR}-06' order by meter_id, interval_end"
    _write(con, query, found.corrected_month / f"meter_readings_{park_id}_{YEAR}-06_corrected.csv")


def _write_smallest(con: duckdb.DuckDBPyConnection, park_id: str, folder: Path) -> None:
    """One meter's first day, with the master rows it needs; the table readings must be the park's."""
    meter = f"meter_id = '{park_id}-import'"
    until = f"interval_end <= timestamp '{YEAR}-01-02'"
    _write(con, f"from parks where park_id = '{park_id}'", folder / "parks.csv")
    _write(con, f"from meters where {meter}", folder / "meters.csv")
    _write(
        con,
        f"select meter_id, interval_end, value from readings where {meter} and {until} order by all",
        folder / "meter_readings.csv",
    )


def make(root: Path, parks: int, scale: float, gap_percent: float = 0) -> Deliveries:
    """Writes the deliveries of ``parks`` parks with 10 × ``scale`` meters each (at least 6), replacing older ones.

    ``gap_percent`` of the readings are left out.
    """
    shutil.rmtree(root, ignore_errors=True)
    found = Deliveries(root)
    uses = max(round(METERS_PER_PARK * scale) - len(PLANT_METERS), 1)
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    _master(con, parks, uses)
    for table in ("parks", "enterprises", "projects", "meters", "fuel_use"):
        _write(con, f"from {table} order by all", root / "master" / f"{table}.csv")
    park_ids = [park_id for (park_id,) in con.execute("select park_id from parks order by park_id").fetchall()]
    for park_id in park_ids:
        _readings(con, park_id, uses, gap_percent)
        _write_months(con, park_id, found)
    _write_smallest(con, park_ids[-1], found.smallest)
    first = f"meter_readings_{park_ids[0]}_{YEAR}-06_corrected.csv"
    found.corrected_file.mkdir()
    shutil.copy(found.corrected_month / first, found.corrected_file / first)
    con.close()
    return found
