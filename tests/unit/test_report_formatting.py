"""Numbers and names as people read them, escaping, and the alignment of histograms."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.evidence import ClassSizeBin
from veilflow.report import formatting as f
from veilflow.report.histograms import Side, align
from veilflow.report.markup import Markup, join, tag, visible

CASES: list[tuple[Callable[..., str], tuple[object, ...], str]] = [
    (f.count, (1234567,), "1,234,567"),
    (f.count, (0,), "0"),
    (f.count, (None,), "fewer than 10"),
    (f.plural, (1, "row"), "1 row"),
    (f.plural, (0, "row"), "0 rows"),
    (f.plural, (1200, "class", "classes"), "1,200 classes"),
    (f.decimal, (None,), "not measured"),
    (f.decimal, (0.2464771552,), "0.2465"),
    (f.decimal, (5.0,), "5"),
    (f.decimal, (12345.67,), "12,346"),
    (f.decimal, (0.00001234,), "1.2e-05"),
    (f.decimal, (-0.5,), "-0.5"),
    (f.decimal, (math.nan,), "undefined"),
    (f.decimal, (math.inf,), "unbounded"),
    (f.percent, (None,), "not measured"),
    (f.percent, (0.0,), "0%"),
    (f.percent, (1.0,), "100%"),
    (f.percent, (0.0173,), "1.73%"),
    (f.percent, (0.2,), "20%"),
    (f.percent, (1 / 6,), "16.7%"),
    (f.percent, (0.9993,), "99.93%"),
    # Near misses: nothing is rounded to certainty.
    (f.percent, (0.99999,), "over 99.99%"),
    (f.percent, (0.000001,), "under 0.01%"),
    (f.percent, (0.9996,), "99.96%"),
    (f.percent, (12.5,), "1,250%"),
    (f.percent, (math.nan,), "undefined"),
    (f.one_in, (0.2,), "1 in 5"),
    (f.one_in, (0.5,), "1 in 2"),
    (f.one_in, (1 / 250,), "1 in 250"),
    (f.one_in, (0.0336,), "about 1 in 30"),
    (f.one_in, (0.4,), "1 in 2.5"),
    (f.one_in, (1 / 12345,), "about 1 in 12,300"),
    (f.one_in, (0.9,), ""),
    (f.one_in, (0.0,), ""),
    (f.one_in, (None,), ""),
    (f.one_in, (math.nan,), ""),
    (f.amount, (0.02, "share"), "2%"),
    (f.amount, (0.02, "Probability"), "2%"),
    (f.amount, (2.0, "%"), "2%"),
    (f.amount, (5.0, "people"), "5 people"),
    (f.amount, (1500.0, ""), "1,500"),
    (f.amount, (None, "share"), "–"),
    (f.bytes_size, (0,), "0 bytes"),
    (f.bytes_size, (1,), "1 byte"),
    (f.bytes_size, (999,), "999 bytes"),
    (f.bytes_size, (1000,), "1 kB"),
    (f.bytes_size, (1_500_000,), "1.5 MB"),
    (f.bytes_size, (999_999,), "1 MB"),
    (f.bytes_size, (41_232_556,), "41.2 MB"),
    (f.bytes_size, (5 * 10**18,), "5,000 PB"),
    (f.seconds, (0.4,), "400 ms"),
    (f.seconds, (0.96,), "1.0 s"),
    (f.seconds, (12.34,), "12.3 s"),
    (f.seconds, (59.97,), "1 min 00 s"),
    (f.seconds, (74.03,), "1 min 14 s"),
    (f.seconds, (3600,), "1 h 00 min"),
    (f.seconds, (math.nan,), "undefined"),
    (f.date, (dt.date(2026, 3, 4),), "4 March 2026"),
    (f.moment, (dt.datetime(2026, 3, 4, 1, 5, tzinfo=dt.UTC),), "4 March 2026, 01:05 UTC"),
    (
        f.moment,
        (dt.datetime(2026, 3, 4, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=2))),),
        "3 March 2026, 22:05 UTC",
    ),
    (f.days, (30,), "30 days"),
    (f.days, (365,), "365 days (1 year)"),
    (f.days, (730,), "730 days (2 years)"),
    (f.days, (0,), "0 days"),
    (f.humanise, ("k_anonymity",), "K anonymity"),
    (f.humanise, ("",), ""),
    (f.shorten, ("zip", 10), "zip"),
    (f.shorten, ("", 10), ""),
]


@pytest.mark.parametrize(("function", "arguments", "text"), CASES)
def test_how_it_reads(
    function: Callable[..., str], arguments: tuple[object, ...], text: str
) -> None:
    assert function(*arguments) == text


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_no_percentage_claims_certainty(share: float) -> None:
    assert f.percent(share) not in ("0%", "100%", "")


@given(st.text(max_size=80), st.floats(3, 40))
def test_a_shortened_text_fits_and_keeps_both_ends(text: str, ems: float) -> None:
    short = f.shorten(text, ems)
    if short != text:
        assert f.text_width(short) <= ems + 1
        head, tail = short.split("…", 1)[0], short.rsplit("…", 1)[1]
        assert text.startswith(head) and text.endswith(tail)


def test_only_markup_is_left_as_it_is() -> None:
    hostile = "<b onclick='x'>\"&amp;"
    escaped = "&lt;b onclick=&#x27;x&#x27;&gt;&quot;&amp;amp;"
    assert tag("p", hostile) == f"<p>{escaped}</p>"
    assert tag("p", title=hostile) == f'<p title="{escaped}"></p>'
    assert tag("p", tag("br"), [None, hostile]) == f"<p><br>{escaped}</p>"
    assert join(Markup("<i>"), hostile) == f"<i>{escaped}"


def test_a_markup_that_was_joined_by_hand_is_text_again() -> None:
    assert join(Markup("<i>") + "x", f"{Markup('<b>')}") == "&lt;i&gt;x&lt;b&gt;"


@pytest.mark.parametrize("name", ["a b", "a>", "", "on\nload", "1a", 'x"y'])
def test_names_of_elements_and_attributes_are_never_data(name: str) -> None:
    with pytest.raises(ValueError, match="forbidden"):
        tag(name)
    with pytest.raises(ValueError, match="forbidden"):
        tag("p", **{name: "x"})


def test_attributes() -> None:
    assert tag("a", class_="b", data_label=1, x=1.50, y=None, hidden=True, z=False) == (
        '<a class="b" data-label="1" x="1.5" hidden></a>'
    )


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("abc\u202ecba", "abc\ufffdcba"),
        ("a\x00b\x7f", "a\ufffdb\ufffd"),
        ("a\ud800b", "a\ufffdb"),
        ("line\nline\ttab", "line\nline\ttab"),
        # Near misses: right-to-left text, joined emoji and accents stay whole.
        ("שלום é 👩\u200d⚕️", "שלום é 👩\u200d⚕️"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, seen: str) -> None:
    assert visible(text) == seen


def _bins(*given: tuple[int, int | None, int | None, int | None]) -> tuple[ClassSizeBin, ...]:
    return tuple(
        ClassSizeBin(low=low, high=high, classes=classes, rows=rows)
        for low, high, classes, rows in given
    )


def test_equal_bins_are_put_side_by_side() -> None:
    before = _bins((1, 1, 40, 40), (2, 4, None, None), (5, None, 0, 0))
    after = _bins((1, 1, 0, 0), (2, 4, 0, 0), (5, None, 3, 60))
    found = align(before, after)
    assert [each.label for each in found] == ["1", "2–4", "5 or more"]
    assert [each.before for each in found] == [Side(40, 40), Side(None, None), Side(0, 0)]
    assert [each.after for each in found] == [Side(0, 0), Side(0, 0), Side(3, 60)]


def test_bins_that_were_joined_on_one_side_are_joined_on_the_other() -> None:
    before = _bins((1, 1, 40, 40), (2, 9, 12, 31), (10, None, 0, 0))
    after = _bins((1, 1, 0, 0), (2, 4, 5, 17), (5, 9, 6, 33), (10, 49, 7, 99), (50, None, 1, 70))
    found = align(before, after)
    assert [(each.low, each.high) for each in found] == [(1, 1), (2, 9), (10, None)]
    assert [each.after for each in found] == [Side(0, 0), Side(11, 50), Side(8, 169)]


def test_a_side_without_counts_at_all() -> None:
    found = align(_bins((1, None, None, None)), _bins((1, 4, 0, 0), (5, None, 3, 60)))
    assert [(each.label, each.before, each.after) for each in found] == [
        ("1 or more", Side(None, None), Side(3, 60))
    ]
    assert found[0].before is not None
    # Nine classes may hold a million rows.
    assert found[0].before.rows_text == "fewer than 10 classes"
    assert found[0].before.classes_text == "fewer than 10"


def test_a_bin_of_which_a_part_is_untold_has_lower_bounds() -> None:
    before = _bins((1, 4, None, None), (5, 9, 11, 70), (10, None, 20, 900))
    after = _bins((1, 9, 50, 300), (10, None, 2, 40))
    first = align(before, after)[0].before
    assert first == Side(11, 70, is_lower_bound=True)
    assert first is not None and first.rows_text == "at least 70"


def test_a_missing_side_is_missing() -> None:
    bins = _bins((1, 1, 40, 40), (2, None, 3, 9))
    assert [each.after for each in align(bins, ())] == [None, None]
    assert [each.before for each in align((), bins)] == [None, None]
    assert align((), ()) == ()


EDGES = st.lists(st.integers(2, 2000), max_size=8, unique=True).map(lambda e: [1, *sorted(e)])


def _partition(lows: list[int], rows: list[int]) -> tuple[ClassSizeBin, ...]:
    ends = [*(low - 1 for low in lows[1:]), None]
    return _bins(*((a, b, n, n) for a, b, n in zip(lows, ends, rows, strict=False)))


@given(EDGES, EDGES, st.lists(st.integers(0, 10**6), min_size=9, max_size=9))
def test_alignment_loses_nobody(first: list[int], second: list[int], rows: list[int]) -> None:
    before, after = _partition(first, rows), _partition(second, rows)
    found = align(before, after)
    for side, bins in (("before", before), ("after", after)):
        told = [getattr(each, side) for each in found]
        assert sum(each.rows for each in told) == sum(each.rows or 0 for each in bins)
    ends = [each.high for each in found]
    assert ends[-1] is None
    assert [each.low for each in found[1:]] == [end + 1 for end in ends[:-1] if end is not None]
