"""Format-preserving outputs: alphabet, lengths, separators, check digits, shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow_expectations import ExpectColumnValuesToBeFormatPreserving
from veilflow_expectations.registering import register_shapes

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]

CARD = {"forms": ["#### #### #### ####"], "check_digit": "luhn"}
DATED = {"forms": ["##-##-####"], "reference": "dates"}
CASES: list[tuple[list[Any], dict[str, Any], int]] = [
    (["12", "345", None], {}, 0),
    (["12", "34x", ""], {}, 2),
    (["12", "345", "3456"], {"min_length": 2, "max_length": 3}, 1),
    (["12", "1", None], {"min_length": 2}, 1),
    (["ab", "AB", "a1"], {"alphabet": "a-z"}, 2),
    (["12\n", "12 ", "\uff11\uff12"], {}, 3),
    (["4111 1111 1111 1111", "5500 0000 0000 0004", None], CARD, 0),
    (["4111 1111 1111 1112", "5500 0000 0000 0004", None], CARD, 1),
    (["4111-1111-1111-1111", "5500 0000 0000 0004", None], CARD, 1),
    (["0000 0000 0000 0000", None, None], CARD, 1),
    (["1.5", "a.b", "#.#"], {"alphabet": "0-9a-z", "forms": ["#.#"]}, 1),
    (["11-22-3333", "44-55-6666", None], DATED, 0),
    (["11-22-3333", None, None], DATED, 1),
    (["11-22-3333", "44-55-6666", "44-55-6667"], DATED, 1),
    (["1-122-3333", "44-55-6666", None], {"forms": ["##-##-####", "#-###-####"],
                                            "reference": "dates"}, 1),
    ([None, None, None], {}, 0),
]  # fmt: skip


def test_forms(make: Make, check_all: Check, references: Any) -> None:
    register_shapes("dates", pd.Series(["01-01-1970", "31-12-1999", None]))
    frame = make(
        {f"c{number}": values for number, (values, _, _) in enumerate(CASES)},
        ", ".join(f"c{number} string" for number in range(len(CASES))),
    )
    expectations = [
        ExpectColumnValuesToBeFormatPreserving(column=f"c{number}", **arguments)
        for number, (_, arguments, _) in enumerate(CASES)
    ]
    found = check_all(frame, expectations)
    assert [check.observed for check in found] == [broken for _, _, broken in CASES]
    assert [check.passed for check in found] == [broken == 0 for _, _, broken in CASES]


def test_one_card_without_its_digit_among_many(check: Check) -> None:
    frame = pd.DataFrame({"c": ["4111 1111 1111 1111"] * 100_000})
    expectation = ExpectColumnValuesToBeFormatPreserving(column="c", **CARD)
    assert check(frame, expectation).passed
    frame.loc[51_234, "c"] = "4111 1111 1111 1110"
    assert check(frame, expectation).observed == 1


def test_numbers_and_tables_without_rows(make: Make, check: Check, references: Any) -> None:
    expectation = ExpectColumnValuesToBeFormatPreserving(column="c", min_length=2)
    assert check(make({"c": [12, 34]}, "c bigint"), expectation).passed
    assert check(make({"c": [12, -34]}, "c bigint"), expectation).observed == 1
    assert check(make({"c": []}, "c string"), expectation).passed


def test_a_reference_made_by_either_engine(make: Make, check: Check, references: Any) -> None:
    made = make({"v": ["12-3", "45-6", "7-89", None]}, "v string")
    register_shapes("shapes", made if hasattr(made, "sparkSession") else made["v"])
    expectation = ExpectColumnValuesToBeFormatPreserving(
        column="c", forms=["##-#", "#-##"], reference="shapes"
    )
    assert check(pd.DataFrame({"c": ["99-9", "1-11", "00-0"]}), expectation).passed
    assert check(pd.DataFrame({"c": ["99-9", "1-11", "0-00"]}), expectation).observed == 1


def test_what_is_missing_is_an_error(check: Check, references: Any) -> None:
    frame = pd.DataFrame({"c": ["1"]})
    with pytest.raises(StageFailed, match="no column d"):
        check(frame, ExpectColumnValuesToBeFormatPreserving(column="d"))
    expectation = ExpectColumnValuesToBeFormatPreserving(column="c", reference="r")
    with pytest.raises(StageFailed, match=r"'r'.*register_shapes"):
        check(frame, expectation)
    register_shapes("r", frame["c"], alphabet="a-f")
    with pytest.raises(StageFailed, match="another alphabet"):
        check(frame, expectation)


@pytest.mark.parametrize(
    "arguments",
    [
        {"alphabet": ""},
        {"alphabet": "z-a"},
        {"alphabet": "^0"},
        {"alphabet": "\\d"},
        {"forms": ["no symbol"]},
        {"min_length": 0},
        {"min_length": 5, "max_length": 4},
        {"check_digit": "verhoeff"},
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ExpectColumnValuesToBeFormatPreserving(column="c", **arguments)
