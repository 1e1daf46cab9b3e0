"""Linkage domains: pseudonyms join as the source does; a single value across them is too many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from veilflow.errors import StageFailed
from veilflow_expectations import ExpectColumnValuesToJoinOnlyWithinDomain

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]

CASES: list[tuple[list[Any], dict[str, Any], int]] = [
    (["a", "b", None], {"joins_with": "abc", "least_shared": 2}, 0),
    (["a", "b", None], {"joins_with": "abc", "least_shared": 3}, 1),
    (["a", "a", "a"], {"joins_with": "abc", "least_shared": 2}, 1),
    (["a", "b", "c"], {"joins_with": "abc", "least_shared": 1, "most_shared": 2}, 1),
    (["a", "b", "c"], {"joins_with": "abc", "most_shared": 3}, 0),
    (["x", "y", "x"], {"apart_from": ["abc", "other"]}, 0),
    (["x", "c", "x"], {"apart_from": ["abc", "other"]}, 1),
    (["x", " C ", "c"], {"apart_from": ["abc", "other"]}, 2),
    (["x", "\uff43", "x"], {"apart_from": ["abc"]}, 1),
    ([None, "", " "], {"apart_from": ["abc"]}, 0),
    ([None, None, None], {"joins_with": "abc", "least_shared": 0}, 0),
    ([None, None, None], {"joins_with": "abc"}, 1),
    (["a", "o", "q"], {"joins_with": "abc", "apart_from": ["other"]}, 1),
]


def test_values_are_shared_with_whom_they_may(
    make: Make, check_all: Check, references: Any
) -> None:
    references.add("abc", ["a", "b", "c", None])
    references.add("other", ["o"])
    frame = make(
        {f"c{number}": values for number, (values, _, _) in enumerate(CASES)},
        ", ".join(f"c{number} string" for number in range(len(CASES))),
    )
    expectations = [
        ExpectColumnValuesToJoinOnlyWithinDomain(column=f"c{number}", **arguments)
        for number, (_, arguments, _) in enumerate(CASES)
    ]
    found = check_all(frame, expectations)
    assert [check.observed for check in found] == [broken for _, _, broken in CASES]
    assert [check.passed for check in found] == [broken == 0 for _, _, broken in CASES]


def test_numbers_join_texts_and_empty_tables_join_nothing(
    make: Make, check: Check, references: Any
) -> None:
    references.add("ids", ["5", "-0", "7"])
    expectation = ExpectColumnValuesToJoinOnlyWithinDomain(
        column="c", joins_with="ids", least_shared=2
    )
    frame = make({"c": [5.0, -0.0, float("nan")]}, "c double")
    assert check(frame, expectation).observed == 1  # -0.0 is 0, and "-0" is a text
    assert check(make({"c": []}, "c double"), expectation).observed == 2


def test_what_is_missing_is_an_error(make: Make, check: Check, references: Any) -> None:
    expectation = ExpectColumnValuesToJoinOnlyWithinDomain(column="c", joins_with="nowhere")
    with pytest.raises(StageFailed, match="no reference is registered as 'nowhere'"):
        check(make({"c": ["a"]}, "c string"), expectation)
    references.add("nowhere", ["a"])
    with pytest.raises(StageFailed, match="no column c"):
        check(make({"d": ["a"]}, "d string"), expectation)


@pytest.mark.parametrize(
    "arguments",
    [{}, {"apart_from": []}, {"joins_with": "r", "least_shared": -1}],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ExpectColumnValuesToJoinOnlyWithinDomain(column="c", **arguments)
