"""The validation table: its groups, its figures, its plots and its trends."""

from __future__ import annotations

import datetime as dt
import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.evidence import Check, PastCheck, PastValidation
from veilflow.report import render
from veilflow.report.bullets import BULLET_WIDTH, Bullet, bullet_plot, can_be_drawn
from veilflow.report.check_groups import CheckGroup, group_checks
from veilflow.report.facts import JudgedCheck, collect
from veilflow.report.sparklines import sparkline
from veilflow.report.trends import SHOWN, History, Point, group_trend

from tests.unit.rich_report import NOW, RUN, checks, history, rich
from tests.unit.test_report import Page


def _check(**given: Any) -> Check:
    return Check(**{"name": "null share", "table": "t", "passed": True, "sentence": "s", **given})


def _groups(*found: Check) -> tuple[CheckGroup, ...]:
    return group_checks([JudgedCheck("validate", each) for each in found])


def _with(found: tuple[Check, ...], past: tuple[PastValidation, ...] = ()) -> Any:
    stage = rich().stages[0].model_copy(update={"checks": found})
    return rich(stages=(stage,), history=past)


# --- groups ---------------------------------------------------------------------------------


def test_what_is_said_alike_of_many_columns_is_one_row() -> None:
    found = [_check(column=f"c{i}", observed=0.0, unit="rows") for i in range(40)]
    (group,) = _groups(*found)
    assert (group.where, group.found_text()) == ("40 columns", "0 rows in each")


@pytest.mark.parametrize(
    "changed",
    [
        {"sentence": "another"},
        {"name": "granularity"},
        {"passed": False},
        {"kind": "leak"},
        {"unit": "rows"},
    ],
)
def test_what_differs_stays_apart(changed: dict[str, Any]) -> None:
    assert len(_groups(_check(column="a"), _check(column="b", **changed))) == 2


def test_failures_come_first_then_warnings_and_else_nothing_moves() -> None:
    groups = _groups(
        _check(sentence="1"),
        _check(sentence="2", passed=False, blocking=False),
        _check(sentence="3"),
        _check(sentence="4", passed=False),
    )
    assert [each.state for each in groups] == ["failed", "warning", "passed", "passed"]
    assert [each.first.sentence for each in groups] == ["4", "2", "1", "3"]


def test_ninety_checks_are_few_rows_and_the_bad_ones_stand_on_top() -> None:
    page = Page(render(rich()))
    rows = [a for a in page.all("span") if str(a.get("id")).startswith("check-")]
    assert len(checks()) > 50
    assert len(rows) < 30
    assert "94 checks: ✕ failed 2 △ warning 2 ✓ passed 90" in page.words
    links = [a["href"] for a in page.all("a") if str(a["href"]).startswith("#check-")]
    assert links[:4] == ["#check-1", "#check-2", "#check-3", "#check-4"]


def test_each_kind_has_a_heading_and_they_keep_their_order() -> None:
    ids = [a["id"] for a in Page(render(rich())).all("div") if "id" in a]
    kinds = [each for each in ids if str(each).startswith("checks-")]
    assert kinds == [f"checks-{kind}" for kind in
                     ("structure", "leak", "privacy", "attack", "text", "utility")]  # fmt: skip


def test_nothing_failed_is_said_too() -> None:
    assert "No check failed, and none warns." in Page(render(_with((_check(),)))).words


ALLOWED = [
    ("ours, at most", _check(observed=0.03, bound=0.04, unit="share"), "at most 4%"),
    ("ours, at least", _check(name="k-anonymity", observed=7, bound=5, unit="people"),
     "at least 5 people"),
    ("ours, at its bound", _check(name="k-anonymity", observed=5, bound=5), "at least 5"),
    ("nothing allowed", _check(name="labels of the level", observed=0, bound=0, unit="rows"),
     "none allowed"),
    ("another's that passed below", _check(name="x", observed=1, bound=5), "at most 5"),
    ("another's that passed above", _check(name="x", observed=9, bound=5), "at least 5"),
    ("another's that failed above", _check(name="x", passed=False, observed=9, bound=5),
     "at most 5"),
    ("another's at its bound", _check(name="x", observed=5, bound=5), "bound 5"),
    ("another's, undefined", _check(name="x", observed=math.nan, bound=5), "bound 5"),
    ("no bound", _check(observed=0.1), ""),
]  # fmt: skip


@pytest.mark.parametrize(("check", "said"), [row[1:] for row in ALLOWED],
                         ids=[row[0] for row in ALLOWED])  # fmt: skip
def test_on_which_side_of_its_bound_a_figure_should_be(check: Check, said: str) -> None:
    assert _groups(check)[0].bound_text() == said


def test_a_verdict_that_the_interval_made_says_so() -> None:
    words = Page(render(rich())).words
    said = "The figure lies beyond the bound, the end of its interval at 1.4% within it."
    assert words.count(said) == 1
    by_lower_end = _check(name="detector recall", passed=False, observed=0.98, bound=0.97,
                          low=0.95, high=0.99, unit="share")  # fmt: skip
    assert "the end of its interval at 95% beyond it." in Page(render(_with((by_lower_end,)))).words


def test_a_figure_that_was_counted_has_no_interval() -> None:
    def words(**given: float) -> str:
        counted = _check(name="linkage attack", passed=True, observed=0.02, bound=0.05,
                         unit="share", **given)  # fmt: skip
        return Page(render(_with((counted,)))).words

    assert "95% interval 2% to 2%" not in words(low=0.02, high=0.02)
    assert "95% interval 1% to 2%" in words(low=0.01, high=0.02)


# --- bullets --------------------------------------------------------------------------------


def _bullet(**given: Any) -> Bullet:
    return Bullet(**{"label": "a", "style": "passed", "found": 0.02, "found_text": "2%", **given})


@pytest.mark.parametrize(
    ("bullet", "is_drawn"),
    [
        (_bullet(bound=0.05), True),
        (_bullet(), False),
        (_bullet(found=0.0, bound=0.0), False),
        (_bullet(found=0.0, bound=0.0, high=0.01), True),
        (_bullet(found=math.nan, bound=1.0), False),
        (_bullet(bound=math.inf), False),
        (_bullet(found=1e300, bound=1.0), False),
        (_bullet(found=5e-324, bound=1.0), False),
    ],
)
def test_only_what_can_be_compared_is_drawn(bullet: Bullet, is_drawn: bool) -> None:
    assert can_be_drawn(bullet) == is_drawn


def _drawn(*rows: Bullet, unit: str = "share", bound_text: str = "") -> ET.Element:
    return ET.fromstring(bullet_plot("b", "T", "D", rows, unit, bound_text))


def _rects(svg: ET.Element, style: str) -> list[tuple[float, float]]:
    found = [r for r in svg.iter("rect") if r.get("class") == style]
    return [(float(r.attrib["x"]), float(r.attrib["width"])) for r in found]


def test_the_bar_the_bound_and_the_band_are_in_proportion() -> None:
    svg = _drawn(_bullet(found=0.02, bound=0.04, allowed="at most"))
    (found,), (allowed,) = _rects(svg, "found passed"), _rects(svg, "allowed")
    assert found[0] == allowed[0]
    assert found[1] / allowed[1] == pytest.approx(0.5, abs=0.01)
    line = next(e for e in svg.iter("line") if e.get("class") == "bound")
    assert float(line.attrib["x1"]) == pytest.approx(allowed[0] + allowed[1], abs=0.02)


def test_where_more_is_better_the_band_lies_beyond_the_bound() -> None:
    svg = _drawn(_bullet(found=7.0, bound=5.0, allowed="at least"), unit="people")
    (track,), (allowed,) = _rects(svg, "track"), _rects(svg, "allowed")
    assert allowed[0] + allowed[1] == pytest.approx(track[0] + track[1], abs=0.02)
    assert allowed[1] < track[1]


def test_every_mark_that_is_given_is_drawn_and_no_other() -> None:
    def marks(bullet: Bullet) -> set[str]:
        svg = _drawn(bullet)
        kinds = {str(e.get("class")) for e in svg.iter()}
        return kinds & {"bound", "interval", "baseline", "smallest"}

    assert marks(_bullet(bound=0.1)) == {"bound"}
    full = _bullet(bound=0.1, low=0.01, high=0.03, baseline=0.005, smallest_detectable=0.01)
    assert marks(full) == {"bound", "interval", "baseline", "smallest"}
    broken = _bullet(bound=0.1, low=math.nan, high=0.03, baseline=math.inf)
    assert marks(broken) == {"bound"}
    assert marks(_bullet(low=0.02, high=0.02)) == set(), "what was counted has no interval"


def test_the_axis_begins_at_nought_and_ends_at_a_round_number() -> None:
    def ticks(bullet: Bullet, unit: str) -> list[str | None]:
        return [t.text for t in _drawn(bullet, unit=unit).iter("text") if t.get("class") == "tick"]

    assert ticks(_bullet(found=0.02, bound=0.044), "share") == ["0%", "5%"]
    assert ticks(_bullet(found=0.99, bound=0.97), "share") == ["0%", "100%"]
    assert ticks(_bullet(found=7.0, bound=5.0), "people") == ["0", "8"]
    assert ticks(_bullet(found=-0.5, bound=0.2), "") == ["-0.6", "0.25"]


FIGURE = st.none() | st.floats(-1e14, 1e14) | st.sampled_from([math.nan, math.inf, -math.inf])
BULLETS = st.builds(
    Bullet,
    label=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60),
    style=st.just("passed"),
    found=st.floats(-1e14, 1e14),
    found_text=st.sampled_from(["0", "99.93%", "12,345,678 people"]),
    bound=FIGURE, allowed=st.sampled_from([None, "at most", "at least"]),
    low=FIGURE, high=FIGURE, baseline=FIGURE, smallest_detectable=FIGURE,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(BULLETS.filter(can_be_drawn), min_size=1, max_size=12), st.booleans())
def test_nothing_leaves_the_picture(rows: list[Bullet], is_share: bool) -> None:
    svg = _drawn(*rows, unit="share" if is_share else "people", bound_text="at most 4%")
    height = float(svg.attrib["viewBox"].split()[3])
    for rect in svg.iter("rect"):
        x, width = float(rect.attrib["x"]), float(rect.attrib["width"])
        assert 0 <= x <= x + width <= BULLET_WIDTH + 0.02
        assert float(rect.attrib["y"]) + float(rect.attrib["height"]) <= height
    for mark in svg.iter("path"):
        start = re.match(r"M(-?[\d.]+) (-?[\d.]+)", mark.attrib["d"])
        assert start is not None and 0 <= float(start[1]) <= BULLET_WIDTH
    assert all(0 <= float(t.attrib["y"]) <= height for t in svg.iter("text"))


# --- trends ---------------------------------------------------------------------------------


def _past(day: int, *found: PastCheck, **given: Any) -> PastValidation:
    when = dt.datetime(2026, 3, day, tzinfo=dt.UTC)
    return PastValidation(**{"run": f"r{day}", "created": when, "passed": True, "checks": found,
                             **given})  # fmt: skip


def _was(**given: Any) -> PastCheck:
    return PastCheck(**{"name": "null share", "table": "t", "passed": True, **given})


def _trend(found: tuple[Check, ...], *past: PastValidation) -> tuple[Point, ...]:
    facts = collect(_with(found, past))
    return group_trend(History.of(facts), group_checks(facts.checks)[0])


NOW_FOUND = (_check(observed=0.03, bound=0.04, unit="share"),)


def test_a_trend_ends_with_this_run() -> None:
    points = _trend(NOW_FOUND, _past(2, _was(observed=0.02)), _past(1, _was(observed=0.01)))
    assert [p.observed for p in points] == [0.01, 0.02, 0.03]
    assert points[-1].when == NOW and points[-1].outcome == "passed"


@pytest.mark.parametrize(
    "past",
    [
        (),
        (_past(1, _was()),),
        (_past(1, _was()), _past(2)),
        (_past(1, _was()), _past(2, _was(column="c"))),
        (_past(1, _was()), _past(2, _was(table="other"))),
        (_past(1, _was()), _past(2, _was(), trial=True)),
        (_past(1, _was()), _past(2, _was(), run=RUN)),
        (_past(1, _was()), _past(2, _was(), run="r1")),
        # One of the two isn't known to be the same question.
        (_past(1, _was()), _past(2, _was(), _was())),
    ],
    ids=["none", "one", "not asked", "column", "table", "trial", "itself", "same run", "twice"],
)
def test_less_than_two_comparable_validations_are_no_trend(past: Any) -> None:
    assert _trend(NOW_FOUND, *past) == ()
    assert "sparkline" not in "".join(re.findall(r'id="trend-.*?"', render(_with(NOW_FOUND, past))))


def test_the_same_question_asked_three_times_of_a_table_is_told_apart_by_its_order() -> None:
    now = tuple(_check(name="re-identification risk", sentence=f"{i}", observed=i / 10)
                for i in (1, 2, 3))  # fmt: skip
    was = tuple(_was(name="re-identification risk", observed=i / 100) for i in (1, 2, 3))
    facts = collect(_with(now, (_past(1, *was), _past(2, *was))))
    groups = group_checks(facts.checks)
    assert [[p.observed for p in group_trend(History.of(facts), g)] for g in groups] == [
        [0.01, 0.01, 0.1], [0.02, 0.02, 0.2], [0.03, 0.03, 0.3],
    ]  # fmt: skip


def test_of_many_columns_the_worst_is_followed() -> None:
    now = tuple(_check(column=c, observed=0.01, bound=0.04, unit="share") for c in "abc")
    was = tuple(
        _was(column=c, observed=x, passed=x < 0.04)
        for c, x in zip("abc", (0.01, 0.05, 0), strict=True)
    )
    points = _trend(now, _past(1, *was), _past(2, *was))
    assert [(p.observed, p.outcome) for p in points] == [
        (0.05, "failed"), (0.05, "failed"), (0.01, "passed"),
    ]  # fmt: skip
    least = tuple(_check(name="k-anonymity", table=t, observed=7, bound=5) for t in "ab")
    then = tuple(
        _was(name="k-anonymity", table=t, observed=o) for t, o in zip("ab", (6, 9), strict=True)
    )
    assert _trend(least, _past(1, *then), _past(2, *then))[0].observed == 6


def test_only_the_last_validations_are_shown() -> None:
    many = [_past(1, _was(), run=f"r{i}", created=NOW - dt.timedelta(days=99 - i))
            for i in range(60)]  # fmt: skip
    assert len(_trend(NOW_FOUND, *many)) == SHOWN + 1


def test_figures_that_are_broken_leave_gaps_and_no_trace_in_the_markup() -> None:
    odd = (math.nan, math.inf, -math.inf, None, 1e300)
    past = [_past(i + 1, _was(observed=x, bound=x)) for i, x in enumerate(odd)]
    page = render(_with(NOW_FOUND, tuple(past)))
    shapes = re.findall(r' (?:width|height|x|x1|x2|y|y1|y2|d)="([^"]*)"', page)
    assert shapes and not [each for each in shapes if re.search("nan|inf|e[+]", each)]
    assert "undefined" not in re.sub(r"<style>.*?</style>", "", page)


def test_verdicts_are_told_apart_by_their_shape() -> None:
    outcomes: tuple[Any, ...] = ("passed", "failed", "warning", "absent")
    points = [Point(NOW, outcome) for outcome in outcomes]
    svg = ET.fromstring(sparkline("s", "T", "D", points))
    glyphs = {str(e.get("class")): (e.tag, e.get("d", "").count("l"), "h" in e.get("d", ""))
              for e in svg.iter() if str(e.get("class")).startswith("glyph")}  # fmt: skip
    assert glyphs.keys() == {f"glyph {outcome}" for outcome in outcomes}
    assert len(set(glyphs.values())) == 4


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(FIGURE, FIGURE), min_size=2, max_size=SHOWN + 1))
def test_no_trend_leaves_the_picture(figures: list[tuple[float | None, float | None]]) -> None:
    points = [Point(NOW, "passed", *pair) for pair in figures]
    svg = ET.fromstring(sparkline("s", "T", "D", points, "12,345 people"))
    height = float(svg.attrib["viewBox"].split()[3])
    for path in svg.iter("path"):
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"]):
            assert 0 <= float(x) <= BULLET_WIDTH and 0 <= float(y) <= height


HISTORIES = {"none": (), "one": history(1), "two": history(2), "twelve": history()}


@pytest.mark.parametrize("past", HISTORIES.values(), ids=HISTORIES.keys())
def test_the_page_with_any_history_is_well_formed_and_the_same_again(past: Any) -> None:
    source = render(rich(history=past))
    page = Page(source)
    assert render(rich(history=past)) == source
    assert render(rich(history=tuple(reversed(past)))) == source
    trends = [a for a in page.all("svg") if "sparkline" in str(a.get("class"))]
    assert bool(trends) == (len(past) > 1)
    assert ("Validations so far" in page.words) == bool(past)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(set(ids)) == len(ids)
    assert all(str(a["href"])[1:] in ids for a in page.all("a"))


def test_trial_runs_are_no_comparison_and_are_said_to_be_left_out() -> None:
    words = Page(render(rich())).words
    assert "11 earlier validations since 2 March 2026: 9 passed, 2 failed." in words
    assert "1 trial run left out" in words
