"""Linkage domains: pseudonyms join as the source does; a single value across them is too many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from veilflow.errors import StageFailed
from veilflow.policy import Policy, load_policy
from veilflow_expectations import ExpectColumnValuesToJoinOnlyWithinDomain
from veilflow_expectations.domain_plan import domain_checks, linked_columns, partners
from veilflow_expectations.domain_references import counted_output, counted_source, shared_bounds
from veilflow_expectations.planned import Types
from veilflow_expectations.table_profile import DigestCounts, Profile

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


POLICY = """
version: 1
dataset: d
purpose:
  {purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}
source: {root: .}
privacy_unit: {columns: {people: id, visits: person}}
tables:
  people:
    path: p
    columns:
      id: pseudonym
      clinic: pseudonym
      phone: {role: identifier, protect: pseudonym, domain: call}
  visits:
    path: v
    columns:
      person: pseudonym
      clinic: pseudonym
      called: {role: identifier, protect: pseudonym, domain: call}
      short: {role: identifier, protect: {pseudonym: {length: 20}}, domain: call}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return load_policy(path)


def test_domains_are_the_policy_s(policy: Policy) -> None:
    columns = linked_columns(policy)
    pairs = {
        f"{first.table}.{first.column}": [f"{o.table}.{o.column}" for o in partners(first, columns)]
        for first in columns
    }
    assert pairs == {
        "people.id": ["visits.person"],
        "people.clinic": ["visits.clinic"],
        "people.phone": ["visits.called"],  # not with short, whose pseudonyms have another length
        "visits.person": [],
        "visits.clinic": [],
        "visits.called": [],
        "visits.short": [],
    }
    planned = {check.column: check for check in domain_checks(policy, "visits", Types())}
    assert planned["short"].arguments["apart_from"] == [
        "pseudonyms:people.id",
        "pseudonyms:people.clinic",
        "pseudonyms:visits.person",
        "pseudonyms:visits.clinic",
    ]
    here = Types(tables=frozenset({"people"}))
    assert [c.name for c in domain_checks(policy, "people", here)] == ["joinability"] * 3


def test_what_is_counted_for_it(policy: Policy) -> None:
    assert [one.column for one in counted_source(policy, "visits")] == [
        "person", "clinic", "called",
    ]  # fmt: skip
    assert [one.column for one in counted_output(policy, "people")] == ["id", "clinic", "phone"]


def profile(columns: dict[str, list[int]], kind: str, rows: int | None = None) -> Profile:
    counted = {
        name: DigestCounts(np.array(values), np.ones(len(values), dtype=np.int64))
        for name, values in columns.items()
    }
    longest = max(len(values) for values in columns.values()) if rows is None else rows
    nulls = {name: longest - len(values) for name, values in columns.items()}
    return Profile(rows=longest, nulls=nulls, **{kind: counted})


def test_bounds_allow_for_suppression_and_no_more(policy: Policy) -> None:
    people = {"id": [1, 2, 3, 4], "clinic": [1, 2], "phone": [1]}
    visits = {"person": [2, 3, 4, 5], "clinic": [2], "called": [9]}
    source = {"people": profile(people, "exact"), "visits": profile(visits, "exact")}
    whole = {"people": profile(people, "digests"), "visits": profile(visits, "digests")}
    given = shared_bounds(policy, source, whole, Types(), "people")
    assert set(given.values()) == {3, 1, 0}
    assert sorted(given.values()) == [0, 0, 1, 1, 3, 3]

    fewer = {**whole, "people": profile({**people, "id": [1, 2]}, "digests")}
    given = shared_bounds(policy, source, fewer, Types(), "people")
    assert (min(given.values()), sorted(given.values())[-2:]) == (0, [1, 3])

    # Two rows hold an empty text, which wasn't counted and has a pseudonym.
    for name, side in source.items():
        source[name] = Profile(rows=6, nulls=dict.fromkeys(side.exact, 0), exact=side.exact)
    assert max(shared_bounds(policy, source, whole, Types(), "people").values()) == 5
