"""Certificates of other systems: what maps to the tables loads, what does not is refused with what is missing.

The EnergyTag meter readings map. Its import of bundles and the Ofgem register do not: they have no trade, no project
code and no month of generation, and the register is XML. The M-RETS files describe fields and hold no rows, and the
Chinese press figures are national sums, for which there is no table.
"""

import pytest

FOLDER = "12_certificates"


@pytest.fixture(scope="module")
def run(delivery, zcp):
    parks = "park_id,name_zh,province_zh\ngranular,示例园区,江苏省\n"
    names = ("test_measurements.csv", "meter_readings_template.csv", "gc_import_template.csv")
    patterns = [f"{FOLDER}/energytag_gc_registry/{name}" for name in names]
    return zcp(2024, delivery("granular_certificates", *patterns, f"{FOLDER}/ofgem*.xml", parks=parks))


def test_hourly_readings_in_utc_and_whole_wh(run, real_data):
    text = (real_data / FOLDER / "energytag_gc_registry" / "test_measurements.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    found = run.parsed(
        "select strftime(interval_end - interval 8 hours, '%Y-%m-%d %H:%M:%S'), value::bigint from readings "
        "where meter_id = 'device-1' order by 1",
        "test_measurements.csv",
    )
    assert found == [(end, int(wh)) for _, end, _, wh, _ in rows]


def test_what_does_not_map_is_refused_with_what_is_missing(run):
    assert "is missing, which gec_trades needs" in run.ledger["gc_import_template.csv"]["refused_reason"]
    assert "of a kind that is not read" in run.ledger["ofgem_certificates_2016-01.xml"]["refused_reason"]
