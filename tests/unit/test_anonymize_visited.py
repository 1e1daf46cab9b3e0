"""Looking up visited nodes, and searches that share what they learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import Problem, View, solve
from veilflow.anonymize.class_tables import ClassTables
from veilflow.anonymize.view_search import ViewSearch
from veilflow.anonymize.visited_nodes import VisitedNodes
from veilflow.errors import ReleaseRefused
from veilflow.hierarchy import PrefixHierarchy, materialize


@st.composite
def nodes(draw: st.DrawFn) -> tuple[list[int], list[list[int]], list[int]]:
    """Highest levels of up to 40 columns (several words), nodes, and one to ask about."""
    tops = draw(st.lists(st.integers(0, 30), min_size=1, max_size=40))
    one = st.tuples(*[st.integers(0, top) for top in tops]).map(list)
    return tops, draw(st.lists(one, max_size=30)), draw(one)


@given(nodes())
@settings(max_examples=300, deadline=None)
def test_all_nodes_above_and_below_are_found(
    asked: tuple[list[int], list[list[int]], list[int]],
) -> None:
    tops, seen, here = asked
    visited = VisitedNodes(tops, 1)
    for number, node in enumerate(seen):
        visited.add(node, [number])
    above = [
        n for n, node in enumerate(seen) if all(a >= b for a, b in zip(node, here, strict=True))
    ]
    below = [
        n for n, node in enumerate(seen) if all(a <= b for a, b in zip(node, here, strict=True))
    ]
    assert visited.above(here)[:, 0].tolist() == above
    assert visited.below(here)[:, 0].tolist() == below


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=40, deadline=None)
def test_searches_that_share_their_knowledge_find_the_same(seed: int, weighted: bool) -> None:
    """For several k over one set of class tables, and several limits and levels for each k."""
    random = np.random.default_rng(seed)
    labels = [f"{n:03}" for n in range(40)]
    tables = tuple(
        materialize(PrefixHierarchy((3, 2, 1)), name, labels) for name in ("a", "b", "c")
    )
    codes = np.unique(random.integers(0, 40, (60, 3)), axis=0)
    view = View("t", (0, 1, 2), (0, 1, 2), codes, random.integers(1, 5, len(codes)))
    weights = (1.0, 0.5, 2.0) if weighted else None
    whole = Problem(tables, (view,), 2, 1.0, weights=weights)
    shared = ClassTables(whole, view, 9)
    for k in (9, 4, 2):
        known = [ViewSearch(replace(whole, k=k), view, shared)]
        for limit in (1.0, 0.3, 0.05, 0.0):
            for top in (None, (1, 2, 3)):
                problem = replace(whole, k=k, suppression_limit=limit, max_levels=top)
                assert found(problem, known) == found(problem, None)


def found(problem: Problem, known: list[ViewSearch] | None) -> object:
    try:
        solution = solve(problem, None, known)
    except ReleaseRefused:
        return None
    return solution.levels, solution.suppressed_rows, solution.score, solution.optimal
