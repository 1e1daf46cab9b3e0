"""The report as a browser shows it: nothing runs, nothing loads, nothing sticks out."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from veilflow.report import render

from tests.browser.devtools import Tab, chromium, find_chromium
from tests.unit.rich_report import rich
from tests.unit.test_report import empty, hospital, refused, synthetic

pytestmark = pytest.mark.browser

LONG = "a_column_with_a_name_that_nobody_can_remember_" * 6


def _long_names() -> Any:
    """Names of tables and columns that are longer than any screen is wide."""
    stage = rich().stages[0]
    changed = [c.model_copy(update={"column": f"{LONG}{i}"}) for i, c in enumerate(stage.checks)]
    return rich(stages=(stage.model_copy(update={"checks": tuple(changed)}),), dataset=LONG)


BUNDLES = {
    "rich": rich,
    "released": hospital,
    "synthetic": synthetic,
    "refused": refused,
    "empty": empty,
    "long names": _long_names,
}
WIDTHS = (390, 768, 1280)

# Whatever ends right of the window, outside of a table that scrolls inside its own box.
OUTSIDE = """[...document.querySelectorAll('body *')].filter(each =>
  each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.table, .unseen')
  ).map(each => each.tagName + '.' + (each.getAttribute('class') || ''))"""
# Texts of a plot that the real font makes longer than the picture has room for.
SPILT = """[...document.querySelectorAll('svg.plot')].flatMap(plot => {
  const box = plot.viewBox.baseVal;
  return [...plot.querySelectorAll('text')].filter(each => {
    const text = each.getBBox();
    const right = text.x + text.width, bottom = text.y + text.height;
    return text.x < -8 || right > box.width + 8 || bottom > box.height + 4;
  }).map(each => each.textContent)})"""
# A table may scroll on a middling screen; on a phone its rows are cards.
SCROLLED = """[...document.querySelectorAll('.table')].filter(each =>
  each.scrollWidth > each.clientWidth + 1).map(each => each.firstChild.className)"""
LOST = """[...document.querySelectorAll('a')].filter(link => {
  location.hash = link.getAttribute('href');
  return !document.querySelector(':target');
}).map(link => link.outerHTML)"""
HIDDEN = """[...document.querySelectorAll('details > .folded')].filter(each =>
  each.getBoundingClientRect().height < 5).length"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    if find_chromium() is None:
        assert not os.environ.get("CI"), "the CI has a Chromium"
        pytest.skip("no Chromium is installed")
    with chromium(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(scope="module", params=BUNDLES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(BUNDLES[request.param]()), "utf-8")
    return path


def test_nothing_is_loaded_and_the_console_stays_empty(tab: Tab, page: Path) -> None:
    tab.resize(1280)
    tab.emulate()
    tab.open(page)
    assert tab.evaluate("document.compatMode") == "CSS1Compat"
    assert tab.requests() == [page.as_uri()]
    assert tab.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out(tab: Tab, page: Path, width: int, scheme: str) -> None:
    tab.resize(width)
    tab.emulate(scheme=scheme)
    tab.open(page)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(OUTSIDE) == []
    assert tab.evaluate(SPILT) == []
    if width != 768:
        assert tab.evaluate(SCROLLED) == []


def test_every_link_leads_to_its_place(tab: Tab, page: Path) -> None:
    tab.resize(1280)
    tab.emulate()
    tab.open(page)
    assert tab.evaluate("document.querySelectorAll('a').length") > 5
    assert tab.evaluate(LOST) == []


def test_on_paper_everything_is_open_and_fits(tab: Tab, page: Path) -> None:
    tab.resize(688)  # A4 less its margins, at 96 dots an inch
    tab.emulate(media="print")
    tab.open(page)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 688
    assert tab.evaluate(HIDDEN) == 0
    assert tab.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    printed = base64.b64decode(tab.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert printed.startswith(b"%PDF")


def test_a_script_would_be_refused_and_seen(tab: Tab, tmp_path: Path) -> None:
    """Negative control: what the tests above look for shows where it is."""
    planted = "<script>document.title = 'ran'</script><img src='absent.png'><a href='#none'>x</a>"
    wide = f"<p style='width: 3000px'>{planted}</p></main>"
    path = tmp_path / "planted.html"
    path.write_text(render(hospital()).replace("</main>", wide), "utf-8")
    tab.resize(390)
    tab.emulate()
    tab.open(path)
    assert tab.evaluate("document.title") != "ran"
    assert len(tab.complaints()) >= 2
    assert tab.evaluate(OUTSIDE) != []
    assert len(tab.evaluate(LOST)) == 1
