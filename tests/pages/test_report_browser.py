"""The pages in a headless Chromium: charts, languages, filters, sorting, paper and phone; nothing complains."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.pages.homes import HOSTILE_NAMES

PAGES = ("index.html", "parks/park-a.html", "parks/park-b.html", "parks/park-d.html")


@dataclass
class Visit:
    """An open page and all that it complained of or asked for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that are seen, in their order."""
        return [text.strip() for text in self.page.locator(f"{selector}:visible").all_inner_texts()]


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Visit]]:
    """Opens a page in a fresh profile, waits until it is drawn; at the end nothing may have been complained of."""
    visits: list[Visit] = []

    def go(path: Path, fragment: str = "", width: int = 1280) -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": 900}, offline=True)
        context.set_default_timeout(20_000)
        opened = Visit(context.new_page())
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: (opened.complaints.append(dialog.message), dialog.dismiss()))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(path.as_uri() + fragment)
        opened.page.wait_for_selector("html[data-ready]")
        visits.append(opened)
        return opened

    yield go
    for opened in visits:
        opened.page.context.close()
        assert opened.complaints == []
        assert all(url.startswith(("file:", "data:")) for url in opened.requests)


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_is_drawn_and_numbers_are_the_same_in_both_languages(visit, made_pages: Path, name: str):
    opened = visit(made_pages / name, "#lang=zh")
    page = opened.page
    for chart in page.locator("[data-chart]").all():
        marks = chart.locator("svg .trace, svg .heatmaplayer image")
        assert marks.count() > 0, chart.get_attribute("data-chart")
    title, heading, numbers = page.title(), opened.texts("h2"), opened.texts(".num")
    exact = page.eval_on_selector_all("[data-value]", "all => all.map(e => e.dataset.value)")
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert not set(opened.texts("h2")) & set(heading)
    assert page.title() != title
    assert opened.texts(".num") == numbers
    assert page.eval_on_selector_all("[data-value]", "all => all.map(e => e.dataset.value)") == exact
    assert page.url.endswith("#lang=en")


def test_the_numbers_of_the_league_table_are_those_of_the_publication(visit, made_pages: Path):
    opened = visit(made_pages / "index.html", "#lang=en")
    cells = opened.texts('tr[data-park="park-c"] td')
    assert "0.0001" in cells
    assert "26" in cells
    assert "200,000" in cells


def test_filters_and_sorting(visit, made_pages: Path):
    opened = visit(made_pages / "index.html", "#lang=en")
    page = opened.page
    park = "#parks tbody th"
    assert len(opened.texts(park)) == 4
    page.get_by_role("searchbox").fill("gamma jiang")
    assert opened.texts(park) == ["Gamma Park"]
    assert opened.texts("#found") == ["1 of 4 parks"]
    page.get_by_role("searchbox").fill("nothing such")
    assert opened.texts("#no-match") == ["No park matches."]
    page.get_by_role("button", name="Clear").click()
    page.select_option("#verdict", "undecided")
    assert opened.texts(park) == ["Delta Park"]
    page.select_option("#verdict", "")
    page.get_by_role("button", name="Jiangsu").click()
    assert sorted(opened.texts(park)) == ["Alpha Park", "Gamma Park"]
    assert page.input_value("#province") == "江苏"
    page.get_by_role("button", name="Clear").click()
    by_name = page.locator("thead").get_by_role("button", name="Park")
    by_name.focus()
    page.keyboard.press("Enter")
    names = opened.texts(park)
    assert [name.split(" ")[0] for name in names] == ["Alpha", "Beta", "Delta", "Gamma"]
    page.keyboard.press("Enter")
    assert opened.texts(park) == names[::-1]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.locator("thead").get_by_role("button", name="Intensity").click()
    assert opened.texts(park)[-1] == "Delta Park", "a park without a value stays last"
    page.locator("thead").get_by_role("button", name="Intensity").click()
    assert opened.texts(park)[-1] == "Delta Park"


def test_a_park_opens_in_the_language_of_the_overview(visit, made_pages: Path):
    page = visit(made_pages / "index.html", "#lang=en").page
    page.get_by_role("link", name="Alpha Park").click()
    page.wait_for_url("**/park-a.html#lang=en")
    page.wait_for_selector("html[data-ready]")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == "Alpha Park"
    page.get_by_role("link", name="Zero-carbon parks").click()
    page.wait_for_url("**/index.html#lang=en")
    page.goto(page.url.split("#")[0])
    page.wait_for_selector("html[data-ready]")
    assert page.locator("html").get_attribute("lang") == "en"


def test_hostile_names_do_nothing(visit, hostile_pages: Path):
    for path in (hostile_pages / "index.html", *(hostile_pages / "parks").glob("*.html")):
        opened = visit(path)
        assert opened.page.locator("img, iframe, svg[onload], b, i:not(.province), [onerror]").count() == 0
        assert opened.page.locator("a[href^='javascript']").count() == 0
        assert HOSTILE_NAMES[1].replace("\u2028", "") in opened.page.inner_text("body").replace("\u2028", "")
    opened.page.get_by_role("button", name="中文").click()
    assert opened.page.inner_text("h1") == HOSTILE_NAMES[0]


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_scrolls_in_one_direction(visit, made_pages: Path, name: str):
    page = visit(made_pages / name, "#lang=zh", width=360).page
    for language in ("中文", "English"):
        page.get_by_role("button", name=language).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_paper_has_all_charts_at_its_width(visit, made_pages: Path):
    page = visit(made_pages / "parks" / "park-a.html").page
    page.evaluate(
        "addEventListener('beforeprint', () => { window.printed = [...document.querySelectorAll('.plot .main-svg')]"
        ".map(svg => Number(svg.getAttribute('width'))) })"
    )
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") >= 3
    widths = page.evaluate("window.printed")
    assert len(widths) > 8
    assert max(widths) <= 700
