"""The written pages: numbers are the published ones, names stay names, the same publication gives the same bytes."""

import json
import re
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects
import pytest

from pipelines.lake import Lake
from pipelines.publish.checks import load_checks
from pipelines.publish.query import open_current
from pipelines.reports import pages
from pipelines.reports.amounts import deciding_digits, percent, shown
from pipelines.reports.missing import reasons
from pipelines.reports.overview import tiles
from pipelines.reports.pages import file_name
from pipelines.reports.year_charts import months
from tests.pages.homes import HOSTILE_METER, HOSTILE_NAMES, HOSTILE_PARK
from tests.pipeline.zcp_command import one_sentence, zcp


class Elements(HTMLParser):
    """The elements of a page, and the carriers of published values."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[dict[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes.append({name: value or "" for name, value in attrs})


def charts_of(page: Path) -> dict[str, dict]:
    block = re.search(r'<script type="application/json" id="charts">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    return json.loads(block[1])


def in_english(value):
    if isinstance(value, dict):
        return value["en"] if value.keys() == {"zh", "en"} else {key: in_english(inner) for key, inner in value.items()}
    return [in_english(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Decimal("1234567.500000"), 0, "1,234,568"),
        (Decimal("-0.4"), 0, "0"),
        (Decimal("-1234.5"), 0, "−1,235"),
        (0.15468, 4, "0.1547"),
        (2.675, 2, "2.68"),
        (None, 0, "–"),
    ],
)
def test_numbers_are_rounded_half_up_from_the_published_text(value, digits, text):
    assert shown(value, digits) == text


def test_a_value_beside_a_limit_never_reads_as_the_limit():
    assert shown(0.2000004, deciding_digits(0.2000004, 0.2, 4)) == "0.2000004"
    assert shown(0.19999, deciding_digits(0.19999, 0.2, 4)) == "0.19999"
    assert shown(0.2, deciding_digits(0.2, 0.2, 4)) == "0.2000"
    assert percent(0.49996, deciding_digits(Decimal("49.996"), Decimal(50), 1)) == "49.996\N{NO-BREAK SPACE}%"


def test_every_number_with_a_column_is_the_published_one(made: Lake, made_pages: Path):
    with open_current(made) as con:
        cursor = con.execute("select * from metrics.park_year where park_id = 'park-c'")
        row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    page = Elements((made_pages / "parks" / "park-c.html").read_text("utf-8"))
    carried = {a["data-column"]: a["data-value"] for a in page.attributes if "data-column" in a}
    assert {"total_tco2", "energy_tce", "electricity_use_mwh", "intensity_low", "direct_supply_share"} <= set(carried)
    for column, text in carried.items():
        value = row[column]
        assert text == ("" if value is None else format(value, "f") if isinstance(value, Decimal) else repr(value))


def test_the_same_publication_gives_the_same_bytes(made: Lake, made_pages: Path, tmp_path: Path):
    pages.write(made, tmp_path, language="zh")
    first = {path.relative_to(made_pages): path.read_bytes() for path in made_pages.rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first
    assert {str(path) for path in first} == {
        "index.html", "assets/plotly.min.js", "assets/report.css", "assets/report.js",
        *(f"parks/park-{letter}.html" for letter in "abcd"),
    }  # fmt: skip


def test_nothing_is_loaded_from_elsewhere(made_pages: Path, hostile_pages: Path):
    for page in [*made_pages.rglob("*.html"), *hostile_pages.rglob("*.html")]:
        found = Elements(page.read_text("utf-8"))
        loaded = [a.get("src") or a.get("href") for a in found.attributes if a.get("src") or a.get("href")]
        assert all(re.match(r"(\.\./)?(assets|parks|index\.html)|#|data:,$", target) for target in loaded), loaded
        assert not [name for a in found.attributes for name in a if name.startswith("on")]


def test_a_held_back_park_shows_its_last_good_figures_and_says_so(made: Lake, made_pages: Path):
    earlier = re.search(
        r"<code>(\w+)</code>", (made_pages / "parks" / "park-b.html").read_text("utf-8").partition("<footer")[2]
    )[1]
    with open_current(made) as con:
        current = con.execute("select any_value(publication_id) from metrics.park_year").fetchone()[0]
        assert con.execute("select total_tco2 from metrics.park_year where park_id = 'park-b'").fetchone() == (None,)
    assert earlier != current
    page = (made_pages / "parks" / "park-b.html").read_text("utf-8")
    assert f"This page shows those of publication {earlier}" in page
    assert "sql.electricity_split" in page
    (check,) = (check for check in load_checks() if check.name == "electricity_split")
    assert unescape(page).count(check.description_zh) == 1, "a Chinese reader is told in Chinese"
    assert 'data-value="25.975001" data-column="total_tco2"' in page
    assert "there are no earlier good ones" in (made_pages / "parks" / "park-d.html").read_text("utf-8")
    row = re.search(r'<tr data-park="park-b".*?</tr>', (made_pages / "index.html").read_text("utf-8"), re.DOTALL)[0]
    assert "last good figures" in row


def test_the_public_part_names_no_meter_and_shows_no_hour(made: Lake, tmp_path: Path):
    pages.write(made, tmp_path, level="public", park_id="park-a")
    page = (tmp_path / "parks" / "park-a.html").read_text("utf-8")
    assert "park-a-m" not in page
    assert "fuel_use.csv" not in page
    assert not {"load", "green"} & charts_of(tmp_path / "parks" / "park-a.html").keys()
    assert not (tmp_path / "index.html").exists()


def test_hostile_names_are_text(hostile_pages: Path):
    (page,) = (hostile_pages / "parks").glob("*.html")
    assert re.fullmatch(r"park-[0-9a-f]{16}\.html", page.name)
    text = page.read_text("utf-8")
    assert {"img", "svg", "b", "i"}.isdisjoint(Elements(text).names)
    assert Elements(text).names.count("script") == 3
    for name in (*HOSTILE_NAMES, HOSTILE_METER, HOSTILE_PARK):
        assert name in unescape(text)
        assert name not in text
    data = re.search(r'id="charts">(.*?)</script>', (hostile_pages / "index.html").read_text("utf-8"), re.DOTALL)[1]
    assert not set("<>&'\u2028") & set(data)


@pytest.mark.parametrize("park_id", ["..", "", "a/b", "a b", "园区", "x" * 101, ".hidden"])
def test_an_id_that_is_no_plain_name_gives_a_file_name_that_is(park_id: str):
    assert re.fullmatch(r"park-[0-9a-f]{16}\.html", file_name(park_id))


def test_plotly_knows_every_part_of_every_chart(made_pages: Path):
    found = {}
    for page in made_pages.rglob("*.html"):
        for name, chart in charts_of(page).items():
            shown_chart = in_english(chart)
            plotly.graph_objects.Figure(data=shown_chart["data"], layout=shown_chart["layout"])
            found[name] = chart
    assert set(found) == {
        "intensities", "intensity", "emissions", "supply", "months", "load", "green", "quality", "sensitivity"
    }  # fmt: skip


def test_the_heat_map_has_every_hour_of_the_year(made_pages: Path):
    load = charts_of(made_pages / "parks" / "park-a.html")["load"]["data"][0]
    assert [len(load["z"]), {len(hour) for hour in load["z"]}, len(load["x"])] == [24, {365}, 365]
    first_of_december = load["x"].index("12-01")
    assert [hour[first_of_december] for hour in load["z"]][:13] == [50.0, *[None] * 11, 50.0]
    green = charts_of(made_pages / "parks" / "park-a.html")["green"]["data"][0]
    assert (green["z"][12][first_of_december], green["z"][0][first_of_december]) == (80.0, 0.0)


def test_the_bars_of_a_complete_month_reach_its_use():
    given = dict.fromkeys(("direct_supply_mwh", "onsite_nonfossil_mwh", "green_trade_mwh", "gec_mwh"), Decimal(10))
    month = {
        "month": "2026-01",
        "window_kind": "month",
        "electricity_use_mwh": Decimal(100),
        "missing_energy_mwh": None,
    }
    month |= given | {"residual_grid_mwh": Decimal(25), "completeness": "complete"}
    chart = months([month, month | {"month": "2026-02", "completeness": "undecided"}], None)
    bars = [trace for trace in chart["data"] if trace["type"] == "bar"]
    assert sum(trace["y"][0] for trace in bars) == 100
    assert bars[-1]["name"]["en"] == "Own other power and storage"
    assert bars[-1]["y"] == [35.0, 0.0], "what is open in a month that is not complete is nobody's generation"


def test_every_province_has_a_tile_of_its_own():
    places = {(tile["column"], tile["row"], tile["abbreviation"]) for tile in tiles()}
    assert len(places) == len({place[:2] for place in places}) == 34
    assert len(tiles()) == 35, "the Production and Construction Corps stands on the tile of Xinjiang"


def test_what_is_missing_is_said_in_chinese_with_its_numbers(made: Lake):
    row = {"reasons": ["intensity_uncertain"], "electricity_use_mwh": None, "direct_supply_share": None}
    said = (
        "The limit lies within the 95 % interval of the intensity. It reaches from 0.19 to 0.21 tCO2/tce against 0.2. "
        "Metered values for 17.5 MWh that are estimated now (m-1) would decide it."
    )
    finding = {"code": "intensity_uncertain", "sentence": said, "month": None, "meter_id": None}
    (reason,) = reasons(row, [finding], None, {})
    assert reason.is_open
    assert (
        reason.cases[0]["zh"]
        == "区间为 0.19 至 0.21，限值 0.2。表计 m-1 有 17.5 MWh 目前为估算值，取得实测值即可判定。"
    )


def test_what_is_wanting_to_the_limit_and_the_minimum_is_said_in_mwh():
    row = {
        "reasons": ["direct_supply_below_minimum", "intensity_above_limit"],
        "electricity_use_mwh": Decimal(1000),
        "direct_supply_share": 0.4,
    }
    params = {"direct_supply_share_min": Decimal("0.5"), "residual_electricity_factor": Decimal("0.8")}
    outlook = {"limit_gap_mwh": Decimal("1234.4"), "residual_grid_mwh": Decimal(2000)}
    below, above = reasons(row, [], outlook, params)
    assert below.action["en"].startswith("100 MWh more green power")
    assert above.action["en"].startswith("1,235 MWh more"), "1,234 would not reach it"
    assert not below.is_open
    _, beyond = reasons(row, [], outlook | {"residual_grid_mwh": Decimal(1000)}, params)
    for said in beyond.action.values():
        assert "1,000 MWh" in said
        assert "188 tCO₂" in said, "234.4 x 0.8"


def test_the_command_says_where_the_pages_are(made: Lake, tmp_path: Path):
    done = zcp("report", "Alpha Park", "--out", str(tmp_path / "one"), home=made.home)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "one" / "parks" / "park-a.html") in done.stdout
    (tmp_path / "file").touch()
    assert "is a file" in one_sentence(zcp("report", "--out", str(tmp_path / "file"), home=made.home), 2)
