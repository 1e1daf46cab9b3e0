"""The optimal full-domain generalisation, by best-first search with predictive tagging.

Of all nodes whose small classes fit within the suppression limit, the search finds one of least
Loss. It prunes with two things that are monotone in the lattice:

- the *bound*, Loss without suppression, only grows with the levels. Nodes come in the order of
  their bound, so the search ends at the first whose bound exceeds the best loss found.
- *suppression* only shrinks: what a node suppresses is suppressed at every less general one too
  (:meth:`~veilflow.anonymize.view_search.ViewSearch.at_least` says why, units included). So a node
  that suppresses too much tags all nodes below it as infeasible, as in Flash (Kohlmayer et al.,
  "Flash: efficient, stable and optimal k-anonymity", 2012), and, beyond Flash, any visited node
  raises the bound of all nodes below it. To tag many, paths are climbed from the node at hand.

Loss itself is *not* monotone where rows are suppressed: a more general node may suppress fewer
rows and lose less. So nothing is pruned for the loss of a node above or below it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from veilflow.anonymize.lattice import Lattice
from veilflow.anonymize.loss import Loss
from veilflow.anonymize.problem import Problem, restrict
from veilflow.anonymize.refusal import check_units, infeasible
from veilflow.anonymize.solution import Solution
from veilflow.anonymize.view_search import Outcome, ViewSearch

__all__ = ["solve"]

Levels = tuple[int, ...]


def solve(problem: Problem, time_budget: float | None = None) -> Solution:
    """The levels of least Loss among those that meet ``problem``, or a :class:`ReleaseRefused`.

    Ties (losses are compared exactly, as fractions) go to the node with the fewest suppressed rows
    over all views, then to the lowest levels, compared column by column. Without a budget the
    result depends on nothing but the problem. After ``time_budget`` seconds the best node so far is
    returned with ``optimal=False``; which one that is depends on the machine.
    """
    check_units(problem)
    return _Search(problem, time_budget).run()


@dataclass(frozen=True, order=True)
class _Candidate:
    weight: int
    suppressed: int
    levels: Levels


class _Search:
    def __init__(self, problem: Problem, time_budget: float | None) -> None:
        self._problem = problem
        self._deadline = None if time_budget is None else time.monotonic() + time_budget
        self._views = [ViewSearch(problem, view) for view in problem.views]
        self._loss = Loss(problem)
        self._lattice = Lattice(problem.low, problem.high, self._loss)
        self._best: _Candidate | None = None
        self._visited: set[Levels] = set()

    def run(self) -> Solution:
        top = self._problem.high
        if not self._visit(top):
            rows = [self._outcome(view, top).suppressed for view in self._views]
            raise infeasible(self._problem, rows)
        return self._solution(optimal=self._descend() and self._exhaust())

    def _descend(self) -> bool:
        """Find a first good node on the cheapest path; whether the time sufficed."""
        low = self._lattice.low
        path = [low, *self._lattice.path(low, None)]
        first, end = 0, len(path)
        while first < end and not self._late():
            middle = (first + end) // 2
            if self._visit(path[middle]):
                end = middle
            else:
                first = middle + 1
        for node in path[end:]:
            if self._late() or self._beaten(self._loss.bound(node)):
                break
            self._visit(node)
        return not self._late()

    def _exhaust(self) -> bool:
        """Visit every node that may be best; whether the time sufficed."""
        for bound, node in self._lattice.best_first():
            if self._beaten(bound):
                return True
            if not self._hopeless(node):
                self._climb(node)
            if self._late():
                return False
            if not self._hopeless(node):
                self._visit(node)
        return True

    def _climb(self, node: Levels) -> None:
        """Look for the highest node of a path above ``node`` that makes ``node`` hopeless.

        The higher it is, the more nodes it tags, and the fewer classes there are to count. Along
        the path suppression only shrinks, so bisection finds it.
        """
        path = self._lattice.path(node, None if self._best is None else self._best.weight)
        first, end = 0, len(path)
        while first < end and not self._late():
            middle = (first + end) // 2
            if not self._visit(path[middle]) or self._dooms(path[middle], node):
                first = middle + 1
            else:
                end = middle

    def _dooms(self, above: Levels, node: Levels) -> bool:
        """Whether what a feasible node suppresses makes a node below it lose too much."""
        return self._beaten(self._loss.weight(node, self._leaves(above)))

    def _hopeless(self, node: Levels) -> bool:
        """Whether visited nodes show that ``node`` is infeasible or not the best."""
        leaves = [0] * len(node)
        for view in self._views:
            suppressed, added = view.at_least(restrict(node, view.view))
            if suppressed > view.allowed:
                return True
            for column, least in zip(view.view.own, added, strict=True):
                leaves[column] = least
        return self._beaten(self._loss.weight(node, leaves))

    def _visit(self, node: Levels) -> bool:
        """Whether ``node`` is feasible; if so and best so far, it is remembered."""
        self._visited.add(node)
        for view in self._views:
            if self._outcome(view, node).suppressed > view.allowed:
                return False
        weight = self._loss.weight(node, self._leaves(node))
        suppressed = sum(self._outcome(view, node).suppressed for view in self._views)
        candidate = _Candidate(weight, suppressed, node)
        if self._best is None or candidate < self._best:
            self._best = candidate
        return True

    def _outcome(self, view: ViewSearch, node: Levels) -> Outcome:
        return view.outcome(restrict(node, view.view))

    def _leaves(self, node: Levels) -> list[int]:
        """Per column of the problem, the leaves that suppression adds at a node."""
        leaves = [0] * len(node)
        for view in self._views:
            for column, added in zip(view.view.own, self._outcome(view, node).leaves, strict=True):
                leaves[column] = added
        return leaves

    def _beaten(self, bound: int) -> bool:
        """Whether a node with this bound can't be the best, nor tie with it."""
        return self._best is not None and bound > self._best.weight

    def _late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _solution(self, optimal: bool) -> Solution:
        assert self._best is not None, "the top is feasible, so there is a best node"
        outcomes = [self._outcome(view, self._best.levels) for view in self._views]
        return Solution(
            levels=self._best.levels,
            loss=self._loss.score(self._best.weight),
            suppressed_rows=tuple(outcome.suppressed for outcome in outcomes),
            classes=tuple(outcome.classes for outcome in outcomes),
            nodes_total=self._lattice.size,
            nodes_evaluated=len(self._visited),
            optimal=optimal,
        )
