"""Hierarchies that look at the data: round, people in every group, no value quoted."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.hierarchy.automatic import automatic_hierarchy
from veilflow.hierarchy.column_values import ColumnValues, people_in_groups
from veilflow.hierarchy.quantiles import quantile_cuts
from veilflow.hierarchy.rounding import next_step, rounded, step_from, step_up_to
from veilflow.policy.hierarchies import HierarchyPolicy, build_hierarchy


def column(values, units=None):
    texts = tuple(dict.fromkeys(str(value) for value in values if value is not None))
    place = {text: code for code, text in enumerate(texts)}
    code = np.array([-1 if v is None else place[str(v)] for v in values], dtype=np.int64)
    people = np.arange(code.size) if units is None else np.array(units)
    return ColumnValues(texts, code, people.astype(np.int64))


def dates(form, count=400):
    days = [(n % 28 + 1, n % 12 + 1, 1890 + n % 110) for n in range(count)]
    return [form.format(d=d, m=m, y=y) for d, m, y in days]


AGES = [18 + n * 7 % 73 for n in range(730)]
LEVELS = ["day", "month", "quarter", "year", "5 years", "decade"]


@pytest.mark.parametrize(
    ("values", "content", "chosen"),
    [
        pytest.param(
            AGES, None, {"intervals": [0, 5, 10, 20], "lower": 20, "upper": 90}, id="ages"
        ),
        pytest.param(
            [f"{age:02}.0" for age in AGES],
            None,
            {"intervals": [0, 5, 10, 20], "lower": 20, "upper": 90},
            id="the same as numeric strings",
        ),
        pytest.param(
            [n * 123 for n in range(1000)],
            None,
            {"intervals": [10000, 20000], "lower": 10000, "upper": 120000},
            id="incomes",
        ),
        pytest.param(
            [n / 1000 for n in range(1000)],
            None,
            {"intervals": [0.05, 0.1, 0.2], "lower": 0.05, "upper": 0.95},
            id="shares",
        ),
        pytest.param(
            [None, "NaN", *AGES],
            "numbers",
            {"intervals": [0, 5, 10, 20], "lower": 20, "upper": 90},
            id="NaN and null aside",
        ),
        pytest.param(
            [0] * 900 + list(range(100)),
            None,
            {"intervals": [0, 5, 10, 20], "lower": 5, "upper": 75},
            id="mostly 0",
        ),
        pytest.param(dates("{y:04}-{m:02}-{d:02}"), None, {"dates": LEVELS}, id="ISO dates"),
        pytest.param(
            dates("{d:02}.{m:02}.{y:04}"),
            None,
            {"dates": LEVELS, "formats": ["%d.%m.%Y"]},
            id="dates before 1900 too",
        ),
        pytest.param(
            dates("{y:04}{m:02}{d:02}"),
            None,
            {"dates": LEVELS, "formats": ["%Y%m%d"]},
            id="dates of digits",
        ),
        pytest.param(
            [f"{n:05}" for n in range(0, 99999, 77)],
            None,
            {"prefix": [5, 4, 3, 2, 1]},
            id="digits with leading zeros are codes",
        ),
        pytest.param(
            [f"{n}" for n in range(10000, 99999, 77)],
            "texts",
            {"prefix": [5, 4, 3, 2, 1]},
            id="others only where the policy says so",
        ),
        pytest.param(
            [f"A{n:011}" for n in range(500)],
            None,
            {"prefix": [12, 10, 8, 6, 4, 2]},
            id="long codes in steps of two",
        ),
        pytest.param(
            [f"street {n}" for n in range(500)],
            None,
            {"redact": {"length": 12, "hide": [0, 3, 6, 9]}},
            id="texts of many kinds",
        ),
        pytest.param(["F", "M"] * 50, None, {"redact": True}, id="few words"),
        pytest.param(["true", "false"] * 50, "texts", {"redact": True}, id="yes or no"),
        pytest.param([None] * 50, None, {"redact": True}, id="all null"),
        pytest.param([None] * 50, "numbers", {"redact": True}, id="all null, numbers"),
        pytest.param([7] * 50, None, {"redact": True}, id="one number"),
        pytest.param(range(15), None, {"redact": True}, id="too few people"),
        pytest.param([], None, {"redact": True}, id="no row"),
    ],
)
def test_what_is_chosen(values, content, chosen):
    found = automatic_hierarchy(column(values), content)
    assert found == chosen
    hierarchy = build_hierarchy(HierarchyPolicy.model_validate(found))
    known = [str(value) for value in values if value is not None and value != "NaN"]
    hierarchy.generalize(known, 0)


def test_ends_count_people_and_not_rows():
    # One person has every row below 30: to code them apart would be to single that person out.
    ages = list(range(18, 30)) * 5 + list(range(30, 80)) * 2
    alone = automatic_hierarchy(column(ages, [0] * 60 + list(range(1, 101))))
    assert alone["lower"] > 30
    assert automatic_hierarchy(column(ages))["lower"] == 20


def test_rows_of_nobody_hide_nobody():
    ages = list(range(100))
    assert automatic_hierarchy(column(ages, [-1] * 100)) == {"redact": True}
    assert quantile_cuts(column(ages, [-1] * 100), (4,)) == ()


@pytest.mark.parametrize(
    ("values", "groups", "cuts"),
    [
        pytest.param(
            range(1000), (8,), ((120, 240, 380, 500, 620, 760, 880), (240, 500, 760), (500,)),
            id="halved",
        ),
        pytest.param(range(1000), (4, 2), ((250, 500, 750), (500,)), id="as listed"),
        pytest.param(range(30), (8,), ((18,),), id="ten people a group"),
        pytest.param(range(15), (4,), (), id="too few for two groups"),
        pytest.param([1] * 50, (4,), (), id="one value"),
        pytest.param([0] * 90 + [5] * 10, (4,), (), id="a value rarer than any quantile"),
        pytest.param([0] * 70 + [5] * 30, (4,), ((5,),), id="two values"),
        pytest.param(["?"] * 50, (4,), (), id="no numbers"),
        pytest.param([], (4,), (), id="nothing"),
    ],
)  # fmt: skip
def test_quantiles(values, groups, cuts):
    assert quantile_cuts(column(values), groups) == cuts


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), max_size=200),
    st.integers(2, 20),
    st.integers(1, 40),
)
def test_every_group_of_quantiles_has_ten_people_and_no_extreme_is_a_bound(values, count, people):
    sample = column(values, [n % people for n in range(len(values))])
    levels = quantile_cuts(sample, (count,))
    if levels:
        build_hierarchy(HierarchyPolicy.model_validate({"bounds": levels}))
    for cuts in levels:
        assert len(cuts) < count
        group = np.searchsorted(np.array(cuts), np.array(values), side="right").astype(np.int64)
        assert people_in_groups(group, sample.unit, len(cuts) + 1).min() >= 10
        assert min(values) < cuts[0]
        assert cuts[-1] <= max(values)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), max_size=120))
def test_ends_of_automatic_intervals_are_round_and_have_ten_people_beyond(values):
    found = automatic_hierarchy(column(values), "numbers")
    if "intervals" not in found:
        assert found.keys() <= {"redact", "prefix"}
        return
    finest = next(width for width in found["intervals"] if width)
    assert re.fullmatch(r"0*[125]0*", f"{Decimal(str(finest)).normalize():f}".replace(".", ""))
    for bound in (found["lower"], found["upper"]):
        assert Decimal(str(bound)) % Decimal(str(finest)) == 0
    assert sum(value < found["lower"] for value in values) >= 10
    assert sum(value >= found["upper"] for value in values) >= 10


@settings(deadline=None)
@given(st.floats(1e-9, 1e12))
def test_steps_are_one_two_or_five_times_a_power_of_ten(number):
    for step in (step_up_to(number), step_from(number), next_step(step_from(number))):
        assert step.normalize().as_tuple().digits in ((1,), (2,), (5,))
    assert step_up_to(number) <= Decimal(number) * Decimal("1.0000001")
    assert Decimal(number) <= step_from(number) * Decimal("1.0000001")
    assert step_from(number) <= step_up_to(number) * Decimal("2.5000001")
    assert next_step(step_from(number)) % step_from(number) == 0
    off = abs(rounded(number, step_from(number)) - Decimal(repr(number)))
    assert off <= step_from(number) / 2
