"""Issuances, settlements and recognised amounts through the real command, in one delivery and in many, in any order.

What each rule says is in the golden cases; here the files are read, a later row corrects an earlier one, and nothing
depends on the order in which certificates, trades and the rest arrive.
"""

from pathlib import Path

import duckdb
import pytest

from tests.pipeline.small_park import MASTERS, YEAR, Deliveries, readings
from tests.pipeline.zcp_command import zcp

CODE = "00000000000000077"
"""The project of the unbundled certificates, which the register names by codes of 32 digits."""
JANUARY = f"{YEAR}-01"


def coded(serial: int) -> str:
    return f"{CODE}{JANUARY.replace('-', '')}{serial:09}"


TRADES = "trade_id,trade_date,channel,technology,project_code,generation_month,serial_from,serial_to,{}\n"
TABLES = {
    # January draws 31.8 MWh: no cap of the draw hides what the rules do.
    "gec_trades": TRADES.format("buyer_enterprise_id,province_zh")
    + f"near,2025-03-01,unbundled,wind,{CODE},{JANUARY},1,12,e,江苏\n"
    + f"transferred,2025-03-01,provincial_transfer,hydro,{CODE},{JANUARY},21,23,e,四川省\n"
    + f"held,2025-03-01,unbundled,wind,{CODE},{JANUARY},31,34,e,四川省\n"
    + f"power,2025-03-01,green_power,wind,P,{JANUARY},1,10,e,\n",
    "gec_cancellations": "核销编号,核销日期,certificate_from,certificate_to,受益企业,use_park_id\n"
    + f"k-near,2025-05-01,{coded(1)},{coded(8)},e,p\n"
    + f"k-unissued,2025-05-01,{coded(9)},{coded(12)},e,\n"
    + f"k-transferred,2025-05-01,{coded(21)},{coded(22)},e,\n"
    + f"k-elsewhere,2025-05-01,{coded(23)},{coded(23)},e,q\n",
    "gec_issuances": "certificate_from,certificate_to,核发日期\n"
    + f"{coded(1)},{coded(11)},2025-02-20\n{coded(21)},{coded(40)},2025-02-20\n",
    "green_power_settlements": "交易编号,月份,合同电量,上网电量,用电量\n" + f"power,{JANUARY},12,6.9,9\n",
    "gec_recognition": "enterprise_id,year,scope,认定电量,document_id\n" + f"e,{YEAR},省内,5.25,d\n",
}
WRONG_AT_FIRST = {
    "green_power_settlements": f"trade_id,month,contract_mwh,generation_mwh,use_mwh\npower,{JANUARY},12,0,9\n",
    "gec_recognition": f"enterprise_id,year,scope,recognised_mwh,document_id\ne,{YEAR},in_province,1,d\n",
}
QUERIES = {
    "position": "select enterprise_id, status, count_mwh from certificates.position order by all",
    "exclusions": "select ledger_id, reason, serial_from, serial_to, mwh from certificates.exclusions order by all",
    "balance": "select * exclude (publication_id) from certificates.line_balance order by all",
    "park": f"select green_trade_mwh, gec_mwh from metrics.park_year where year = {YEAR}",
    "contributions": "select term, source_id, energy_mwh from evidence.contributions "
    "where term in ('green_trade_mwh', 'gec_mwh') order by all",
    "findings": "select code, evidence from quality.findings "
    "where code like '%recogni%' or code like '%issu%' order by all",
}


def published(deliveries: Deliveries, *folders: Path) -> dict[str, list[tuple]]:
    given = [argument for folder in folders for argument in ("--input", str(folder))]
    done = zcp("run", *given, "--year", str(YEAR), home=deliveries.settings.home)
    assert done.returncode == 0, done.stderr
    current = deliveries.settings.home / "published" / "current" / "parks.duckdb"
    with duckdb.connect(str(current), read_only=True) as con:
        return {name: con.execute(query).fetchall() for name, query in QUERIES.items()}


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    deliveries = Deliveries(tmp_path_factory.mktemp("at-once"))
    files = {**MASTERS, "meter_readings": readings(1), **TABLES}
    return published(deliveries, deliveries.write("all", "2026-02-01T09:00", **files))


def test_every_certificate_has_its_place(at_once: dict[str, list[tuple]]) -> None:
    assert [(status, float(mwh)) for _, status, mwh in at_once["position"]] == [
        ("counted", 13.25),
        ("held", 4),
        ("not_held", 1),
        ("not_issued", 4),
        ("not_recognised", 2.75),
        ("not_settled", 4),
        ("surplus", 0),
        ("usable", 13.25),
    ]
    assert [row[:2] for row in at_once["exclusions"]] == [
        ("k-elsewhere", "not_held"),
        ("k-unissued", "not_issued"),
        ("power", "not_settled"),
    ]
    # 6 of the settled 6.9 MWh; 5.25 recognised of 8 from the province, and 2 that another province transferred.
    assert [tuple(map(float, row)) for row in at_once["park"]] == [(6, 7.25)]


def test_the_figures_are_told_by_range_and_by_finding(at_once: dict[str, list[tuple]]) -> None:
    told = {(term, source): float(mwh) for term, source, mwh in at_once["contributions"]}
    assert told == {
        ("gec_mwh", f"k-near:{CODE}/{JANUARY}/1-8"): 8,
        ("gec_mwh", f"k-transferred:{CODE}/{JANUARY}/21-22"): 2,
        ("gec_mwh", "not_recognised:e:in_province"): -2.75,
        ("green_trade_mwh", f"power:P/{JANUARY}/1-10"): 6,
    }
    assert [code for code, _ in at_once["findings"]] == ["certificates_not_recognised"]


@pytest.mark.slow
def test_the_order_of_arrival_changes_nothing(at_once: dict[str, list[tuple]], tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path)
    early = deliveries.write("1-wrong", "2026-01-01T09:00", **WRONG_AT_FIRST)
    folders = [
        deliveries.write(f"2-{table}", "2026-02-01T09:00", **{table: text})
        for table, text in [*reversed(TABLES.items()), *MASTERS.items(), ("meter_readings", readings(1))]
    ]
    # What the cancellations refer to comes after them, and the wrong rows, sent first, arrive in between.
    assert published(deliveries, *folders[:2], early, *folders[2:]) == at_once
