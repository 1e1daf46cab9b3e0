"""Hierarchies from rules: numbers, dates, prefixes, redaction."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import PolicyError
from veilflow.hierarchy import (
    CsvHierarchy,
    DateHierarchy,
    Hierarchy,
    HierarchyMismatch,
    IntervalHierarchy,
    PrefixHierarchy,
    RedactHierarchy,
    materialize,
)

AGES = IntervalHierarchy((5, 10, 20), lower=0, upper=90)
DATES = DateHierarchy(("day", "month", "quarter", "year", "5 years", "decade"), ("%d.%m.%Y",))
ZIPS = PrefixHierarchy((5, 3, 2, 1))


@pytest.mark.parametrize(
    ("hierarchy", "value", "labels"),
    [
        pytest.param(AGES, "39", ["[35, 40)", "[30, 40)", "[20, 40)", "*"], id="inside"),
        pytest.param(AGES, "40", ["[40, 45)", "[40, 50)", "[40, 60)", "*"], id="lower end counts"),
        pytest.param(AGES, "39.999", ["[35, 40)", "[30, 40)", "[20, 40)", "*"], id="upper doesn't"),
        pytest.param(AGES, "-1", ["< 0", "< 0", "< 0", "*"], id="bottom coded"),
        pytest.param(AGES, "90", [">= 90", ">= 90", ">= 90", "*"], id="top coded"),
        pytest.param(AGES, "89", ["[85, 90)", "[80, 90)", "[80, 90)", "*"], id="cut at the top"),
        pytest.param(AGES, "-0.0", ["[0, 5)", "[0, 10)", "[0, 20)", "*"], id="negative zero"),
        pytest.param(AGES, " 3.9e1 ", ["[35, 40)", "[30, 40)", "[20, 40)", "*"], id="scientific"),
        pytest.param(
            IntervalHierarchy((10, 20)), "-1", ["[-10, 0)", "[-20, 0)", "*"], id="negative"
        ),
        pytest.param(
            IntervalHierarchy((0, 10), origin=5), "39.0", ["39", "[35, 45)", "*"], id="the number"
        ),
        pytest.param(
            IntervalHierarchy((0, 1)), "100", ["100", "[100, 101)", "*"], id="no exponent in labels"
        ),
        pytest.param(
            IntervalHierarchy((0.1, 0.5)), "0.3", ["[0.3, 0.4)", "[0, 0.5)", "*"], id="decimal"
        ),
        pytest.param(
            IntervalHierarchy((1, 5), lower=3), "3.5", ["[3, 4)", "[3, 5)", "*"], id="cut below"
        ),
        pytest.param(IntervalHierarchy((1,)), "1e-99", ["[0, 1)", "*"], id="next to nothing"),
        pytest.param(
            DATES,
            "1984-12-09",
            ["1984-12-09", "1984-12", "1984-Q4", "1984", "1980-1984", "1980-1989", "*"],
            id="ISO date",
        ),
        pytest.param(
            DATES,
            "9.3.1899",
            ["1899-03-09", "1899-03", "1899-Q1", "1899", "1895-1899", "1890-1899", "*"],
            id="another format, before 1900",
        ),
        pytest.param(
            DATES,
            "0007-01-01",
            ["0007-01-01", "0007-01", "0007-Q1", "0007", "0005-0009", "0000-0009", "*"],
            id="the first decade",
        ),
        pytest.param(
            DateHierarchy(("year", "century")), "2000-02-29 23:59:59.123+02:00",
            ["2000", "2000-2099", "*"], id="timestamp, leap day",
        ),
        pytest.param(
            DateHierarchy(("year",), ("%Y",)), "1984", ["1984", "*"], id="a year for years"
        ),
        pytest.param(ZIPS, "10115", ["10115", "101**", "10***", "1****", "*"], id="postcode"),
        pytest.param(ZIPS, "10115-1234", ["10115", "101**", "10***", "1****", "*"], id="longer"),
        pytest.param(ZIPS, "10", ["10***", "10***", "10***", "1****", "*"], id="shorter"),
        pytest.param(ZIPS, "", ["*****", "*****", "*****", "*****", "*"], id="empty"),
        pytest.param(
            PrefixHierarchy((5, 3), pad=""), "E11.9", ["E11.9", "E11", "*"], id="ICD, no padding"
        ),
        pytest.param(
            PrefixHierarchy((2, 1), root=None), "東京都", ["東京", "東*"], id="no root, not Latin"
        ),
        pytest.param(RedactHierarchy(), "anything", ["anything", "*"], id="redact"),
        pytest.param(RedactHierarchy(root="(hidden)"), "x", ["x", "(hidden)"], id="another root"),
    ],
)  # fmt: skip
def test_labels(hierarchy, value, labels):
    assert isinstance(hierarchy, Hierarchy)
    assert hierarchy.levels == len(labels) == len(hierarchy.level_names)
    assert [hierarchy.generalize([value], n)[0] for n in range(hierarchy.levels)] == labels
    first = hierarchy.generalize([value], 0)
    assert [hierarchy.lift(first, n)[0] for n in range(hierarchy.levels)] == labels


@pytest.mark.parametrize("hierarchy", [AGES, DATES, ZIPS, RedactHierarchy()])
def test_null_stays_null_below_the_root(hierarchy):
    top = hierarchy.levels - 1
    for level in range(top):
        assert hierarchy.generalize([None], level) == hierarchy.lift([None], level) == [None]
    assert hierarchy.generalize([None], top) == hierarchy.lift([None], top) == ["*"]
    assert hierarchy.generalize([], 0) == []


@pytest.mark.parametrize(
    ("hierarchy", "value"),
    [
        (AGES, "NaN"),
        (AGES, "inf"),
        (AGES, ""),
        (AGES, "1,000"),
        (AGES, "1_000"),
        (AGES, "forty"),
        (AGES, "1e999999999"),
        (AGES, "0x10"),
        (DATES, ""),
        (DATES, "1984-13-09"),
        (DATES, "1984-02-30"),
        (DATES, "30.02.1984"),
        (DATES, "1984-W01-1"),
        (DATES, "19841209"),
        (DATES, "1984-12-0999"),
        (DATES, "12/09/1984"),
        (DATES, "no idea"),
    ],
)
def test_what_is_no_number_and_no_date(hierarchy, value):
    for level in range(hierarchy.levels):
        with pytest.raises(HierarchyMismatch, match="column 'c': fewer than 10") as caught:
            hierarchy.generalize([value, None], level, column="c")
        assert caught.value.__context__ is None
        assert not value or value not in str(caught.value)


def test_or_it_goes_to_the_top():
    ages = IntervalHierarchy((10, 20), on_unknown="top")
    assert ages.generalize(["12", "?", None], 0) == ["[10, 20)", "*", None]
    assert ages.lift(["[10, 20)", "*", None], 1) == ["[0, 20)", "*", None]
    dates = DateHierarchy(("year",), on_unknown="top")
    assert dates.generalize(["?"], 0) == ["*"]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: IntervalHierarchy(()), id="no width"),
        pytest.param(lambda: IntervalHierarchy((10, 15)), id="no multiple"),
        pytest.param(lambda: IntervalHierarchy((10, 10)), id="not rising"),
        pytest.param(lambda: IntervalHierarchy((10, 0)), id="0 not first"),
        pytest.param(lambda: IntervalHierarchy((-5,)), id="negative"),
        pytest.param(lambda: IntervalHierarchy((float("nan"),)), id="NaN"),
        pytest.param(lambda: IntervalHierarchy((5,), origin=float("inf")), id="infinite origin"),
        pytest.param(lambda: IntervalHierarchy((5,), lower=10, upper=10), id="nothing between"),
        pytest.param(
            lambda: IntervalHierarchy((5,), root=None, on_unknown="top"), id="top without root"
        ),
        pytest.param(lambda: DateHierarchy(()), id="no date level"),
        pytest.param(lambda: DateHierarchy(("week",)), id="weeks cross months"),
        pytest.param(lambda: DateHierarchy(("0 years",)), id="no years"),
        pytest.param(lambda: DateHierarchy(("year", "month")), id="wrong order"),
        pytest.param(lambda: DateHierarchy(("4 years", "decade")), id="4 doesn't divide 10"),
        pytest.param(lambda: DateHierarchy(("year", "1 years")), id="the same twice"),
        pytest.param(lambda: DateHierarchy(("day",), ("%m/%Y",)), id="a format without its day"),
        pytest.param(lambda: DateHierarchy(("quarter",), ("%Y",)), id="a format without month"),
        pytest.param(lambda: PrefixHierarchy(()), id="no length"),
        pytest.param(lambda: PrefixHierarchy((3, 5)), id="rising lengths"),
        pytest.param(lambda: PrefixHierarchy((3, 0)), id="length 0"),
        pytest.param(lambda: PrefixHierarchy((3,), pad="ab"), id="long padding"),
    ],
)
def test_rules_that_make_no_hierarchy(make):
    with pytest.raises(PolicyError):
        make()


@pytest.mark.parametrize("hierarchy", [AGES, DATES, ZIPS, RedactHierarchy()])
def test_pickles_carry_the_policy_only(hierarchy):
    before = pickle.dumps(hierarchy)
    hierarchy.lift([None], 0)
    copy = pickle.loads(pickle.dumps(hierarchy))
    assert copy == hierarchy
    assert len(pickle.dumps(copy)) == len(before)
    assert copy.level_names == hierarchy.level_names


def test_describe_says_what_each_level_does():
    assert AGES.describe().splitlines() == [
        "0 width 5: intervals of width 5 (below 0 as one, from 90 as one)",
        "1 width 10: intervals of width 10 (below 0 as one, from 90 as one)",
        "2 width 20: intervals of width 20 (below 0 as one, from 90 as one)",
        "3 any: nothing: all values alike",
    ]
    assert DateHierarchy(("year", "5 years")).describe().splitlines()[:2] == [
        "0 year: the year",
        "1 5 years: a span of 5 years",
    ]
    assert (
        ZIPS.describe().splitlines()[3] == "3 1 character: the first 1 character, the rest hidden"
    )


numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)
values_of = {
    "ages": (AGES, numbers.map(str)),
    "exact": (IntervalHierarchy((0, 0.1, 0.3), origin=0.05, lower=-7), numbers.map(str)),
    "dates": (DATES, st.dates(min_value=dt.date(1, 1, 1)).map(dt.date.isoformat)),
    "zips": (ZIPS, st.text(max_size=8)),
    "codes": (PrefixHierarchy((4, 2), pad="", on_unknown="top"), st.text(max_size=8)),
    "redacted": (RedactHierarchy(), st.text(max_size=3)),
    "listed": (
        CsvHierarchy((("a", "x", "*"), ("b", "x", "*"), ("c", "y", "*")), on_unknown="top"),
        st.sampled_from("abcdef*"),
    ),
}


@pytest.mark.parametrize("kind", values_of)
@given(st.data())
def test_every_hierarchy_is_nested_and_lifts_as_it_generalises(kind, data):
    hierarchy, strategy = values_of[kind]
    values = data.draw(st.lists(strategy | st.none(), max_size=20))
    first = hierarchy.generalize(values, 0)
    for level in range(hierarchy.levels):
        assert hierarchy.lift(first, level) == hierarchy.generalize(values, level)
    # The table refuses what isn't nested, or shares that shrink with the level.
    table = materialize(hierarchy, kind, list(dict.fromkeys(first)))
    assert table.levels == hierarchy.levels


@given(numbers)
def test_an_interval_holds_its_number(number):
    label = IntervalHierarchy((0.7,), origin=0.1).generalize([str(number)], 0)[0]
    low, high = label[1:-1].split(", ")
    assert type(number)(low) <= number < type(number)(high)
