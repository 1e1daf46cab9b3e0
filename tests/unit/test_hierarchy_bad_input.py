"""Awkward columns under every kind of hierarchy: solved, or refused with column and remedy."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from veilflow.anonymize import recoding_of, solve
from veilflow.anonymize.settling import settled
from veilflow.anonymize.tables import cast_table, problem_of
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.policy import Policy

ROWS = 100
KINDS: list[Any] = [
    "redact", "auto", "icd10", {"intervals": [5, 10]}, {"dates": ["year"]}, {"prefix": [3]},
    {"order": ["a", "b"]}, {"quantiles": 4}, {"postcode": "gb"}, {"bounds": [[1, 2]]},
    {"redact": {"length": 3}},
    {"csv": "x.csv", "rows": [["a", "*"], ["b", "*"]]},
]  # fmt: skip


def released(hierarchy: Any, values: pa.Array) -> tuple[int, set[Any]]:
    """The level that a column is released at beside a sex, and what is left in it."""
    policy = Policy.model_validate(
        {
            "dataset": "people",
            "purpose": {
                "purpose": "x", "legal_basis": "y", "owner": "z", "recipients": ["a"],
                "retention_days": 1,
            },
            "source": {"root": "."},
            "tables": {
                "people": {
                    "path": "people",
                    "columns": {
                        "sex": {"role": "quasi"},
                        "x": {"role": "quasi", "hierarchy": hierarchy},
                    },
                }
            },
            "anonymize": {"k": 5, "suppression_limit": 0.05},
        }
    )  # fmt: skip
    table = pa.table({"sex": ["F", "M"] * (len(values) // 2), "x": values})
    policy = settled(policy, lambda _, names: table.select(names))
    problem = problem_of(policy, cast_table(policy, table))
    solution = solve(problem.problem)
    made = problem.apply(recoding_of(problem.problem, solution, "people"), table)
    return solution.levels[1], set(made.column("x").to_pylist())


@pytest.mark.parametrize("hierarchy", KINDS, ids=str)
@pytest.mark.parametrize("kind", [pa.string(), pa.float64(), pa.null()], ids=str)
def test_a_column_that_is_null_throughout_costs_nothing(hierarchy, kind):
    assert released(hierarchy, pa.array([None] * ROWS, kind)) == (0, {None})


@pytest.mark.parametrize(
    ("hierarchy", "values", "found"),
    [
        pytest.param(
            {"intervals": [0, 50]}, ["7", "07", "7.0", " 7"] * 25, {"7"}, id="numeric strings"
        ),
        pytest.param(
            {"intervals": [5], "on_unknown": "top"},
            [float("nan")] * 30 + [1.5] * 70,
            {"*", "[0, 5)"},
            id="NaN to the top",
        ),
        pytest.param(
            {"dates": ["year"]}, ["1899-12-31", "1815-01-01"] * 50, {"1899", "1815"}, id="old dates"
        ),
        pytest.param(
            {"intervals": [0, 10], "lower": 20, "upper": 90},
            [3] * 10 + [50] * 80 + [95] * 10,
            {"< 20", "50", ">= 90"},
            id="ends coded",
        ),
        pytest.param("auto", [None] * 50 + [7] * 50, {None, "7"}, id="one number and nothing"),
    ],
)
def test_awkward_values_that_are_solved(hierarchy, values, found):
    level, labels = released(hierarchy, pa.array(values))
    assert (level, labels) == (0, found)


@pytest.mark.parametrize(
    ("hierarchy", "values", "said"),
    [
        pytest.param({"intervals": [5]}, [float("nan")] + [1.5] * 99, "has to be null", id="NaN"),
        pytest.param({"intervals": [5]}, ["1,000"] + ["7"] * 99, "are no numbers", id="grouping"),
        pytest.param(
            "auto", [float("nan"), *map(float, range(99))], "has to be null", id="NaN under auto"
        ),
        pytest.param({"dates": ["year"]}, ["1984-02-30"] * 100, "are no dates", id="30 February"),
        pytest.param(
            {"csv": "x.csv", "rows": [["a", "*"]]}, ["a", "b"] * 50, "CSV file", id="not listed"
        ),
        pytest.param({"order": ["a"]}, ["a", "b"] * 50, "the order in", id="not in the order"),
    ],
)
def test_awkward_values_that_are_refused(hierarchy, values, said):
    with pytest.raises(ReleaseRefused, match=said) as refused:
        released(hierarchy, pa.array(values))
    assert "column 'x'" in str(refused.value)
    assert "on_unknown: top" in str(refused.value)
    assert "1,000" not in str(refused.value) and "02-30" not in str(refused.value)


def test_quantiles_of_words_are_refused_with_a_remedy():
    with pytest.raises(PolicyError, match=r"columns\.x\.hierarchy: .* 'as: number'"):
        released({"quantiles": 4}, pa.array(["a", "b"] * 50))
