"""Distributions and correlations against a reference: exact figures, near misses, odd input."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow_expectations import (
    ExpectColumnCorrelationsToBeKept,
    ExpectColumnDistributionToBeClose,
)
from veilflow_expectations.associations import cramers_v
from veilflow_expectations.registering import register_correlations, register_distribution

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]
NAN = float("nan")
KS = "kolmogorov_smirnov"


def day(number: int) -> dt.date:
    return dt.date(2020, 1, 1) + dt.timedelta(days=number)


# reference, column, Spark's type, distance, and how far they are apart
CASES: list[tuple[list[Any], list[Any], str, str, float]] = [
    (["a", "b"], ["b", "a"], "string", "total_variation", 0),
    (["a", "a", "b", "b"], ["a", "a", "a", "b"], "string", "total_variation", 0.25),
    (["a", "b"], ["c", "d"], "string", "total_variation", 1),
    (["a", "b"], [" A", "\uff42"], "string", "total_variation", 0),
    (["a", None], ["a", "a"], "string", "total_variation", 0.5),
    (["a", None], ["a", ""], "string", "total_variation", 0),
    ([True, False], [True, True], "boolean", "total_variation", 0.5),
    ([1.0, 2.0], [1, 2], "bigint", "total_variation", 0),
    ([None, None], [None, None], "string", "total_variation", 0),
    ([1, 2, 3, 4], [1, 2, 3, 4], "bigint", KS, 0),
    ([1, 2, 3, 4], [1, 2, 3, 5], "bigint", KS, 0.25),
    ([1, 2, 3, 4], [2, 3, 4, 5], "bigint", KS, 0.25),
    ([1, 2], [1.5, 1.5], "double", KS, 0.5),
    ([1, 2], [8, 9], "bigint", KS, 1),
    ([0.0, 1.0], [-0.0, 1.0], "double", KS, 0),
    ([1.0, 2.0, NAN], [1.0, 2.0, None], "double", KS, 0),
    ([1.0, 2.0], [NAN, None], "double", KS, 1),
    ([None, NAN], [None, NAN], "double", KS, 0),
    ([float("-inf"), 0.0], [float("-inf"), float("inf")], "double", KS, 0.5),
    ([day(0), day(9)], [day(0), day(8)], "date", KS, 0.5),
]  # fmt: skip


def expect(number: int, distance: str, most: float) -> ExpectColumnDistributionToBeClose:
    return ExpectColumnDistributionToBeClose(
        column=f"c{number}", reference=f"r{number}", distance=distance, max_distance=most
    )


def test_distances(make: Make, check_all: Check, references: Any) -> None:
    """Each case on a reference of 1,000 times its values, held by a hair and broken by one."""
    columns, schema, expectations, expected = {}, [], [], []
    for number, (before, after, kind, distance, apart) in enumerate(CASES):
        register_distribution(
            f"r{number}", pd.Series(before * 1000, dtype=object), ordered=distance == KS
        )
        columns[f"c{number}"] = (after * 12)[:12]
        schema.append(f"c{number} {kind}")
        for most, passed in ((apart, True), (apart - 0.001, False)):
            if most >= 0:
                expectations.append(expect(number, distance, most))
                expected.append((apart, passed))
    found = check_all(make(columns, ", ".join(schema)), expectations)
    for check, (apart, passed) in zip(found, expected, strict=True):
        assert (check.observed, check.passed) == (pytest.approx(apart, abs=1e-6), passed), (
            check.column
        )


def test_references_made_by_either_engine_agree(make: Make, check: Check, references: Any) -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=3000).round(3).tolist()
    made = make({"v": values, "t": [f"t{n % 7}" for n in range(3000)]}, "v double, t string")
    spark = hasattr(made, "sparkSession")
    register_distribution("numbers", made.select("v") if spark else made["v"])
    register_distribution("texts", made.select("t") if spark else made["t"])
    other = random.normal(0.2, 1.1, size=2000)
    sides = np.sort(np.concatenate([values, other]))
    exact = np.abs(
        np.searchsorted(np.sort(values), sides, "right") / 3000
        - np.searchsorted(np.sort(other), sides, "right") / 2000
    ).max()
    frame = pd.DataFrame({"v": other, "t": [f"t{n % 7}" for n in range(2000)]})
    numbers = ExpectColumnDistributionToBeClose(
        column="v", reference="numbers", distance=KS, max_distance=1
    )
    # Of 3,000 values a thousand are thresholds; ten rows of 3,000 are the finest step told.
    assert check(frame, numbers).observed == pytest.approx(exact, abs=0.0045)
    texts = ExpectColumnDistributionToBeClose(column="t", reference="texts", max_distance=0.01)
    assert check(frame, texts).observed == 0


def test_small_figures_are_not_told(check: Check, references: Any) -> None:
    """One row of fifty moved: that is less than ten people can move."""
    register_distribution("r0", pd.Series(["a"] * 50))
    found = check(pd.DataFrame({"c0": ["a"] * 49 + ["b"]}), expect(0, "total_variation", 0.01))
    assert (found.passed, found.observed) == (False, 0)


def test_what_cant_be_compared_is_an_error(make: Make, check: Check, references: Any) -> None:
    frame = make({"c0": ["secretive", "x"]}, "c0 string")
    with pytest.raises(StageFailed, match=r"'r0'.*register_distribution"):
        check(frame, expect(0, KS, 1))
    register_distribution("r0", pd.Series([1, 2]))
    with pytest.raises(StageFailed, match="registered as numbers or dates"):
        check(frame, expect(0, "total_variation", 1))
    with pytest.raises(StageFailed) as failed:
        check(frame, expect(0, KS, 1))
    assert "secretive" not in str(failed.value)
    with pytest.raises(StageFailed, match="no column c1"):
        register_distribution("r1", pd.Series([1, 2]))
        check(frame, expect(1, KS, 1))


def test_tables_without_rows(make: Make, check: Check, references: Any) -> None:
    register_distribution("r0", pd.Series(["a", "b"] * 100))
    register_distribution("r1", pd.Series([], dtype=float), ordered=True)
    frame = make({"c0": [], "c1": []}, "c0 string, c1 double")
    assert check(frame, expect(0, "total_variation", 0.99)).observed == 1
    assert check(frame, expect(1, KS, 0)).passed


@pytest.mark.parametrize("arguments", [{"max_distance": 1.1}, {"distance": "hellinger"}, {}])
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ExpectColumnDistributionToBeClose(column="c", reference="r", **arguments)


def people(seed: int, rows: int = 4000, *, independent: bool = False) -> dict[str, list[Any]]:
    """Age, cost that grows with it, ward by age, town by ward; or each on its own."""
    random = np.random.default_rng(seed)
    age = random.integers(20, 90, rows)
    cost = np.round(age * 10.0 + random.normal(0, 150, rows), 2)
    ward = np.where(age + random.normal(0, 10, rows) > 60, "geriatrics", "general")
    town = np.where(random.random(rows) < np.where(ward == "general", 0.8, 0.3), "York", "Hull")
    columns = [age, cost, ward, town]
    if independent:
        columns = [random.permutation(column) for column in columns]
    return {
        name: column.tolist()
        for name, column in zip(["age", "cost", "ward", "town"], columns, strict=True)
    }


SCHEMA = "age int, cost double, ward string, town string"
NAMES = ["age", "cost", "ward", "town"]


class TestCorrelations:
    def expect(self, most: float, names: list[str] = NAMES) -> ExpectColumnCorrelationsToBeKept:
        return ExpectColumnCorrelationsToBeKept(columns=names, reference="r", max_change=most)

    def test_drawn_alike_they_are_kept_and_alone_they_are_not(
        self, make: Make, check_all: Check, references: Any
    ) -> None:
        made = make(people(1), SCHEMA)
        register_correlations("r", made, NAMES)
        same, strict = check_all(made, [self.expect(0), self.expect(1e-6)])
        assert (same.passed, same.observed, strict.passed) == (True, 0, True)
        (alike,) = check_all(make(people(2), SCHEMA), [self.expect(0.06)])
        assert alike.passed
        (alone,) = check_all(make(people(2, independent=True), SCHEMA), [self.expect(0.3)])
        assert not alone.passed
        assert alone.observed > 0.7  # age and cost

    @pytest.mark.parametrize("pair", [["age", "cost"], ["ward", "town"], ["age", "ward"]])
    def test_each_kind_of_pair_counts(self, check: Check, references: Any, pair: list[str]) -> None:
        register_correlations("r", pd.DataFrame(people(1)), pair)
        alone = pd.DataFrame(people(1, independent=True))
        assert check(alone, self.expect(1, pair)).observed > 0.3
        assert not check(alone, self.expect(0.3, pair)).passed

    def test_figures_are_those_of_numpy_and_of_bergsma(self, check: Check, references: Any) -> None:
        frame = pd.DataFrame(people(1))
        register_correlations("r", frame, ["age", "cost"])
        zero = frame.assign(cost=1.0)  # a constant is associated with nothing
        expected = np.corrcoef(frame["age"], frame["cost"])[0, 1]
        found = check(zero, self.expect(1, ["age", "cost"]))
        assert found.observed == pytest.approx(expected, abs=0.0013)
        # Perfect association, and none: 2 by 2 tables whose statistic is known.
        assert cramers_v(np.array([[50.0, 0], [0, 50]])) == pytest.approx(1)
        assert cramers_v(np.array([[25.0, 25], [25, 25]])) == 0
        table = np.array([[30.0, 10], [20, 40]])  # phi² = 1/6
        phi2 = 1 / 6 - 1 / 99
        assert cramers_v(table) == pytest.approx(np.sqrt(phi2 / (2 - 1 / 99 - 1)))

    def test_odd_values(self, make: Make, check: Check, references: Any) -> None:
        odd = {
            "age": [1, 2, None, 4] * 30,
            "cost": [NAN, 2.0, float("inf"), -0.0] * 30,
            "ward": [None, "a", "A ", "\uff41"] * 30,
            "town": [None] * 120,
        }
        made = make(odd, SCHEMA)
        register_correlations("r", made, NAMES)
        assert check(made, self.expect(0)).observed == 0

    def test_a_table_without_rows_has_no_association(
        self, make: Make, check: Check, references: Any
    ) -> None:
        register_correlations("r", pd.DataFrame(people(1)), NAMES)
        found = check(make({name: [] for name in NAMES}, SCHEMA), self.expect(0.5))
        assert (found.passed, found.observed) == (False, pytest.approx(0.8, abs=0.05))

    def test_what_cant_be_compared_is_an_error(self, check: Check, references: Any) -> None:
        frame = pd.DataFrame(people(1, 20))
        with pytest.raises(StageFailed, match=r"'r'.*register_correlations"):
            check(frame, self.expect(1))
        register_correlations("r", frame, NAMES)
        with pytest.raises(StageFailed, match="other columns"):
            check(frame, self.expect(1, ["cost", "age"]))
        with pytest.raises(StageFailed, match="no column town"):
            check(frame.drop(columns="town"), self.expect(1))

    @pytest.mark.parametrize(
        "arguments",
        [
            {"columns": ["a"], "max_change": 0.1},
            {"columns": ["a", "a"], "max_change": 0.1},
            {"columns": ["a", "b"], "max_change": 2.1},
        ],
    )
    def test_wrong_arguments_are_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            ExpectColumnCorrelationsToBeKept(reference="r", **arguments)
