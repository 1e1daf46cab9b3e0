"""Two releases side by side: who is singled out by having joined, left or moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from veilflow.errors import StageFailed
from veilflow_expectations import ExpectDifferenceToPreviousReleaseToHidePeople

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]
SCHEMA = "town string, age string, person string"


def rows(text: str) -> dict[str, list[Any]]:
    """ "a 40-49 1 2, b - 3" as one row a person named: columns town, age and person."""
    found = []
    for group in filter(None, (part.split() for part in text.split(","))):
        town, age, *people = [None if cell == "-" else cell for cell in group]
        found += [(town, age, person) for person in people]
    columns = zip(*found, strict=True) if found else ([], [], [])
    return dict(zip(("town", "age", "person"), map(list, columns), strict=True))


@pytest.mark.parametrize(
    ("then", "now", "unit", "observed", "passed"),
    [
        pytest.param("a x 1 2", "a x 1 2", "person", 2, True, id="nothing changed"),
        pytest.param("a x 1 2", "a x 1 2 3", "person", 1, False, id="one joined"),
        pytest.param("a x 1 2", "a x 1 2 3 4", "person", 2, True, id="two joined"),
        pytest.param("a x 1 2 3", "a x 1 2", "person", 1, False, id="one left"),
        pytest.param("a x 1 2 3 4", "a x 1 2 3, b x 4", "person", 1, False, id="one moved"),
        pytest.param("a x 1 2 3, b x 4 5 6", "a x 4 5 3, b x 1 2 6", "person", 1, False,
                     id="classes as large as before, but one stayed"),
        pytest.param("a x 1 2, b x 3 4", "a x 3 4, b x 1 2", "person", 2, True, id="pairs moved"),
        pytest.param("a - 1 2 3 4", "- x 1 2, - y 3 4", "person", 2, True, id="another level"),
        pytest.param("a - 1 2, b - 3 4", "- x 1 3, - y 2 4", "person", 1, False,
                     id="two levels that cross"),
        pytest.param("a x 1 2 -", "a x 1 2 - -", "person", 2, True, id="nobody's rows don't count"),
        pytest.param("a x 1 1 2 2", "a x 1 1 2 2", "person", None, True, id="many rows, no change"),
        pytest.param("a x 1 1 2 2", "a x 1 1 2 2 3", "person", 1, False, id="many rows, one new"),
        pytest.param("a x 1 1 2 2", "a x 1 1 1 2 2", "person", None, True, id="one more row"),
        pytest.param("a x 1 1 2 2", "a x 1 1, b x 2 2", "person", 1, False, id="many rows, moved"),
        pytest.param("a x 1 2", "a x 8 9", None, None, True, id="rows: the same number"),
        pytest.param("a x 1 2", "a x 1 2 3", None, 1, False, id="rows: one more"),
        pytest.param("a x 1 2 3", "a x 1", None, 2, True, id="rows: two fewer"),
        pytest.param("", "a x 1", None, 1, False, id="rows: nothing before"),
        pytest.param("", "a x 1 2", "person", 2, True, id="nothing before"),
        pytest.param("", "", "person", None, True, id="nothing at all"),
    ],
)  # fmt: skip
def test_groups_are_counted(
    make: Make, check: Check, references: Any, then: str, now: str, unit: str | None,
    observed: int | None, passed: bool,
) -> None:  # fmt: skip
    references.add_frame("before", make(rows(then), SCHEMA))
    found = check(
        make(rows(now), SCHEMA),
        ExpectDifferenceToPreviousReleaseToHidePeople(
            quasi_identifiers=["town", "age"], reference="before", k=2, privacy_unit=unit
        ),
    )
    assert (found.observed, found.passed) == (observed, passed)


def test_a_quasi_identifier_that_is_new_still_tells_people_apart(
    make: Make, check: Check, references: Any
) -> None:
    earlier = rows("a - 1 2 3 4")
    del earlier["age"]
    references.add_frame("before", make(earlier, "town string, person string"))
    expectation = ExpectDifferenceToPreviousReleaseToHidePeople(
        quasi_identifiers=["town", "age"], reference="before", k=2, privacy_unit="person"
    )
    assert check(make(rows("a x 1 2, a y 3 4"), SCHEMA), expectation).passed
    assert not check(make(rows("a x 1 2 3, a y 4"), SCHEMA), expectation).passed


def test_null_and_its_name_are_two_classes(make: Make, check: Check, references: Any) -> None:
    references.add_frame("before", make(rows("None x 1 2"), SCHEMA))
    found = check(
        make(rows("- x 1 2 3 4"), SCHEMA),
        ExpectDifferenceToPreviousReleaseToHidePeople(
            quasi_identifiers=["town", "age"], reference="before", k=3
        ),
    )
    assert (found.observed, found.passed) == (2, False)


@pytest.mark.parametrize(
    ("drop", "reference", "said"),
    [("person", "before", "no column person"), (None, "never", "no earlier release")],
)
def test_what_cant_be_compared_has_not_passed(
    make: Make, check: Check, references: Any, drop: str | None, reference: str, said: str
) -> None:
    earlier = rows("a x 1 2")
    schema = SCHEMA
    if drop is not None:
        del earlier[drop]
        schema = "town string, age string"
    references.add_frame("before", make(earlier, schema))
    with pytest.raises(StageFailed, match=said):
        check(
            make(rows("a x 1 2"), SCHEMA),
            ExpectDifferenceToPreviousReleaseToHidePeople(
                quasi_identifiers=["town"], reference=reference, k=2, privacy_unit="person"
            ),
        )
