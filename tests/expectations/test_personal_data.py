"""Personal data in a column: one value among many, the column as a whole, and what isn't any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from veilflow.errors import StageFailed
from veilflow_expectations import ExpectColumnValuesToContainNoPersonalData, run_suite

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]
NAN = float("nan")

PLAIN = ["asthma", "diabetes", "gout", None, "hay fever", ""]


def expect(**arguments: Any) -> ExpectColumnValuesToContainNoPersonalData:
    return ExpectColumnValuesToContainNoPersonalData(column="c", **arguments)


TOLD = [
    ("e-mail", "jo.doe@example.org"),
    ("e-mail in capitals", "JO@EXAMPLE.ORG "),
    ("e-mail in full width", "jo\uff20example.org"),
    ("e-mail with an invisible character", "jo\u200b@example.org"),
    ("e-mail inside a remark", "write to <jo@example.org>, please"),
    ("card", "4111 1111 1111 1111"),
    ("card without blanks", "5500005555555559"),
    ("IBAN", "GB82 WEST 1234 5698 7654 32"),
    ("social security number", "219-09-9999"),
    ("phone number", "+44 20 7946 0958"),
    ("phone number in brackets", "(212) 555-0187"),
    ("NHS number", "943 476 5919"),
    ("VIN", "1HGCM82633A004352"),
    ("DNI", "12345678Z"),
    ("MAC address", "00:1a:2b:3c:4d:5e"),
    ("IP address", "192.168.17.42"),
    ("IPv6 address", "2001:db8::8a2e:370:7334"),
    ("token", "ghp_" + "a1B2" * 9),
]
NEAR = [
    ("a handle", "jo@example"),
    ("card with another check digit", "4111 1111 1111 1112"),
    ("IBAN with another check", "GB82 WEST 1234 5698 7654 33"),
    ("a number never issued", "000-12-3456"),
    ("undashed digits", "219099999"),
    ("a code", "0012345678"),
    ("NHS number with another check", "943 476 5918"),
    ("VIN with another check", "1HGCM82643A004352"),
    ("DNI with another letter", "12345678A"),
    ("version", "1.12.0.3"),
    ("time of day", "12:34:56"),
    ("moment", "2020-01-15 10:20:30.123456"),
    ("measure", "5.1 mmol/l"),
]


@pytest.mark.parametrize(("case", "value"), TOLD, ids=[case for case, _ in TOLD])
def test_one_value_is_enough(case: str, value: str) -> None:
    frame = pd.DataFrame({"c": [*PLAIN * 50, value]})
    found = judged(frame, expect())
    assert not found.passed
    assert found.observed == pytest.approx(1 / found_values(frame), abs=1e-6)
    assert value not in repr(found)


@pytest.mark.parametrize(("case", "value"), NEAR, ids=[case for case, _ in NEAR])
def test_what_only_looks_alike_passes(case: str, value: str) -> None:
    found = judged(pd.DataFrame({"c": [*PLAIN * 50, value]}), expect())
    assert (found.passed, found.observed) == (True, 0)


def judged(frame: pd.DataFrame, expectation: Any) -> Any:
    from great_expectations import ExpectationSuite

    return run_suite(frame, ExpectationSuite("s", expectations=[expectation])).checks[0]


def found_values(frame: pd.DataFrame) -> int:
    return int(frame["c"].notna().sum())


def test_one_leaked_value_among_a_million() -> None:
    wards = np.array([f"ward {n}" for n in range(40)], dtype=object)
    values = wards[np.arange(1_000_000) % 40]
    frame = pd.DataFrame({"c": values})
    assert judged(frame, expect()).passed
    frame.loc[654_321, "c"] = "jo@example.org"
    found = judged(frame, expect())
    assert (found.passed, found.observed) == (False, 1e-6)
    assert judged(frame, expect(max_share=1e-6)).passed


@pytest.mark.parametrize("text", [True, False])
def test_check_digits_that_pass_by_luck_are_no_cards(text: bool) -> None:
    """One in ten numbers of a card's form has its check digit; all of them are too many."""
    random = np.random.default_rng(7)
    numbers = 4 * 10**15 + random.integers(0, 10**15, 5000)
    frame = pd.DataFrame({"c": numbers.astype(str) if text else numbers})
    allowed = expect(allowed_types=["generic_id"])
    assert judged(frame, allowed).passed
    ends = np.array([n * 10 + luhn(n) for n in numbers // 10])
    frame["c"] = ends.astype(str) if text else ends
    found = judged(frame, allowed)
    assert (found.passed, found.observed) == (False, 1)


def luhn(number: int) -> int:
    doubled = [int(d) * (2 - place % 2) for place, d in enumerate(reversed(str(number)))]
    return -sum(d // 10 + d % 10 for d in doubled) % 10


CASES: list[tuple[list[Any], str, dict[str, Any], float, bool]] = [
    (PLAIN, "string", {}, 0, True),
    ([*PLAIN, "jo@example.org"], "string", {}, 1 / 6, False),
    ([*PLAIN, "jo@example.org"], "string", {"max_share": 1 / 6}, 1 / 6, True),
    (["jo@example.org"] * 9, "string", {"allowed_types": ["email_address"]}, 0, True),
    (["John Smith", "Maria Garcia", "Peter Jones"], "string", {}, 1, False),
    (["John Smith", "gout", "gout", "asthma", "rash"], "string", {}, 0, True),
    (["female", "male", "female"], "string", {}, 1, False),
    (["female", "male"], "string", {"allowed_types": ["gender"]}, 0, True),
    (["female", "male"], "string", {"allowed_roles": ["quasi"]}, 0, True),
    (["female", "male"], "string", {"min_score": 0.95}, 0, True),
    ([4111111111111111, 12, None], "bigint", {}, 0.5, False),
    ([4111111111111112, 12, None], "bigint", {}, 0, True),
    ([4111111111111111.0, NAN, 0.0, -0.0], "double", {}, 1 / 3, False),
    ([1.5, NAN, 0.0, -0.0], "double", {}, 0, True),
    ([True, False, None], "boolean", {}, 0, True),
    ([b"jo", b"x"], "binary", {}, 1, False),
    ([b"jo", b"x"], "binary", {"allowed_types": ["binary_content"]}, 0, True),
    ([["gout", "jo@example.org"], ["x"]], "array<string>", {}, 0.5, False),
    ([None, None], "string", {}, 0, True),
    ([], "string", {}, 0, True),
]


class TestOnBothEngines:
    def test_cases(self, make: Make, check_all: Check) -> None:
        """All cases as columns of one table, filled with nulls, which are no values."""
        columns, schema, expectations = {}, [], []
        for number, (values, kind, arguments, _, _) in enumerate(CASES):
            name = f"c{number}"
            columns[name] = [*values, *[None] * (9 - len(values))]
            schema.append(f"{name} {kind}")
            expectations.append(ExpectColumnValuesToContainNoPersonalData(column=name, **arguments))
        found = check_all(make(columns, ", ".join(schema)), expectations)
        for check, (_, _, _, observed, passed) in zip(found, CASES, strict=True):
            assert (check.passed, check.observed) == (passed, pytest.approx(observed, abs=1e-6)), (
                check.column
            )

    def test_a_table_without_rows(self, make: Make, check: Check) -> None:
        assert check(make({"c": []}, "c string"), expect()).passed

    def test_many_columns_are_one_pass(self, make: Make, check_all: Check) -> None:
        frame = make({"a": ["x", "jo@example.org"], "b.`c": ["x", "y"]}, "a string, `b.``c` string")
        expectations = [
            ExpectColumnValuesToContainNoPersonalData(column=name) for name in ("a", "b.`c")
        ]
        assert [found.passed for found in check_all(frame, expectations)] == [False, True]

    def test_a_missing_column_is_an_error(self, make: Make, check: Check) -> None:
        with pytest.raises(StageFailed, match="no column c"):
            check(make({"d": ["x"]}, "d string"), expect())

    def test_more_values_than_are_classified(self, make: Make, check: Check) -> None:
        """The sample of 12,000 values is the same one on both engines."""
        names = [f"Ada{chr(97 + n % 26)}{chr(97 + n // 26 % 26)} Smith" for n in range(676)]
        column = [*names, *(f"gene {n} q" for n in range(11_324))]
        column = [value if n % 3 else f"rs {n}" for n, value in enumerate(column)]
        found = check(make({"c": column}, "c string"), expect())
        assert (found.passed, found.observed) == (True, 0)


def test_what_was_found_is_said_in_words() -> None:
    found = judged(pd.DataFrame({"c": ["jo@example.org", "x y"]}), expect())
    assert found.sentence.endswith("Found: e-mail address.")


@pytest.mark.parametrize(
    "arguments",
    [
        {"allowed_types": ["emails"]},
        {"allowed_roles": ["x"]},
        {"max_share": -0.1},
        {"max_share": 1.1},
        {"min_score": 2},
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        expect(**arguments)


@pytest.mark.spark
def test_spark_runs_one_job_for_all_columns(spark: Any, check_all: Check) -> None:
    frame = spark.createDataFrame([("x", "y", "z")], "a string, b string, d string")
    from veilflow_expectations import column_findings

    asked = []
    real = column_findings._spark_findings

    def spy(frame: Any, columns: Any, types: Any) -> Any:
        asked.append(tuple(columns))
        return real(frame, columns, types)

    column_findings._spark_findings = spy
    try:
        check_all(frame, [ExpectColumnValuesToContainNoPersonalData(column=name) for name in "abd"])
    finally:
        column_findings._spark_findings = real
    assert [set(columns) for columns in asked] == [{"a", "b", "d"}]
