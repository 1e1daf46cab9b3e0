"""Hierarchies of characters, order, bounds, ICD-10 and postcodes."""

from __future__ import annotations

import pickle
from bisect import bisect_right

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import PolicyError
from veilflow.hierarchy import (
    BoundsHierarchy,
    CharacterHierarchy,
    Hierarchy,
    HierarchyMismatch,
    Icd10Hierarchy,
    IntervalHierarchy,
    PostcodeHierarchy,
    materialize,
    order_hierarchy,
)
from veilflow.hierarchy.icd10_blocks import BLOCKS, CHAPTERS
from veilflow.hierarchy.postcodes import COUNTRIES

RIGHT = CharacterHierarchy(5)
LEFT = CharacterHierarchy(5, start="left")
SOME = CharacterHierarchy(6, hide=(2, 4), character="#")
CUTS = BoundsHierarchy(((20, 35.5, 65, 80), (35.5, 65), (65,)))
SIZES = order_hierarchy(("XS", "S", "M", "L", "XL"), ((1, 3, 1), (4, 1)))
ICD = Icd10Hierarchy()


def postcode(country):
    return PostcodeHierarchy(country)


@pytest.mark.parametrize(
    ("hierarchy", "value", "labels"),
    [
        pytest.param(
            RIGHT, "47123", ["47123", "4712*", "471**", "47***", "4****", "*"], id="from the right"
        ),
        pytest.param(
            LEFT, "47123", ["47123", "*7123", "**123", "***23", "****3", "*"], id="from the left"
        ),
        pytest.param(
            RIGHT, "47", ["47", "47***", "47***", "47***", "4****", "*"], id="a short one is padded"
        ),
        pytest.param(
            LEFT, "47", ["47", "***47", "***47", "***47", "****7", "*"], id="or on the left"
        ),
        pytest.param(
            RIGHT,
            "4712345",
            ["4712345", "4712*", "471**", "47***", "4****", "*"],
            id="a long one is cut at once",
        ),
        pytest.param(RIGHT, "", ["", *["*****"] * 4, "*"], id="an empty text"),
        pytest.param(SOME, "Zürich-City", ["Züri##", "Zü####", "*"], id="chosen steps"),
        pytest.param(CUTS, "19.99", ["< 20", "< 35.5", "< 65", "*"], id="bottom"),
        pytest.param(
            CUTS, "20", ["[20, 35.5)", "< 35.5", "< 65", "*"], id="a bound counts upwards"
        ),
        pytest.param(CUTS, "35.5", ["[35.5, 65)", "[35.5, 65)", "< 65", "*"], id="next bound"),
        pytest.param(CUTS, "1e2", [">= 80", ">= 65", ">= 65", "*"], id="top"),
        pytest.param(SIZES, "XS", ["XS", "XS", "[XS, L]", "*"], id="a group of one"),
        pytest.param(SIZES, "M", ["M", "[S, L]", "[XS, L]", "*"], id="a group of three"),
        pytest.param(SIZES, "XL", ["XL", "XL", "XL", "*"], id="the last stays alone"),
        pytest.param(
            order_hierarchy(("1", "10", "2", "9"), (2,), sort="numeric"),
            "2",
            ["2", "[1, 2]", "*"],
            id="numbers in their order",
        ),
        pytest.param(
            order_hierarchy(("1", "10", "2", "9"), (2,), sort="text"),
            "2",
            ["2", "[2, 9]", "*"],
            id="texts in theirs",
        ),
        pytest.param(
            order_hierarchy(("a", "b", "c"), (2,)), "c", ["c", "c", "*"], id="what is left over"
        ),
        pytest.param(ICD, "E11.9", ["E11.9", "E11", "E10-E14", "E00-E90", "*"], id="diabetes"),
        pytest.param(ICD, "e119", ["E11.9", "E11", "E10-E14", "E00-E90", "*"], id="without point"),
        pytest.param(ICD, "E11", ["E11", "E11", "E10-E14", "E00-E90", "*"], id="a category"),
        pytest.param(ICD, "B01.8+", ["B01.8", "B01", "B00-B09", "A00-B99", "*"], id="a dagger"),
        pytest.param(
            ICD, "X85.0", ["X85.0", "X85", "X85-Y09", "V01-Y98", "*"], id="across letters"
        ),
        pytest.param(ICD, "U07.1", ["U07.1", "U07", "U00-U49", "U00-U85", "*"], id="COVID-19"),
        pytest.param(
            ICD, "S72.001A", ["S72.001A", "S72", "S70-S79", "S00-T98", "*"], id="ICD-10-CM"
        ),
        pytest.param(
            ICD, "Z3A.20", ["Z3A.20", "Z3A", "Z3A", "Z00-Z99", "*"], id="in none of WHO's blocks"
        ),
        pytest.param(ICD, "D49.2", ["D49.2", "D49", "D49", "C00-D48", "*"], id="after WHO's end"),
        pytest.param(ICD, "C50", ["C50", "C50", "C50", "C00-D48", "*"], id="a block of one"),
        pytest.param(
            Icd10Hierarchy(("block", "chapter")), "I21.0", ["I20-I25", "I00-I99", "*"], id="coarse"
        ),
        pytest.param(
            postcode("gb"),
            "SW1A 1AA",
            ["SW1A 1AA", "SW1A 1", "SW1A", "SW", "*"],
            id="United Kingdom",
        ),
        pytest.param(
            postcode("gb"), "m11ae", ["M1 1AE", "M1 1", "M1", "M", "*"], id="no blank, lower case"
        ),
        pytest.param(
            postcode("gb"), "EC11 2AB", ["EC11 2AB", "EC11 2", "EC11", "EC", "*"], id="two digits"
        ),
        pytest.param(
            postcode("us"), "94110-1234", ["94110", "941**", "9****", "*"], id="ZIP plus four"
        ),
        pytest.param(postcode("us"), "94110", ["94110", "941**", "9****", "*"], id="ZIP"),
        pytest.param(
            postcode("de"), "01067", ["01067", "010**", "01***", "0****", "*"], id="Germany"
        ),
        pytest.param(
            postcode("ch"), "8001", ["8001", "800*", "80**", "8***", "*"], id="Switzerland"
        ),
        pytest.param(postcode("ca"), "k1a0b1", ["K1A 0B1", "K1A", "K", "*"], id="Canada"),
        pytest.param(
            postcode("nl"), "1012 AB", ["1012 AB", "1012", "10", "1", "*"], id="Netherlands"
        ),
    ],
)
def test_labels(hierarchy, value, labels):
    assert isinstance(hierarchy, Hierarchy)
    assert hierarchy.levels == len(labels) == len(hierarchy.level_names)
    assert len(hierarchy.describe().splitlines()) == hierarchy.levels
    assert [hierarchy.generalize([value], n)[0] for n in range(hierarchy.levels)] == labels
    first = hierarchy.generalize([value], 0)
    assert [hierarchy.lift(first, n)[0] for n in range(hierarchy.levels)] == labels


UNKNOWN = [
    (CUTS, "NaN"),
    (CUTS, "forty"),
    (SIZES, "XXL"),
    (SIZES, "m"),
    (ICD, "E1"),
    (ICD, "11.9"),
    (ICD, ""),
    (ICD, "E11.12345"),
    (ICD, "diabetes"),
    (postcode("us"), "9411"),
    (postcode("us"), "941**"),
    (postcode("us"), "94110-12"),
    (postcode("gb"), "SW1A"),
    (postcode("gb"), "10115"),
    (postcode("de"), "1067"),
    (postcode("nl"), "1012"),
    (postcode("ca"), "D1A 0B1"),
]


@pytest.mark.parametrize(("hierarchy", "value"), UNKNOWN)
def test_unknown_values_are_counted_by_column_and_never_told(hierarchy, value):
    for level in range(hierarchy.levels):
        with pytest.raises(HierarchyMismatch, match="column 'c': fewer than 10") as caught:
            hierarchy.generalize([value, None], level, column="c")
        assert caught.value.__context__ is None
        assert "on_unknown: top" in str(caught.value)
        assert len(value) < 3 or value not in str(caught.value)


def test_or_they_go_to_the_top():
    lenient = (
        BoundsHierarchy(((1,),), on_unknown="top"),
        order_hierarchy(("a", "b"), on_unknown="top"),
        Icd10Hierarchy(on_unknown="top"),
        PostcodeHierarchy("gb", on_unknown="top"),
    )
    for hierarchy in lenient:
        for level in range(hierarchy.levels):
            assert hierarchy.generalize(["?"], level) == ["*"]
            assert hierarchy.lift(["*"], level) == ["*"]


@pytest.mark.parametrize("hierarchy", [RIGHT, LEFT, SOME, CUTS, SIZES, ICD, postcode("gb")])
def test_all_null_is_null_below_the_root(hierarchy):
    top = hierarchy.levels - 1
    for level in range(top):
        assert hierarchy.generalize([None, None], level) == hierarchy.lift([None] * 2, level)
        assert hierarchy.generalize([None], level) == [None]
    assert hierarchy.generalize([None], top) == hierarchy.lift([None], top) == ["*"]
    table = materialize(hierarchy, "c", [None])
    assert table.levels == hierarchy.levels
    assert pickle.loads(pickle.dumps(hierarchy)) == hierarchy


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda: CharacterHierarchy(0), "1 to 64 characters", id="nothing to hide"),
        pytest.param(lambda: CharacterHierarchy(65), "1 to 64 characters", id="too long"),
        pytest.param(lambda: CharacterHierarchy(5, (2, 2)), "must rise", id="the same twice"),
        pytest.param(lambda: CharacterHierarchy(5, (0, 5)), "below the length", id="all hidden"),
        pytest.param(lambda: CharacterHierarchy(5, character=""), "one character", id="no mark"),
        pytest.param(lambda: BoundsHierarchy(()), "needs bounds", id="no level"),
        pytest.param(lambda: BoundsHierarchy(((1, 2), ())), "needs bounds", id="no bound"),
        pytest.param(lambda: BoundsHierarchy(((2, 1),)), "that rise", id="falling"),
        pytest.param(
            lambda: BoundsHierarchy(((1, 2), (1.5,))), "some of those", id="a cut of its own"
        ),
        pytest.param(lambda: BoundsHierarchy(((1, 2), (1, 2))), "some of those", id="no coarser"),
        pytest.param(lambda: BoundsHierarchy(((float("inf"),),)), "finite", id="infinite"),
        pytest.param(lambda: order_hierarchy(()), "needs values", id="nothing ordered"),
        pytest.param(lambda: order_hierarchy(("a", "a")), "twice", id="a value twice"),
        pytest.param(
            lambda: order_hierarchy(("1", "b"), sort="numeric"), "no number", id="no number"
        ),
        pytest.param(lambda: order_hierarchy(("a", "b"), (0,)), "level 1 of", id="size 0"),
        pytest.param(
            lambda: order_hierarchy(("a", "b", "c"), ((1, 1),)), "2 values in all", id="one missing"
        ),
        pytest.param(
            lambda: order_hierarchy(tuple("abcd"), (2, (1, 3))), "another label", id="not nested"
        ),
        pytest.param(lambda: Icd10Hierarchy(()), "levels of ICD-10", id="no level of ICD-10"),
        pytest.param(lambda: Icd10Hierarchy(("chapter", "code")), "in this order", id="upside"),
        pytest.param(lambda: PostcodeHierarchy("zz"), "no rule", id="unknown country"),
    ],
)
def test_rules_that_make_no_hierarchy(make, message):
    with pytest.raises(PolicyError, match=message):
        make()


def test_blocks_lie_in_one_chapter_and_apart():
    starts = [block[:3] for block in BLOCKS]
    ends = [block[-3:] for block in BLOCKS]
    assert starts == sorted(starts)
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    chapters = [start for start, _ in CHAPTERS]
    assert len(CHAPTERS) == 22  # WHO ICD-10, version 2019
    for start, end in zip(starts, ends, strict=True):
        assert bisect_right(chapters, start) == bisect_right(chapters, end)


codes = st.from_regex(r"\A[A-Z][0-9][0-9AB](\.[0-9]{1,2})?\Z")
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-200, max_value=200)
kinds = {
    "right": (RIGHT, st.text(max_size=8)),
    "left": (LEFT, st.text(max_size=8)),
    "some": (SOME, st.text(max_size=9)),
    "cuts": (CUTS, numbers.map(str)),
    "order": (SIZES, st.sampled_from(["XS", "S", "M", "L", "XL"])),
    "icd": (ICD, codes),
    "icd from blocks": (Icd10Hierarchy(("block", "chapter")), codes),
    "us": (postcode("us"), st.from_regex(r"\A[0-9]{5}(-[0-9]{4})?\Z")),
    "gb": (postcode("gb"), st.from_regex(r"\A[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\Z")),
    "nl": (postcode("nl"), st.from_regex(r"\A[1-9][0-9]{3} ?[A-Z]{2}\Z")),
    "ca": (postcode("ca"), st.from_regex(r"\AK[0-9][A-Z] ?[0-9][A-Z][0-9]\Z")),
    "fr": (postcode("fr"), st.from_regex(r"\A[0-9]{5}\Z")),
}


@pytest.mark.parametrize("kind", kinds)
@settings(deadline=None)
@given(st.data())
def test_every_hierarchy_is_nested_and_lifts_as_it_generalises(kind, data):
    hierarchy, strategy = kinds[kind]
    values = data.draw(st.lists(strategy | st.none(), max_size=20))
    first = hierarchy.generalize(values, 0)
    for level in range(hierarchy.levels):
        assert hierarchy.lift(first, level) == hierarchy.generalize(values, level)
    table = materialize(hierarchy, kind, list(dict.fromkeys(first)))
    assert table.levels == hierarchy.levels


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_has_a_name_for_each_part(country):
    parts, names = COUNTRIES[country].parts, COUNTRIES[country].names
    assert len(parts) == len(names) == postcode(country).levels - 1


tricky = st.one_of(
    numbers.map(str),
    st.integers(-300, 300).map(str),
    st.floats(-1e20, 1e20).map(repr),
    st.sampled_from(["0.3", "0.30000000000000004", "0.2999999999999999999999", "-0.0", "1e2"]),
    st.decimals(-100, 100, places=25).map(str),
)
NUMERIC = {
    "widths": IntervalHierarchy((0.1, 0.3, 3), origin=0.05, lower=-7.3, upper=90.6),
    "whole": IntervalHierarchy((0, 5, 10), on_unknown="top"),
    "bounds": BoundsHierarchy(((-3, 0.3, 0.7, 65, 80), (0.3, 65))),
}


@pytest.mark.parametrize("kind", NUMERIC)
@settings(deadline=None)  # the first example imports PyArrow
@given(st.lists(tricky, min_size=1, max_size=30))
def test_many_values_are_labelled_as_few_are(kind, values):
    hierarchy = NUMERIC[kind]
    many = [*values, None, *map(str, range(300))]
    for level in range(hierarchy.levels):
        found = hierarchy.generalize(many, level)
        assert found[: len(values)] == hierarchy.generalize(values, level)
        assert found[len(values)] == hierarchy.generalize([None], level)[0]


def test_many_values_with_unknown_ones_among_them():
    many = [*map(str, range(300)), "NaN", "inf", None]
    assert IntervalHierarchy((10,), on_unknown="top").generalize(many, 0)[-3:] == ["*", "*", None]
    for bad in (["NaN"], ["forty"], ["1_000"], [" 7", "?"]):
        with pytest.raises(HierarchyMismatch, match="fewer than 10 distinct"):
            IntervalHierarchy((10,)).generalize([*map(str, range(300)), *bad], 0)
