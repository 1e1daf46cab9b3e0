"""One number for each class: what it is, when there is none, and that k holds of all columns."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import recoding_of, solve
from veilflow.anonymize.microaggregation import class_aggregates, microaggregated_table
from veilflow.anonymize.tables import cast_table, problem_of
from veilflow.errors import PolicyError
from veilflow.policy import Policy
from veilflow.policy.rules import check_rules

NAN = float("nan")


def aggregates(values, classes, k=2, method="mean", people=None):
    who = None if people is None else np.array(people, dtype=np.int64)
    given = np.array(values, dtype=np.float64), np.array(classes, dtype=np.int64)
    found = class_aggregates(*given, who, k, method)
    return [None if np.isnan(one) else one for one in found.tolist()]


@pytest.mark.parametrize(
    ("method", "found"),
    [("mean", 4.0), ("median", 2.0), ("mode", 1.0), ("geometric_mean", 2.51984210)],
)
def test_methods(method, found):
    # The cube root of 16 is 2.5198421.
    assert aggregates([1, 2, 8, 1, 8, 4], [0, 0, 0, 1, 1, 1], method=method)[0] == (
        pytest.approx({"mean": 11 / 3}.get(method, found), rel=1e-8)
    )


@pytest.mark.parametrize(
    ("values", "classes", "method", "people", "found"),
    [
        pytest.param([1, 2, 10], [0, 0, 1], "mean", None, [1.5, None], id="one person alone"),
        pytest.param([1, NAN, 3, 5], [0, 0, 1, 1], "mean", None, [None, 4], id="one has a value"),
        pytest.param([1, 3, NAN], [0, 0, 0], "mean", None, [2], id="missing counts as nothing"),
        pytest.param([1, np.inf, 3], [0, 0, 0], "mean", None, [2], id="infinite is missing"),
        pytest.param([NAN, NAN], [0, 0], "mean", None, [None], id="all missing"),
        pytest.param([1, 3, 5], [0, 0, 0], "mean", [7, 7, 7], [None], id="rows of one person"),
        pytest.param([1, 3, 5], [0, 0, 0], "mean", [7, 7, 8], [3], id="rows of two people"),
        pytest.param([1, 3], [0, 0], "mean", [7, -1], [None], id="nobody hides nobody"),
        pytest.param([4, 4, 1, 1], [0, 0, 0, 0], "mode", None, [1], id="the least mode"),
        pytest.param([1, 2, 3, 100], [0] * 4, "median", None, [2.5], id="between two"),
        pytest.param([0, 2], [0, 0], "geometric_mean", None, [None], id="not positive"),
        pytest.param([-1, -1], [0, 0], "geometric_mean", None, [None], id="negative"),
        pytest.param([1, 1, 2], [0] * 3, "mean", None, [1.33333333], id="nine digits"),
        pytest.param([], [], "mean", None, [], id="nothing"),
    ],
)
def test_classes(values, classes, method, people, found):
    assert aggregates(values, classes, 2, method, people) == found


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_changes_nothing(rows, draw):
    shuffled = rows[:]
    draw.shuffle(shuffled)
    for method in ("median", "mode"):
        assert aggregates([v for _, v in rows], [c for c, _ in rows], 2, method) == aggregates(
            [v for _, v in shuffled], [c for c, _ in shuffled], 2, method
        )
    for one, other in zip(
        aggregates([v for _, v in rows], [c for c, _ in rows]),
        aggregates([v for _, v in shuffled], [c for c, _ in shuffled]),
        strict=True,
    ):
        assert (one is None) == (other is None)
        assert one is None or one == pytest.approx(other, rel=1e-8, abs=1e-6)


SEX = {"role": "quasi"}
PAY = {"role": "quasi", "microaggregate": "mean"}


def policy(columns, **more):
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": {
                "purpose": "x", "legal_basis": "y", "owner": "z", "recipients": ["a"],
                "retention_days": 1,
            },
            "source": {"root": "."},
            "tables": {"people": {"path": "people", "columns": columns}},
            "anonymize": {"k": 3, "suppression_limit": 0.2},
            **more,
        }
    )  # fmt: skip


def test_k_holds_of_all_quasi_identifiers_together():
    rng = np.random.default_rng(5)
    rules = policy({"sex": SEX, "age": {"role": "quasi", "hierarchy": {"intervals": [5, 10, 50]}},
                    "pay": PAY, "note": "keep"})  # fmt: skip
    assert check_rules(rules) == []
    table = cast_table(rules, pa.table({
        "sex": rng.choice(["F", "M"], 300), "age": rng.integers(18, 80, 300),
        "pay": rng.lognormal(8, 1, 300).round(2), "note": np.arange(300),
    }))  # fmt: skip
    problem = problem_of(rules, table)
    recoding = recoding_of(problem.problem, solve(problem.problem), "people")
    made = problem.apply(recoding, table).to_pylist()
    pay = dict(zip(table["note"].to_pylist(), table["pay"].to_pylist(), strict=True))
    classes = defaultdict(list)
    for row in made:
        classes[row["sex"], row["age"], row["pay"]].append(row["note"])
    assert len({(sex, age) for sex, age, _ in classes}) == len(classes)
    for (_, _, mean), rows in classes.items():
        assert len(rows) >= 3
        assert mean == pytest.approx(np.mean([pay[row] for row in rows]), rel=1e-8)


@pytest.mark.parametrize(
    ("columns", "more", "said"),
    [
        pytest.param({"pay": PAY}, {}, "there are none", id="no class without a key"),
        pytest.param(
            {"sex": SEX, "pay": PAY},
            {"synthesize": {"tables": {"people": 10}}},
            "isn't synthesised",
            id="synthesised",
        ),
    ],
)
def test_what_a_policy_may_not_ask(columns, more, said):
    problems = check_rules(policy(columns, **more))
    assert any(said in sentence for _, sentence in problems), problems


@pytest.mark.parametrize(
    "column",
    [
        {"role": "sensitive", "protect": "keep", "microaggregate": "mean"},
        {**PAY, "hierarchy": "redact"},
        {**PAY, "min_level": 1},
        {**PAY, "microaggregate": "maximum"},
    ],
)
def test_what_goes_with_no_microaggregation(column):
    with pytest.raises(ValueError, match="microaggregate"):
        policy({"sex": SEX, "pay": column})


def test_texts_have_no_mean():
    rules = policy({"sex": SEX, "pay": PAY})
    with pytest.raises(PolicyError, match=r"columns\.pay: .* add 'as: number'"):
        microaggregated_table(rules, "people", pa.table({"sex": ["F"], "pay": ["12"]}))
