"""Direct supply from delivery to publication: what a line brings, who used it, what does not count and what cures it.

Two parks on four days around the end of March. ``let``: a line of another owner, metered at both ends, that brings 100
MWh an hour to two users of 40 while 60 leave. ``stored``: a plant whose storage is charged by itself and from the grid.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipeline.zcp_command import zcp

FIRST, HOURS = datetime(2026, 3, 30), 96
VALID = "2026-03-30,2026-04-02"
CODE = "00000000000000031"

Query = Callable[[str], list[tuple[Any, ...]]]
# MWh of every hour.
LET = {"near": "100", "far": "102", "out": "59.9997", "use-a": "30.0002", "use-b": "10.0001", "aux": "0.5"}
# MWh by quarter of the day. Half of the charge comes from the plant's own generation.
STORED = {
    "mill": (60, 40, 0, 0),
    "charge": (20, 20, 0, 0),
    "discharge": (0, 0, 15, 15),
    "in": (0, 0, 30, 10),
    "out": (0, 10, 0, 4),
}
OF_GRID = {"charge": (0, 0, 0, 40), "in": (0, 0, 0, 40)}

PROJECTS = f"""project_id,park_id,technology,relation,same_owner,gec_project_code
wind,let,wind,direct_line,false,{CODE}
mill,stored,wind,onsite,,
"""
METERS = """meter_id,park_id,point,measure,unit,interval_minutes,project_id,enterprise_id,valid_from,valid_to
near,let,direct_import,interval_energy,MWh,60,wind,,{v}
far,let,generation,interval_energy,MWh,60,wind,,{v}
aux,let,auxiliary,interval_energy,MWh,60,wind,,{v}
out,let,grid_export,interval_energy,MWh,60,,,{v}
use-a,let,use,interval_energy,MWh,60,,a,{v}
use-b,let,use,interval_energy,MWh,60,,b,{v}
mill,stored,generation,interval_energy,MWh,360,mill,,{v}
charge,stored,storage_charge,interval_energy,MWh,360,mill,,{v}
discharge,stored,storage_discharge,interval_energy,MWh,360,mill,,{v}
s-in,stored,grid_import,interval_energy,MWh,360,,,{v}
s-out,stored,grid_export,interval_energy,MWh,360,,,{v}
""".replace("{v}", VALID)


def readings() -> str:
    rows = ["meter_id,interval_end,value"]
    for hour in range(1, HOURS + 1):
        end = FIRST + timedelta(hours=hour)
        rows += [f"{meter},{end.isoformat()},{value}" for meter, value in LET.items()]
        if hour % 6 == 0:
            for meter, values in STORED.items():
                quarter = hour // 6 % 4 - 1
                value = values[quarter] + OF_GRID.get(meter, (0, 0, 0, 0))[quarter]
                rows.append(f"{'s-' if meter in ('in', 'out') else ''}{meter},{end.isoformat()},{value}")
    return "\n".join(rows) + "\n"


def write(folder: Path, delivered_at: str, **files: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "delivery.yaml").write_text(f"delivered_at: {delivered_at}\n", encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def account(home: Path, delivery: Path) -> Query:
    """Runs a delivery; what was published can be asked then."""
    done = zcp("run", "--home", str(home), "--input", str(delivery), "--year", "2026")
    assert done.returncode == 0, done.stderr

    def ask(query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(home / "published" / "current" / "parks.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()

    return ask


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("direct")


@pytest.fixture(scope="module")
def ask(places: Path) -> Query:
    delivery = write(
        places / "first",
        "2026-05-01T08:00+08:00",
        parks="park_id,name_zh,province_zh\nlet,租线园区,江苏省\nstored,储能园区,江苏省\n",
        enterprises="enterprise_id,park_id,name\na,let,甲\nb,let,乙\n",
        projects=PROJECTS,
        meters=METERS,
        meter_readings=readings(),
        curtailment="project_id,month,curtailed_mwh\nmill,2026-03,0\n",
    )
    return account(places / "home", delivery)


def test_every_term_of_self_use_is_shown_and_they_add_up(ask: Query) -> None:
    columns = (
        "generation_mwh, green_charge_mwh, green_discharge_mwh, export_mwh, line_loss_mwh, auxiliary_mwh, self_use_mwh"
    )
    rows = {project: values for project, *values in ask(f"select project_id, {columns} from metrics.project_year")}
    exported = Decimal("59.9997") * HOURS
    assert rows["wind"] == [
        102 * HOURS, 0, 0, exported, Decimal("1.5") * HOURS, Decimal("0.5") * HOURS, 100 * HOURS - exported
    ]  # fmt: skip
    # A day: 100 generated, 40 of 80 charged by itself, 15 of 30 discharged green, 14 exported.
    assert rows["mill"] == [4 * 100, 4 * 40, 4 * 15, 4 * 14, None, 0, 4 * (100 - 40 + 15 - 14)]


def test_conditions_and_a_curtailment_that_nobody_told(ask: Query) -> None:
    verdicts = "self_use_of_generation_verdict, self_use_of_consumption_verdict, export_of_generation_verdict"
    assert ask(f"select project_id, curtailment_record, users, {verdicts} from metrics.project_year order by 1") == [
        ("mill", "partial", None, "pass", "pass", "pass"),
        ("wind", "none", 2, "fail", "pass", "fail"),
    ]
    told = ask(
        "select code, severity, json_extract_string(evidence, '$.project_id') from quality.findings "
        "where code in ('curtailment_not_recorded', 'project_condition_not_met') order by all"
    )
    assert told == [
        ("curtailment_not_recorded", "info", "mill"),
        ("curtailment_not_recorded", "warn", "wind"),
        ("project_condition_not_met", "warn", "wind"),
    ]


def test_two_users_share_the_line_by_their_use_of_each_hour(ask: Query) -> None:
    shares = ask("select enterprise_id, direct_share_mwh from metrics.enterprise_year order by 1")
    assert shares == [("a", Decimal("30.0002") * HOURS), ("b", Decimal("10.0001") * HOURS)]


def test_energy_is_conserved_in_every_month(ask: Query) -> None:
    rows = ask(
        "select park_id, month, intervals_checked, intervals_unbalanced, largest_imbalance_wh, line_loss_mwh, "
        "import_mwh + line_sent_mwh + generation_mwh + discharge_mwh + missing_mwh "
        "- metered_use_mwh - unmetered_mwh - charge_mwh - export_mwh - line_loss_mwh "
        "from metrics.energy_conservation order by 1, 2"
    )
    assert rows == [
        ("let", "2026-03", 48, 0, 0, 96, 0),
        ("let", "2026-04", 48, 0, 0, 96, 0),
        ("stored", "2026-03", 8, 0, 0, 0, 0),
        ("stored", "2026-04", 8, 0, 0, 0, 0),
    ]


def test_the_certificates_that_the_finding_asks_for_cure_it(ask: Query, places: Path) -> None:
    used = Decimal("40.0003") * HOURS
    uncounted = "select uncounted_green_mwh, electricity_tco2 from metrics.park_year where park_id = 'let'"
    assert ask(uncounted) == [(used, (used * Decimal("0.8325")).quantize(Decimal("0.000001")))]
    ((sentence,),) = ask("select sentence from quality.findings where code = 'direct_power_not_counted'")
    found = re.search(r"(\d+) own-use certificates of project code (\d+)", sentence)
    assert found
    assert found.groups() == ("3841", CODE)
    assert all(part in sentence for part in (f"{used:.6f} MWh", "2026-03, 2026-04", "by 2027-12-31"))
    # As many as asked for, each by the month of use: what March leaves of its last certificate reaches April.
    lines = [
        f"t{month},2026-05-01,own_use,{CODE},wind,2026-{month:02d},1,{count},a"
        for month, count in ((3, 1921), (4, 1920))
    ]
    header = (
        "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,buyer_enterprise_id"
    )
    trades = write(places / "trades", "2026-06-01T08:00+08:00", gec_trades="\n".join([header, *lines, ""]))
    ask = account(places / "home", trades)
    assert ask(uncounted) == [(0, 0)]
    assert ask("select count(*) from quality.findings where code = 'direct_power_not_counted'") == [(0,)]
    assert ask("select uncounted_mwh from metrics.project_year where project_id = 'wind'") == [(0,)]
