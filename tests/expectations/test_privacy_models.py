"""l-diversity, t-closeness, risk and small cells: held by a hair, and broken by one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow_expectations import (
    ExpectReidentificationRiskToBeBelow,
    ExpectSmallCellsToBeAbsent,
    ExpectTableToBeBetaLike,
    ExpectTableToBeDeltaDisclosurePrivate,
    ExpectTableToBeDeltaPresent,
    ExpectTableToBeKMapped,
    ExpectTableToBeLDiverse,
    ExpectTableToBeTClose,
    run_suite,
)

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]
SCHEMA = "town string, ill string, person int"
NAN = float("nan")


def rows(text: str) -> dict[str, list[Any]]:
    """ "a flu 1, a cold" as columns town, ill and person; "-" is null."""
    found = [[None if cell == "-" else cell for cell in row.split()] for row in text.split(",")]
    return {
        "town": [row[0] for row in found],
        "ill": [row[1] for row in found],
        "person": [int(row[2]) if len(row) > 2 and row[2] else None for row in found],
    }


class TestLDiversity:
    @pytest.mark.parametrize(
        ("table", "unit", "arguments", "observed", "passed"),
        [
            ("a flu, a cold, b flu, b cold", None, {"l": 2}, 2, True),
            ("a flu, a cold, b flu, b flu", None, {"l": 2}, 1, False),
            ("a flu, a -", None, {"l": 2}, 2, True),
            ("a flu, a FLU", None, {"l": 2}, 2, True),
            ("a flu 1, a cold 1", "person", {"l": 2}, 2, True),
            ("a flu 1, a cold -", "person", {"l": 2}, 1, False),
            ("- flu, - cold, a flu, a cold", None, {"l": 2}, 2, True),
            ("a flu, a cold", None, {"l": 2, "kind": "entropy"}, 2, True),
            ("a flu, a flu, a cold", None, {"l": 2, "kind": "entropy"}, 1.889882, False),
            ("a flu, a flu, a cold", None, {"l": 2, "kind": "recursive", "c": 2.1}, 2, True),
            ("a flu, a flu, a cold", None, {"l": 2, "kind": "recursive", "c": 2}, 2, False),
            ("a flu, a flu", None, {"l": 2, "kind": "recursive", "c": 9}, None, False),
        ],
    )
    def test_classes_are_counted(
        self,
        make: Make,
        check: Check,
        table: str,
        unit: str | None,
        arguments: dict[str, Any],
        observed: float | None,
        passed: bool,
    ) -> None:
        expectation = ExpectTableToBeLDiverse(
            quasi_identifiers=["town"], column="ill", privacy_unit=unit, **arguments
        )
        found = check(make(rows(table), SCHEMA), expectation)
        assert (found.observed, found.passed) == (observed, passed)

    @pytest.mark.parametrize(
        "arguments",
        [
            {"quasi_identifiers": [], "column": "ill", "l": 2},
            {"quasi_identifiers": ["ill"], "column": "ill", "l": 2},
            {"quasi_identifiers": ["town"], "column": "ill", "l": 0},
            {"quasi_identifiers": ["town"], "column": "ill", "l": 2.5},
            {"quasi_identifiers": ["town"], "column": "ill", "l": 2, "kind": "recursive"},
            {"quasi_identifiers": ["town"], "column": "ill", "l": 2, "c": 3},
        ],
    )
    def test_wrong_arguments_are_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            ExpectTableToBeLDiverse(**arguments)


class TestTCloseness:
    HIERARCHY = [["flu", "lung", "*"], ["cold", "lung", "*"], ["gout", "joint", "*"]]

    @pytest.mark.parametrize(
        ("table", "arguments", "observed"),
        [
            ("a flu, a cold, b flu, b cold", {}, 0),
            ("a flu, a flu, b cold, b cold", {}, 0.5),
            ("a flu, b flu, b cold, b gout", {"distance": "equal"}, 0.5),
            # flu takes one step to cold, and a third of it half a way more: sorted cold, flu, gout
            ("a flu, b flu, b cold, b gout", {"distance": "ordered"}, 0.25),
            ("a cold, b flu, b cold, b gout", {"distance": "ordered"}, 0.375),
            (
                "a cold, b flu, b cold, b gout",
                {"distance": "ordered", "order": ["flu", "cold", "gout"]},
                0.25,
            ),
            (
                "a cold, b flu, b cold, b gout",
                {"distance": "hierarchical", "hierarchy": HIERARCHY},
                0.375,
            ),
        ],
    )
    def test_distances(
        self, make: Make, check: Check, table: str, arguments: dict[str, Any], observed: float
    ) -> None:
        frame = make(rows(table), SCHEMA)
        for t, passed in ((observed, True), (observed - 1e-6, observed == 0)):
            expectation = ExpectTableToBeTClose(
                quasi_identifiers=["town"], column="ill", t=max(t, 0), **arguments
            )
            found = check(frame, expectation)
            assert (found.observed, found.passed) == (observed, passed)

    def test_people_are_counted(self, make: Make, check: Check) -> None:
        frame = make(rows("a flu 1, a flu 1, a flu 1, a cold 2, b flu 3, b cold 4"), SCHEMA)
        by_rows = ExpectTableToBeTClose(quasi_identifiers=["town"], column="ill", t=0)
        by_people = ExpectTableToBeTClose(
            quasi_identifiers=["town"], column="ill", t=0, privacy_unit="person"
        )
        assert not check(frame, by_rows).passed
        assert check(frame, by_people).passed

    def test_a_value_without_a_place_is_told_without_it(self, make: Make) -> None:
        from great_expectations import ExpectationSuite

        expectation = ExpectTableToBeTClose(
            quasi_identifiers=["town"], column="ill", t=0, distance="ordered", order=["flu"]
        )
        with pytest.raises(StageFailed, match="not in the order given") as failed:
            run_suite(
                make(rows("a flu, a unmistakable"), SCHEMA),
                ExpectationSuite("suite", expectations=[expectation]),
            )
        assert "unmistakable" not in str(failed.value)

    @pytest.mark.parametrize(
        "arguments",
        [
            {"t": 1.1},
            {"t": 0.1, "order": ["a"]},
            {"t": 0.1, "distance": "ordered", "order": ["a", "a"]},
            {"t": 0.1, "distance": "hierarchical"},
            {"t": 0.1, "hierarchy": HIERARCHY},
            {"t": 0.1, "distance": "hierarchical", "hierarchy": [["a", "*"], ["b", "x"]]},
            {"t": 0.1, "distance": "hierarchical", "hierarchy": [["a", "*"], ["b"]]},
        ],
    )
    def test_wrong_arguments_are_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            ExpectTableToBeTClose(quasi_identifiers=["town"], column="ill", **arguments)


def test_nan_is_null_and_large_integers_are_told_apart(make: Make, check: Check) -> None:
    columns = {"x": [NAN, NAN, 1.0, 1.0], "n": [2**60, 2**60 + 1, 2**60, 2**60 + 1]}
    frame = make(columns, "x double, n bigint")
    diverse = ExpectTableToBeLDiverse(quasi_identifiers=["x"], column="n", l=2)
    assert check(frame, diverse).observed == 2
    swapped = ExpectTableToBeLDiverse(quasi_identifiers=["n"], column="x", l=2)
    assert check(frame, swapped).observed == 2


def test_columns_may_have_any_name(make: Make, check: Check) -> None:
    columns = {"a.b`c": ["x", "x"], "value": ["p", "q"], "q0": [1, 2]}
    frame = make(columns, "`a.b``c` string, value string, q0 int")
    expectation = ExpectTableToBeLDiverse(
        quasi_identifiers=["a.b`c"], column="value", l=2, privacy_unit="q0"
    )
    assert check(frame, expectation).passed


def test_tables_without_rows_pass(make: Make, check_all: Check) -> None:
    frame = make({"town": [], "ill": [], "person": []}, SCHEMA)
    asked = {"quasi_identifiers": ["town"], "privacy_unit": "person"}
    found = check_all(
        frame,
        [
            ExpectTableToBeLDiverse(column="ill", l=2, **asked),
            ExpectTableToBeTClose(column="ill", t=0, **asked),
            ExpectReidentificationRiskToBeBelow(max_risk=0, **asked),
            ExpectSmallCellsToBeAbsent(columns=["town", "ill"], threshold=5),
        ],
    )
    assert all(check.passed for check in found)


def test_mixed_types_have_no_order() -> None:
    from great_expectations import ExpectationSuite

    frame = pd.DataFrame({"town": ["a", "a"], "ill": [1, "unmistakable"]})
    expectation = ExpectTableToBeTClose(
        quasi_identifiers=["town"], column="ill", t=0, distance="ordered"
    )
    with pytest.raises(StageFailed, match="several types") as failed:
        run_suite(frame, ExpectationSuite("suite", expectations=[expectation]))
    assert "unmistakable" not in str(failed.value)


class TestRisk:
    @pytest.mark.parametrize(
        ("bounds", "passed", "observed", "bound"),
        [
            ({"max_risk": 0.5}, True, 0.5, 0.5),
            ({"max_risk": 0.49}, False, 0.5, 0.49),
            ({"average_risk": 0.34}, True, 0.333333, 0.34),
            ({"average_risk": 0.33}, False, 0.333333, 0.33),
            ({"linked_share": 0.34}, True, 0.333333, 0.34),
            ({"linked_share": 0.33}, False, 0.333333, 0.33),
            ({"unique_share": 0}, True, 0, 0),
            ({"max_risk": 0.5, "average_risk": 0.3}, False, 0.5, 0.5),
        ],
    )
    def test_each_bound(
        self,
        make: Make,
        check: Check,
        bounds: dict[str, float],
        passed: bool,
        observed: float,
        bound: float,
    ) -> None:
        frame = make(rows("a x, a x, b x, b x, b x, b x"), SCHEMA)
        expectation = ExpectReidentificationRiskToBeBelow(quasi_identifiers=["town"], **bounds)
        found = check(frame, expectation)
        assert (found.observed, found.bound, found.passed) == (observed, bound, passed)

    def test_one_person_alone(self, make: Make, check: Check) -> None:
        frame = make(rows("a x 1, a x 1, b x 2, b x 3"), SCHEMA)
        expectation = ExpectReidentificationRiskToBeBelow(
            quasi_identifiers=["town"], unique_share=0.49, privacy_unit="person"
        )
        assert not check(frame, expectation).passed

    @pytest.mark.parametrize("bounds", [{}, {"max_risk": 2}, {"average_risk": -1}])
    def test_wrong_arguments_are_refused(self, bounds: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            ExpectReidentificationRiskToBeBelow(quasi_identifiers=["town"], **bounds)


@pytest.mark.parametrize(
    ("table", "unit", "small"),
    [
        ("a x, a x, b x, b x", None, 0),
        ("a x, a x, b x", None, 1),
        ("a x, a y", None, 2),
        ("a x 1, a x 1", "person", 1),
        ("a x, a x, - x", None, 1),
    ],
)
def test_small_cells(make: Make, check: Check, table: str, unit: str | None, small: int) -> None:
    expectation = ExpectSmallCellsToBeAbsent(
        columns=["town", "ill"], threshold=2, privacy_unit=unit
    )
    found = check(make(rows(table), SCHEMA), expectation)
    assert (found.observed, found.passed) == (small, small == 0)


class TestLikeness:
    """The arithmetic is veilflow.risk's; here how a table becomes its counts, on pandas."""

    @pytest.mark.parametrize(
        ("table", "beta", "delta"),
        [
            ("a flu, a cold, b flu, b cold", 0, 0),
            ("a flu, a flu, b cold, b cold", 1, 1),
            # of null a half becomes all
            ("a -, b -, b flu, b flu", 1, 1),
            # one person twice in a class counts once
            ("a flu 1, a flu 1, a cold 2, b flu 3, b cold 4", 0, 0),
        ],
    )
    def test_classes_are_counted(self, check: Check, table: str, beta: float, delta: float) -> None:
        frame = pd.DataFrame(rows(table))
        asked = {"quasi_identifiers": ["town"], "column": "ill"}
        if frame["person"].notna().all():
            asked["privacy_unit"] = "person"
        likely = check(frame, ExpectTableToBeBetaLike(beta=0.9, kind="basic", **asked))
        assert (likely.observed, likely.passed) == (pytest.approx(beta), beta <= 0.9)
        told = check(frame, ExpectTableToBeDeltaDisclosurePrivate(delta=1.0, **asked))
        assert (told.observed, told.passed) == (pytest.approx(delta), delta < 1)

    def test_what_no_beta_allows_has_no_figure(self, check: Check) -> None:
        frame = pd.DataFrame(rows("a flu, a flu, b cold, b cold"))
        found = check(
            frame, ExpectTableToBeBetaLike(quasi_identifiers=["town"], column="ill", beta=9)
        )
        assert (found.observed, found.passed) == (None, False)

    def test_suppressed_rows_are_in_the_whole_table(self, check: Check, references: Any) -> None:
        """Alone the table is as its classes are; beside the source half as many have the flu."""
        from veilflow_expectations import register_whole

        released = pd.DataFrame(rows("a flu, a cold"))
        register_whole("ill", pd.DataFrame(rows("a flu, a cold, b cold, b gout")), "ill")
        asked = {"quasi_identifiers": ["town"], "column": "ill", "beta": 0.9, "kind": "basic"}
        assert check(released, ExpectTableToBeBetaLike(**asked)).passed
        beside = check(released, ExpectTableToBeBetaLike(**asked, reference="ill"))
        assert (beside.observed, beside.passed) == (1, False)
        ordered = ExpectTableToBeTClose(
            quasi_identifiers=["town"], column="ill", t=0.3, distance="ordered", reference="ill"
        )
        # cold 1/2, flu 1/2 beside cold 1/2, flu 1/4, gout 1/4: one step of two for a quarter
        assert check(released, ordered).observed == pytest.approx(1 / 8)

    def test_a_value_that_the_whole_table_lacks_is_not_judged(self, references: Any) -> None:
        from great_expectations import ExpectationSuite
        from veilflow_expectations import register_whole

        register_whole("ill", pd.DataFrame({"ill": ["cold"]}), "ill")
        asked = ExpectTableToBeBetaLike(
            quasi_identifiers=["town"], column="ill", beta=1, reference="ill"
        )
        frame = pd.DataFrame({"town": ["a"], "ill": ["unmistakable"]})
        with pytest.raises(StageFailed, match="whole table") as failed:
            run_suite(frame, ExpectationSuite("suite", expectations=[asked]))
        assert "unmistakable" not in str(failed.value)


class TestPopulation:
    def test_people_are_matched_by_all_columns(self, check: Check, references: Any) -> None:
        from veilflow_expectations import register_population

        people = pd.DataFrame(rows("a flu 1, a flu 2, a cold 3, - flu 4, - flu 4, - flu 5"))
        register_population("people", people, ["town", "ill"], "person")
        frame = pd.DataFrame(rows("a flu 2, - flu 4, - flu 5"))
        asked = {"quasi_identifiers": ["town", "ill"], "reference": "people"}
        mapped = check(frame, ExpectTableToBeKMapped(k=2, **asked))
        assert (mapped.observed, mapped.passed) == (2, True)
        assert not check(frame, ExpectTableToBeKMapped(k=3, **asked)).passed
        present = check(frame, ExpectTableToBeDeltaPresent(upper=1.0, **asked))
        assert (present.observed, present.passed) == (1, True)
        # nobody of "a cold" was released
        assert not check(frame, ExpectTableToBeDeltaPresent(upper=1.0, lower=0.1, **asked)).passed

    def test_who_was_suppressed_was_drawn_too(self, check: Check) -> None:
        """4 of 40 people are a tenth, 12 of 40 three tenths: fewer are left to hide among."""
        frame = pd.DataFrame(rows("a flu, a flu, a flu, a flu"))
        asked = {"quasi_identifiers": ["town"], "k": 5, "population_size": 40}
        assert check(frame, ExpectTableToBeKMapped(**asked)).passed
        assert not check(frame, ExpectTableToBeKMapped(**asked, drawn=12)).passed

    @pytest.mark.parametrize("name", ["unknown", "no population"])
    def test_without_the_right_population_nothing_is_judged(
        self, references: Any, name: str
    ) -> None:
        from great_expectations import ExpectationSuite
        from veilflow_expectations import register_population

        register_population("unknown", pd.DataFrame({"town": ["b"]}), ["town"])
        frame = pd.DataFrame({"town": ["unmistakable"]})
        asked = ExpectTableToBeKMapped(quasi_identifiers=["town"], k=1, reference=name)
        with pytest.raises(StageFailed) as failed:
            run_suite(frame, ExpectationSuite("suite", expectations=[asked]))
        assert "unmistakable" not in str(failed.value)

    @pytest.mark.parametrize(
        ("expectation", "arguments"),
        [
            (ExpectTableToBeKMapped, {"k": 5}),
            (ExpectTableToBeKMapped, {"k": 5, "reference": "a", "population_size": 9}),
            (ExpectTableToBeKMapped, {"k": 0, "reference": "a"}),
            (ExpectTableToBeKMapped, {"k": 5, "population_size": 9, "significance": 2}),
            (ExpectTableToBeDeltaPresent, {"reference": "a", "upper": 0.2, "lower": 0.3}),
            (ExpectTableToBeDeltaPresent, {"reference": "a", "upper": 1.2}),
            (ExpectTableToBeBetaLike, {"column": "ill", "beta": 0}),
            (ExpectTableToBeBetaLike, {"column": "town", "beta": 1}),
            (ExpectTableToBeDeltaDisclosurePrivate, {"column": "ill", "delta": -1}),
        ],
    )
    def test_wrong_arguments_are_refused(self, expectation: Any, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            expectation(quasi_identifiers=["town"], **arguments)
