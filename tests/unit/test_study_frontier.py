"""The frontier against every node of small lattices, and what columns cost."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import Problem, Solution, UnitCounts, View
from veilflow.hierarchy import PrefixHierarchy, materialize
from veilflow.study import frontier
from veilflow.study.frontier import Explorer, Frontier
from veilflow.study.node import NodeFigures, node_figures

KS = (2, 4, 7, 90)
LIMITS = (0.0, 0.1, 0.3, 1.0)


def problem(seed: int, units: bool = False) -> Problem:
    random = np.random.default_rng(seed)
    labels = [f"{n:02}" for n in range(12)]
    tables = tuple(materialize(PrefixHierarchy((2, 1)), name, labels) for name in ("a", "b", "c"))
    codes = np.unique(random.integers(0, 12, (30, 3)), axis=0)
    rows = random.integers(1, 4, len(codes))
    people = None
    if units:
        combo = np.repeat(np.arange(len(codes)), rows)
        people = UnitCounts.from_pairs(combo, random.integers(0, 25, combo.size), len(codes))
    view = View("t", (0, 1, 2), (0, 1, 2), codes, rows, people)
    return Problem(tables, (view,), 4, 0.1)


def explored(given: Problem) -> tuple[Explorer, Frontier]:
    explorer = Explorer(given, max(KS), 60)
    return explorer, explorer.frontier(KS, LIMITS, lambda done, total: None)


def every_node(given: Problem) -> list[NodeFigures]:
    spans = [range(low, high + 1) for low, high in zip(given.low, given.high, strict=True)]
    return [node_figures(given, levels) for levels in itertools.product(*spans)]


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=25, deadline=None)
def test_each_point_is_the_best_of_all_nodes(seed: int, units: bool) -> None:
    asked = problem(seed, units)
    _, found = explored(asked)
    (view,) = asked.views
    for k, limit in itertools.product(KS, LIMITS):
        one = replace(asked, k=k, suppression_limit=limit)
        fit = [n for n in every_node(one) if n.suppressed_rows <= one.allowed(view)]
        place = found.at(k, limit)
        if not fit or k > view.total_units:
            assert place is None
            assert (k, limit) in found.impossible
            continue
        assert place is not None
        point = found.points[place]
        assert point.is_optimal
        assert point.figures.loss == pytest.approx(min(node.loss for node in fit), abs=1e-12)
        assert point.figures.suppressed_rows <= one.allowed(view)
        assert point.figures.max_risk <= 1 / k


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_only_points_that_another_beats_can_be_bettered(seed: int) -> None:
    _, found = explored(problem(seed))
    for one in found.points:
        beaten = [
            other
            for other in found.points
            if other.k >= one.k
            and other.figures.suppressed_rows <= one.figures.suppressed_rows
            and other.figures.loss <= one.figures.loss
            and (other.k, -other.figures.suppressed_rows, -other.figures.loss)
            != (one.k, -one.figures.suppressed_rows, -one.figures.loss)
        ]
        assert one.is_best == (not beaten)


def test_what_time_ended_is_looked_for_again_while_there_is_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, whole = explored(problem(1))
    seen: set[tuple[int, float]] = set()

    def ended(given: Problem, *more: Any) -> Solution:
        """The second time a point is asked it is proven; the first time its top is found."""
        found = frontier.solve(given, *more)
        point = (given.k, given.suppression_limit)
        if point in seen:
            return found
        seen.add(point)
        return replace(found, levels=(2, 2, 2), score=1.0, suppressed_rows=(0,), optimal=False)

    solved = Explorer(problem(1), max(KS), 60)
    monkeypatch.setattr(Explorer, "solve", lambda self, given, left: ended(given))
    found = solved.frontier(KS, LIMITS, lambda done, total: None)
    assert {(point.k, point.figures.levels) for point in found.points if point.is_optimal} <= {
        (point.k, point.figures.levels) for point in whole.points
    }
    for k, limit in itertools.product(KS, LIMITS):
        assert (found.at(k, limit) is None) == (whole.at(k, limit) is None)
    largest = [found.at(k, LIMITS[-1]) for k in (2, 4, 7)]
    assert [found.points[place or 0].figures.levels for place in largest] == [
        whole.points[whole.at(k, LIMITS[-1]) or 0].figures.levels for k in (2, 4, 7)
    ]


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_columns_cost_what_leaving_them_out_would_gain(seed: int) -> None:
    asked = problem(seed)
    explorer, found = explored(asked)
    place = found.at(asked.k, asked.suppression_limit)
    if place is None:
        return
    at = found.points[place].figures
    costs = explorer.column_costs(asked, at)
    allowed = asked.allowed(asked.views[0])
    nodes = [node for node in every_node(asked) if node.suppressed_rows <= allowed]
    assert sum(cost.part for cost in costs) == pytest.approx(1 if at.loss else 0)
    for column, cost in enumerate(costs):
        gone = [node.loss_without(column) for node in nodes if node.levels[column] == 2]
        assert cost.others_without == pytest.approx(min(gone), abs=1e-12)
        finer = [node.loss for node in nodes if node.levels[column] < at.levels[column]]
        assert cost.finer == (pytest.approx(min(finer), abs=1e-12) if finer else None)
