"""What is refused, in which words, and what those words must never hold."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.anonymize import Problem, UnitCounts, View, solve
from veilflow.errors import PolicyError, ReleaseRefused, UsageError
from veilflow.hierarchy import CsvHierarchy, HierarchyTable, materialize

SECRETS = ("canary-alpha", "canary-beta", "canary-gamma")


def table(column: str = "town", root: bool = True) -> HierarchyTable:
    rows = tuple((s, s[:8], *(["*"] if root else [])) for s in SECRETS)
    return materialize(CsvHierarchy(rows), column, list(SECRETS))


def view(rows: list[int], units: UnitCounts | None = None, name: str = "people") -> View:
    return View(name, (0,), (0,), np.arange(len(rows)).reshape(-1, 1), np.array(rows), units)


def refusal(problem: Problem) -> str:
    with pytest.raises(ReleaseRefused) as caught:
        solve(problem)
    text = str(caught.value)
    assert not any(secret in text for secret in SECRETS)
    assert "canary" not in text
    assert caught.value.exit_code == 2
    return text


def test_a_top_level_that_is_too_low_names_the_column_and_the_share():
    text = refusal(Problem((table(),), (view([969, 31]),), 32, 0.02, max_levels=(0,)))
    assert "'people'" in text
    assert "k = 32" in text
    assert "3.1% of its rows" in text
    assert "the limit is 2.00%" in text
    assert "`anonymize.suppression_limit` to 0.031" in text
    assert "`anonymize.k`" in text
    assert "`max_level` of: town" in text


def test_the_named_limit_works_and_a_step_less_does_not():
    def solvable(limit: float) -> bool:
        try:
            solve(Problem((table(),), (view([969, 31]),), 32, limit, max_levels=(0,)))
        except ReleaseRefused:
            return False
        return True

    assert solvable(0.031)
    assert not solvable(0.030)


def test_small_counts_are_not_told():
    text = refusal(Problem((table(),), (view([997, 3]),), 5, 0.0, max_levels=(0,)))
    assert "fewer than 10 rows" in text
    assert "0.3%" not in text
    assert "suppression_limit` to 0.01" in text


def test_hierarchies_without_a_root_are_the_reason():
    text = refusal(Problem((table(root=False),), (view([50, 3]),), 5, 0.0))
    assert "common root" in text
    assert "max_level" not in text


def test_only_the_views_that_fail_are_named():
    views = (
        View("good", (0,), (0,), np.array([[0]]), np.array([100])),
        View("bad", (0, 1), (1,), np.array([[0, 0], [0, 1]]), np.array([100, 50])),
    )
    problem = Problem((table("a"), table("b")), views, 60, 0.1, max_levels=(2, 0))
    text = refusal(problem)
    assert "'bad'" in text
    assert "'good'" not in text
    assert "33.4%" in text
    assert text.endswith("`max_level` of: b.")


def test_fewer_people_than_k_has_its_own_sentence():
    rows = view([40], UnitCounts(np.array([4]), np.zeros(0, np.int64), np.zeros(0, np.int64)))
    text = refusal(Problem((table(),), (rows,), 5, 1.0))
    assert "fewer than k = 5 privacy units in all" in text
    assert "suppression_limit" not in text
    assert " 4 " not in text


def test_fewer_rows_than_k():
    assert "fewer than k = 5 rows in all" in refusal(Problem((table(),), (view([4]),), 5, 1.0))


@pytest.mark.parametrize("k", [0, -1, 2.5, float("nan"), True, "5"])
def test_k_is_a_whole_number_from_1(k):
    with pytest.raises(PolicyError, match="anonymize.k"):
        Problem((table(),), (view([9]),), k, 0.0)


@pytest.mark.parametrize("limit", [-0.01, 1.01, float("nan"), float("inf")])
def test_the_limit_is_a_share(limit):
    with pytest.raises(PolicyError, match="anonymize.suppression_limit"):
        Problem((table(),), (view([9]),), 5, limit)


@pytest.mark.parametrize(
    "bounds",
    [
        {"min_levels": (3,)},
        {"max_levels": (3,)},
        {"min_levels": (-1,)},
        {"min_levels": (2,), "max_levels": (1,)},
        {"max_levels": (1, 1)},
        {"max_levels": ()},
    ],
)
def test_levels_lie_within_the_hierarchies(bounds):
    with pytest.raises(PolicyError, match="min_level"):
        Problem((table(),), (view([9]),), 5, 0.0, **bounds)


@pytest.mark.parametrize(
    ("columns", "views"),
    [
        pytest.param((), (view([9]),), id="no columns"),
        pytest.param((table(),), (), id="no views"),
        pytest.param((table(), table("b")), (view([9]),), id="a column of no view"),
        pytest.param((table(),), (view([9]), view([9], name="b")), id="a column of two views"),
        pytest.param((table(),), (view([9, 9, 9, 9]),), id="a code without a label"),
        pytest.param(
            (table(),), (View("v", (0,), (0,), np.array([[-1]]), np.array([9])),), id="a code of -1"
        ),
        pytest.param(
            (table(),),
            (View("v", (1,), (1,), np.array([[0]]), np.array([9])),),
            id="no column",
        ),
    ],
)
def test_parts_must_fit(columns, views):
    with pytest.raises(UsageError):
        Problem(columns, views, 5, 0.0)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: view([0]), id="a combination without rows"),
        pytest.param(lambda: view([2**52, 2**52]), id="more rows than can be added exactly"),
        pytest.param(
            lambda: View("v", (0,), (1,), np.array([[0]]), np.array([1])),
            id="owns a stranger",
        ),
        pytest.param(
            lambda: View("v", (0, 0), (0,), np.array([[0, 0]]), np.array([1])), id="a column twice"
        ),
        pytest.param(
            lambda: View("v", (0,), (0,), np.array([[0]]), np.array([1, 2])), id="unequal lengths"
        ),
        pytest.param(
            lambda: view([1], UnitCounts(np.array([0]), np.array([1]), np.array([0]))),
            id="a pair of no combination",
        ),
        pytest.param(
            lambda: view([1], UnitCounts(np.array([0, 0]), np.array([0]), np.array([0]))),
            id="counts of other combinations",
        ),
    ],
)
def test_views_must_describe_one_thing(make):
    with pytest.raises(UsageError):
        make()


def test_nothing_prints_values():
    problem = Problem((table(),), (view([9]),), 5, 0.0)
    assert "canary" not in repr(problem)
    assert "canary" not in repr(problem.columns) + repr(problem.views)
