"""Each expectation, broken by one: near misses pass, one person, value or row too many fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow_expectations import (
    ExpectColumnNullShareToBeBelow,
    ExpectColumnValuesToAppearInReference,
    ExpectColumnValuesToBePseudonyms,
    ExpectColumnValuesToNotAppearInReference,
    ExpectExactCopiesToBeBelow,
    ExpectTableToBeKAnonymous,
)

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]
NAN = float("nan")


class TestKAnonymity:
    @pytest.mark.parametrize(
        ("name", "town", "person", "k", "smallest"),
        [
            ("exactly k rows", ["a"] * 5, None, 5, 5),
            ("k-1 rows in one class", ["a"] * 5 + ["b"] * 4, None, 5, 4),
            ("five rows of one person", ["a"] * 5, [1] * 5, 5, 1),
            ("five people with two rows each", ["a"] * 10, [1, 2, 3, 4, 5] * 2, 5, 5),
            ("k-1 people in many rows", ["a"] * 12, [1, 2, 3, 4] * 3, 5, 4),
            ("null is a class", ["a"] * 5 + [None] * 4, None, 5, 4),
            ("nobody's rows hide nobody", ["a"] * 5, [1, 2, 3, 4, None], 5, 4),
            ("a class of nobody", ["a"] * 5 + ["b"] * 5, [1, 2, 3, 4, 5] + [None] * 5, 2, 0),
            ("case tells classes apart", ["a", "A"], None, 2, 1),
            ("spaces tell classes apart", ["a", "a "], None, 2, 1),
        ],
    )
    def test_people_are_counted(
        self,
        make: Make,
        check: Check,
        name: str,
        town: list[str | None],
        person: list[int | None] | None,
        k: int,
        smallest: int,
    ) -> None:
        columns = {"town": town, "person": person or [1] * len(town)}
        unit = None if person is None else "person"
        expectation = ExpectTableToBeKAnonymous(quasi_identifiers=["town"], k=k, privacy_unit=unit)
        found = check(make(columns, "town string, person int"), expectation)
        assert (found.observed, found.passed) == (smallest, smallest >= k)
        assert (found.bound, found.unit) == (k, "people")

    def test_zero_has_no_sign_and_nan_is_one_class(self, make: Make, check: Check) -> None:
        frame = make({"x": [0.0, -0.0, NAN, NAN]}, "x double")
        expectation = ExpectTableToBeKAnonymous(quasi_identifiers=["x"], k=2)
        assert check(frame, expectation).passed

    def test_all_columns_make_the_class(self, make: Make, check: Check) -> None:
        frame = make({"a": ["x", "x", "y", "y"], "b": ["p", "q", "p", "q"]}, "a string, b string")
        assert check(frame, ExpectTableToBeKAnonymous(quasi_identifiers=["a"], k=2)).passed
        assert check(frame, ExpectTableToBeKAnonymous(quasi_identifiers=["b"], k=2)).passed
        assert not check(frame, ExpectTableToBeKAnonymous(quasi_identifiers=["a", "b"], k=2)).passed

    def test_k_can_be_a_suite_parameter(self, make: Make, check: Check) -> None:
        frame = make({"a": ["x", "x"]}, "a string")
        expectation = ExpectTableToBeKAnonymous(quasi_identifiers=["a"], k={"$PARAMETER": "k"})
        assert check(frame, expectation, k=2).passed
        assert not check(frame, expectation, k=3).passed

    @pytest.mark.parametrize(
        "arguments",
        [
            {"quasi_identifiers": [], "k": 2},
            {"quasi_identifiers": ["a", "a"], "k": 2},
            {"quasi_identifiers": ["a"], "k": 0},
            {"quasi_identifiers": ["a"]},
            {"quasi_identifiers": ["a"], "k": 2, "quasi": 1},
        ],
    )
    def test_wrong_arguments_are_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="validation error"):
            ExpectTableToBeKAnonymous(**arguments)


class TestLeaks:
    CASES = (
        ("Ada Lovelace", 1),
        ("  ADA\tLOVELACE ", 1),
        ("\uff41da lovelace", 1),
        ("ada lovelac", 0),
        ("Ada Lovelace, Dr", 0),
        ("AdaLovelace", 0),
        (None, 0),
        ("", 0),
        ("  ", 0),
    )

    def test_one_value_among_many(self, make: Make, check_all: Check, references: Any) -> None:
        """A column for each case: 499 pseudonyms and the value in question."""
        references.add("names", ["Ada Lovelace", "Grace Hopper", None, ""])
        columns: dict[str, list[Any]] = {}
        for number, (leak, _) in enumerate(self.CASES):
            columns[f"v{number}"] = [f"pseudonym {n}" for n in range(499)]
            columns[f"v{number}"].insert(317, leak)
        frame = make(columns, ", ".join(f"{name} string" for name in columns))
        found = check_all(
            frame,
            [
                ExpectColumnValuesToNotAppearInReference(column=name, reference="names")
                for name in columns
            ],
        )
        rows = [rows for _, rows in self.CASES]
        assert [check.observed for check in found] == rows
        assert [check.passed for check in found] == [count == 0 for count in rows]

    def test_short_values_can_be_left_out(self, make: Make, check: Check, references: Any) -> None:
        references.add("names", ["Bob", "Robert"])
        frame = make({"v": ["bob", "Bob  ", "x"]}, "v string")
        for least, passes in [(3, False), (4, True)]:
            expectation = ExpectColumnValuesToNotAppearInReference(
                column="v", reference="names", min_length=least
            )
            assert check(frame, expectation).passed is passes

    def test_each_reference_is_counted(self, make: Make, check: Check, references: Any) -> None:
        references.add("a", ["x", "y"])
        references.add("b", ["y"])
        references.add("c", ["z"])
        expectation = ExpectColumnValuesToNotAppearInReference(column="v", reference=["a", "b"])
        found = check(make({"v": ["x", "y", "z"]}, "v string"), expectation)
        assert found.observed == 3

    def test_more_references_than_bits_in_a_word(
        self, make: Make, check: Check, references: Any
    ) -> None:
        for number in range(130):
            references.add(str(number), [f"value {number}"])
        frame = make({"v": ["value 129", "value 62"]}, "v string")
        for name, rows in [("129", 1), ("62", 1), ("61", 0), ("128", 0)]:
            expectation = ExpectColumnValuesToNotAppearInReference(column="v", reference=name)
            assert check(frame, expectation).observed == rows

    def test_a_reference_of_another_type(
        self, make: Make, check_all: Check, references: Any
    ) -> None:
        cases = [
            ("int", 12345678, "12345678"),
            ("double", 12345678.0, "12345678"),
            ("boolean", True, "True"),
            ("date", dt.date(2020, 2, 1), "2020-02-01"),
            ("timestamp_ntz", dt.datetime.fromisoformat("2020-02-01T09:30"), "2020-02-01 09:30:00"),
            ("binary", b"\x01\xff", "01ff"),
        ]
        for kind, _, spelling in cases:
            references.add(kind, [spelling])
        frame = make(
            {kind: [value] for kind, value, _ in cases},
            ", ".join(f"{kind} {kind}" for kind, _, _ in cases),
        )
        found = check_all(
            frame,
            [
                ExpectColumnValuesToNotAppearInReference(column=kind, reference=kind)
                for kind, _, _ in cases
            ],
        )
        assert [check.observed for check in found] == [1] * len(cases)

    def test_integers_beside_nulls(self, make: Make, check: Check, references: Any) -> None:
        """pandas turns them into floats: 5 becomes 5.0 and is still 5."""
        references.add("r", ["5"])
        frame = make({"v": [5, None]}, "v int")
        expectation = ExpectColumnValuesToNotAppearInReference(column="v", reference="r")
        assert check(frame, expectation).observed == 1


class TestPeople:
    def test_a_suppressed_person_left_behind(
        self, make: Make, check: Check, references: Any
    ) -> None:
        references.add("people", [f"p{n}" for n in range(99)])
        whole = [f"p{n % 99}" for n in range(300)]
        schema = "v string"
        expectation = ExpectColumnValuesToAppearInReference(column="v", reference="people")
        assert check(make({"v": [*whole, None]}, schema), expectation).passed
        found = check(make({"v": [*whole, "p99"]}, schema), expectation)
        assert (found.observed, found.passed) == (1, False)

    def test_some_may_be_missing(self, make: Make, check: Check, references: Any) -> None:
        references.add("people", ["a"])
        frame = make({"v": ["a", "b", "c"]}, "v string")
        for allowed, passes in [(1, False), (2, True)]:
            expectation = ExpectColumnValuesToAppearInReference(
                column="v", reference="people", max_missing=allowed
            )
            assert check(frame, expectation).passed is passes

    def test_nobody_is_known(self, make: Make, check: Check, references: Any) -> None:
        references.add("people", [])
        expectation = ExpectColumnValuesToAppearInReference(column="v", reference="people")
        assert not check(make({"v": ["a"]}, "v string"), expectation).passed
        assert check(make({"v": [None]}, "v string"), expectation).passed


class TestPseudonyms:
    GOOD = "0123456789abcdefghijklmnop"

    CASES = (
        (GOOD, True),
        (None, True),
        (GOOD[:-1], False),
        (GOOD + "0", False),
        (GOOD.upper(), False),
        (GOOD[:-1] + "w", False),
        (GOOD[:-1] + " ", False),
        (GOOD + "\n", False),
        ("\n" + GOOD, False),
        (GOOD[:-1] + "\u0661", False),
        ("", False),
        ("p" + GOOD, False),
    )

    def test_one_odd_value_among_many(self, make: Make, check_all: Check) -> None:
        columns = {
            f"v{number}": [self.GOOD] * 50 + [value] for number, (value, _) in enumerate(self.CASES)
        }
        frame = make(columns, ", ".join(f"{name} string" for name in columns))
        found = check_all(frame, [ExpectColumnValuesToBePseudonyms(column=c) for c in columns])
        assert [check.passed for check in found] == [passes for _, passes in self.CASES]

    def test_prefixes_are_taken_literally(self, make: Make, check: Check) -> None:
        frame = make({"good": ["a.+00"], "bad": ["abb00"]}, "good string, bad string")
        for column, passes in [("good", True), ("bad", False)]:
            expectation = ExpectColumnValuesToBePseudonyms(column=column, length=2, prefix="a.+")
            assert check(frame, expectation).passed is passes

    def test_another_alphabet(self, make: Make, check: Check) -> None:
        frame = make({"v": ["00ff", "a0b1"]}, "v string")
        for alphabet, passes in [("0-9a-f", True), ("0-9", False)]:
            expectation = ExpectColumnValuesToBePseudonyms(column="v", length=4, alphabet=alphabet)
            assert check(frame, expectation).passed is passes

    @pytest.mark.parametrize("alphabet", ["", "a]|.*[b", "^a", "\\d", "a&&b"])
    def test_an_alphabet_is_no_expression(self, alphabet: str) -> None:
        with pytest.raises(ValueError, match="validation error"):
            ExpectColumnValuesToBePseudonyms(column="v", alphabet=alphabet)


class TestCopies:
    COLUMNS = ("age", "town", "cost")
    SCHEMA = "age int, town string, cost double"

    def people(self, start: int, count: int) -> dict[str, list[Any]]:
        numbers = range(start, start + count)
        return {
            "age": list(numbers),
            "town": [None if n % 7 == 0 else f"town {n % 13}" for n in numbers],
            "cost": [n * 1.5 for n in numbers],
        }

    @pytest.mark.parametrize(("copied", "share"), [(0, 0.0), (1, 0.01), (2, 0.02), (100, 1.0)])
    def test_a_share_of_copies(
        self, make: Make, check: Check, references: Any, copied: int, share: float
    ) -> None:
        references.add_rows("rare", make(self.people(0, 200), self.SCHEMA), self.COLUMNS)
        made = self.people(1000, 100 - copied)
        taken = self.people(50, copied)
        synthetic = {name: made[name] + taken[name] for name in self.COLUMNS}
        expectation = ExpectExactCopiesToBeBelow(
            columns=list(self.COLUMNS), reference="rare", max_share=0.01
        )
        found = check(make(synthetic, self.SCHEMA), expectation)
        assert (found.observed, found.passed) == (share, share <= 0.01)

    def test_one_value_changed_is_no_copy(self, make: Make, check: Check, references: Any) -> None:
        references.add_rows("rare", make(self.people(1, 50), self.SCHEMA), self.COLUMNS)
        near = self.people(1, 50)
        near["cost"] = [cost + 0.01 for cost in near["cost"]]
        expectation = ExpectExactCopiesToBeBelow(
            columns=list(self.COLUMNS), reference="rare", max_share=0
        )
        assert check(make(near, self.SCHEMA), expectation).passed

    def test_types_of_the_two_sides_may_differ(
        self, make: Make, check: Check, references: Any
    ) -> None:
        source = {"age": ["41"], "cost": ["7.5"]}
        references.add_rows("rare", make(source, "age string, cost string"), ["age", "cost"])
        frame = make({"age": [41.0], "cost": [7.5]}, "age double, cost double")
        expectation = ExpectExactCopiesToBeBelow(
            columns=["age", "cost"], reference="rare", max_share=0
        )
        assert check(frame, expectation).observed == 1.0


class TestNullShare:
    @pytest.mark.parametrize(
        ("values", "share"),
        [([1.0, None], 0.5), ([1.0, NAN], 0.5), ([None, None], 1.0), ([1.0, 0.0], 0.0)],
    )
    def test_nulls_and_nan_are_counted(
        self, make: Make, check: Check, values: list[float | None], share: float
    ) -> None:
        expectation = ExpectColumnNullShareToBeBelow(column="v", max_share=0.4)
        found = check(make({"v": values}, "v double"), expectation)
        assert (found.observed, found.passed) == (share, share <= 0.4)


EVERY = [
    ExpectTableToBeKAnonymous(quasi_identifiers=["v"], k=2, privacy_unit="w"),
    ExpectColumnValuesToNotAppearInReference(column="v", reference="r"),
    ExpectColumnValuesToAppearInReference(column="v", reference="r"),
    ExpectColumnValuesToBePseudonyms(column="v"),
    ExpectExactCopiesToBeBelow(columns=["v", "w"], reference="rows", max_share=0),
    ExpectColumnNullShareToBeBelow(column="v", max_share=0),
]
IDS = [type(expectation).__name__ for expectation in EVERY]


class TestBadInput:
    def test_empty_tables_hold_nobody_and_pass(
        self, make: Make, check_all: Check, references: Any
    ) -> None:
        references.add("r", ["a"])
        references.add_rows("rows", pd.DataFrame({"v": ["a"], "w": ["b"]}), ["v", "w"])
        frame = make({"v": [], "w": []}, "v string, w string")
        assert [check.passed for check in check_all(frame, EVERY)] == [True] * len(EVERY)

    def test_columns_of_nulls(self, make: Make, check_all: Check, references: Any) -> None:
        references.add("r", ["a"])
        references.add_rows("rows", pd.DataFrame({"v": ["a"], "w": ["b"]}), ["v", "w"])
        frame = make({"v": [None] * 9, "w": [None] * 9}, "v string, w string")
        found = [check.passed for check in check_all(frame, EVERY)]
        # A class of nobody's rows hides nobody, and nothing is there.
        assert found == [False, True, True, True, True, False]

    @pytest.mark.parametrize("expectation", EVERY, ids=IDS)
    def test_a_missing_column_cant_be_judged(
        self, make: Make, check: Check, references: Any, expectation: Any
    ) -> None:
        references.add("r", ["a"])
        references.add_digests("rows", np.zeros(0, np.int64))
        with pytest.raises(StageFailed, match=r"could not be judged.*no column v"):
            check(make({"w": ["CANARY-1"]}, "w string"), expectation)

    def test_an_unknown_reference_cant_be_judged(
        self, make: Make, check: Check, references: Any
    ) -> None:
        expectation = ExpectColumnValuesToNotAppearInReference(column="v", reference="nobody")
        with pytest.raises(StageFailed, match=r"no reference is registered as 'nobody'"):
            check(make({"v": ["CANARY-1"]}, "v string"), expectation)

    def test_columns_may_have_any_name(self, make: Make, check_all: Check, references: Any) -> None:
        references.add("r", ["a"])
        names = ["a.b", "a`b", "a b", "\u00e9\u00e8", "select"]
        schema = ", ".join("`" + name.replace("`", "``") + "` string" for name in names)
        frame = make({name: ["a", "b", None] for name in names}, schema)
        by_name = [
            [
                ExpectColumnValuesToNotAppearInReference(column=name, reference="r"),
                ExpectColumnValuesToAppearInReference(column=name, reference="r"),
                ExpectColumnValuesToBePseudonyms(column=name),
                ExpectColumnNullShareToBeBelow(column=name, max_share=0),
            ]
            for name in names
        ]
        classes = ExpectTableToBeKAnonymous(quasi_identifiers=names, k=2, privacy_unit=names[0])
        found = check_all(frame, [classes, *(each for group in by_name for each in group)])
        assert [check.observed for check in found] == [0, *[1, 1, 2, 0.333333] * len(names)]
