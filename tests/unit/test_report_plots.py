"""The plots, read back from their markup: lengths, places, texts."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.report.drawing import FONT, WIDTH
from veilflow.report.formatting import text_width
from veilflow.report.plots import (
    Bar,
    Group,
    Panel,
    grouped_bars,
    level_pips,
    panel_bars,
    share_bar,
)

SERIES = (("before", "Before"), ("after", "After"))


def _plot(*groups: Group, **options: object) -> ET.Element:
    return ET.fromstring(grouped_bars("p", "Title", "Words", SERIES, groups, **options))  # type: ignore[arg-type]


def _bars(svg: ET.Element, style: str) -> list[float]:
    """Lengths of the bars of one series, without the square of the legend."""
    return [float(r.attrib["width"]) for r in svg.iter("rect") if r.get("class") == style][1:]


def _texts(svg: ET.Element, style: str) -> list[str]:
    return ["".join(t.itertext()) for t in svg.iter("text") if t.get("class") == style]


def _group(label: str, *values: float | None, **more: object) -> Group:
    return Group(label, tuple(Bar(v, str(v)) for v in values), **more)  # type: ignore[arg-type]


def test_lengths_are_in_proportion() -> None:
    svg = _plot(_group("a", 100.0, 50.0), _group("b", 25.0, 0.0))
    before, after = _bars(svg, "before"), _bars(svg, "after")
    assert before[1] / before[0] == pytest.approx(0.25, abs=0.001)
    assert after[0] / before[0] == pytest.approx(0.5, abs=0.001)
    assert len(after) == 1, "a bar of zero has no length, and only its text says so"
    assert _texts(svg, "value") == ["100.0", "50.0", "25.0", "0.0"]


def test_a_fixed_axis_does_not_stretch() -> None:
    whole = _bars(_plot(_group("a", 1.0, 0.5), top=1.0), "before")[0]
    half = _bars(_plot(_group("a", 0.5, 0.5), top=1.0), "before")[0]
    assert half / whole == pytest.approx(0.5, abs=0.01)


def test_something_small_is_still_seen() -> None:
    assert _bars(_plot(_group("a", 1e9, 1.0)), "after")[0] == 1.5


def test_a_merged_bar_is_a_stub_that_says_so() -> None:
    merged = Group("2–4", (Bar(None, "fewer than 10", merged=True), Bar(3000.0, "3,000")))
    svg = _plot(merged)
    stub = next(r for r in svg.iter("rect") if r.get("class") == "merged before")
    assert float(stub.attrib["width"]) < 10
    assert "fewer than 10" in _texts(svg, "value")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -3.0, 7.0])
def test_numbers_off_the_axis_are_drawn_at_its_ends(value: float) -> None:
    svg = _plot(_group("a", value, 1.0), top=1.0)
    inside = _bars(svg, "after")[0]
    assert all(0 <= length <= inside for length in _bars(svg, "before"))


def test_a_title_and_words_for_who_cannot_see_it() -> None:
    svg = _plot(_group("a", 1.0, 2.0))
    assert svg.get("role") == "img"
    assert [(e.tag, e.get("id"), e.text) for e in list(svg)[:2]] == [
        ("title", "p-title", "Title"),
        ("desc", "p-desc", "Words"),
    ]
    assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == ("p-title", "p-desc")
    assert _texts(svg, "legend") == ["Before", "After"]


def test_what_lies_below_k_is_marked() -> None:
    groups = [_group("1", 5.0, 0.0, marked=True), _group("2–4", 5.0, 0.0, marked=True)]
    svg = _plot(*groups, _group("5 or more", 5.0, 9.0), marked_text="below k = 5")
    assert _texts(svg, "legend") == ["Before", "After", "below k = 5"]
    band = next(r for r in svg.iter("rect") if r.get("class") == "marked")
    low = float(band.attrib["y"])
    high = low + float(band.attrib["height"])
    rows = [float(t.attrib["y"]) for t in svg.iter("text") if t.get("class") == "label"]
    assert [low < y < high for y in rows] == [True, True, False]


def test_no_mark_where_nothing_is_below_k() -> None:
    svg = _plot(_group("5 or more", 5.0, 9.0), marked_text="below k = 5")
    assert _texts(svg, "legend") == ["Before", "After"]


def test_the_line_of_a_bound_does_not_strike_a_text_through() -> None:
    svg = _plot(_group("a", 1.0, 0.16, bound=0.2, bound_text="20% asked"), top=1.0)
    line = next(float(e.attrib["x1"]) for e in svg.iter("line") if e.get("class") == "bound")
    place = {t.text: float(t.attrib["x"]) for t in svg.iter("text") if t.get("class") == "value"}
    assert place["0.16"] > line
    assert _texts(svg, "bound-text") == ["20% asked"]


def test_a_series_without_a_bar_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        _plot(_group("a", 1.0))


def test_panels_share_their_labels() -> None:
    kept = Panel("Kept", "after", (Bar(1.0, "100%"), Bar(None, "–")))
    shift = Panel("Shift", "before", (Bar(0.25, "25%"), Bar(0.0, "0%")))
    svg = ET.fromstring(panel_bars("u", "T", "D", ["zip", "sex"], (kept, shift)))
    assert _texts(svg, "label") == ["zip", "sex"]
    assert _texts(svg, "heading") == ["Kept", "Shift"]
    assert _texts(svg, "value") == ["100%", "–", "25%", "0%"]
    lengths = {r.get("class"): float(r.attrib["width"]) for r in svg.iter("rect")}
    assert lengths["before"] / lengths["track"] == pytest.approx(0.25, abs=0.01)


def test_a_long_label_is_cut_and_kept_whole_in_its_title() -> None:
    name = "the_column_with_a_name_that_nobody_can_remember_at_all"
    svg = _plot(_group(name, 1.0, 2.0))
    label = next(t for t in svg.iter("text") if t.get("class") == "label")
    assert label.text is not None and "…" in label.text and label.text.startswith("the_")
    assert [t.text for t in label.iter("title")] == [name]


def test_a_bar_for_a_cell() -> None:
    svg = ET.fromstring(share_bar(0.5, "50%")).find("svg")
    assert svg is not None and svg.get("aria-hidden") == "true"
    assert [r.get("width") for r in svg.iter("rect")] == ["64", "32"]
    assert ET.fromstring(share_bar(None, "–")).find("svg") is None
    assert ET.fromstring(share_bar(math.nan, "undefined")).find("svg") is None


@pytest.mark.parametrize(
    ("level", "levels", "filled", "empty"),
    [(0, 2, 0, 1), (2, 6, 2, 3), (1, 2, 1, 0), (3, None, 3, 0), (0, None, 0, 0), (40, 60, 12, 0)],
)
def test_pips(level: int, levels: int | None, filled: int, empty: int) -> None:
    shapes = [r.get("class") for r in ET.fromstring(level_pips(level, levels)).iter("rect")]
    assert (shapes.count("after"), shapes.count("track")) == (filled, empty)


LABELS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=80)
NUMBERS = st.none() | st.floats() | st.integers(0, 10**12).map(float)
SHORT = st.sampled_from(["0", "12,345,678", "fewer than 10", "at least 1,234", "99.93%", "–"])
BARS = st.builds(Bar, NUMBERS, SHORT, st.booleans())
BOUNDS = st.none() | st.floats(0, 1)
GROUPS = st.builds(
    Group, LABELS, st.tuples(BARS, BARS), st.booleans(), BOUNDS, st.just("20% asked")
)


@settings(max_examples=150, deadline=None)
@given(st.lists(GROUPS, max_size=8), st.sampled_from([None, 1.0]))
def test_nothing_leaves_the_picture(groups: list[Group], top: float | None) -> None:
    svg = _plot(*groups, top=top, marked_text="below k")
    _assert_inside(svg)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(LABELS, BARS, BARS), max_size=12))
def test_nothing_leaves_the_panels(rows: list[tuple[str, Bar, Bar]]) -> None:
    kept = Panel("Detail kept", "after", tuple(row[1] for row in rows))
    shift = Panel("Distribution shift", "before", tuple(row[2] for row in rows))
    svg = ET.fromstring(panel_bars("u", "T", "D", [row[0] for row in rows], (kept, shift)))
    _assert_inside(svg)


def _assert_inside(svg: ET.Element) -> None:
    height = float(svg.attrib["viewBox"].split()[3])
    for rect in svg.iter("rect"):
        x, y = float(rect.attrib["x"]), float(rect.attrib["y"])
        assert 0 <= x <= x + float(rect.attrib["width"]) <= WIDTH + 0.01
        assert 0 <= y <= y + float(rect.attrib["height"]) <= height + 0.01
    for text in svg.iter("text"):
        wide = text_width(text.text or "") * FONT
        x = float(text.attrib["x"])
        start = {"start": x, "end": x - wide, "middle": x - wide / 2}[text.attrib["text-anchor"]]
        assert start >= -FONT, "a text begins left of the picture"
        assert start + wide <= WIDTH + FONT, "a text ends right of the picture"
        assert 0 <= float(text.attrib["y"]) <= height
