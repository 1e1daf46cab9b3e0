"""The optimal full-domain generalisation, by best-first search with predictive tagging.

Of all nodes whose failing classes fit within the suppression limit, the search finds one of least
cost. It prunes with two things that are monotone in the lattice:

- the *bound*, the objective without suppression, only grows with the levels. Nodes come in the
  order of their bound, so the search ends at the first whose bound exceeds the best cost found.
- *suppression for monotone models* (k, k-map, distinct l) only shrinks: what a node suppresses for
  them is suppressed at every less general one too
  (:meth:`~veilflow.anonymize.view_search.ViewSearch.floor` says why, units included). So a node
  that suppresses too much tags all nodes below it as infeasible, as in Flash (Kohlmayer et al.,
  "Flash: efficient, stable and optimal k-anonymity", 2012), and, beyond Flash, any visited node
  raises the bound of all nodes below it. To tag many, paths are climbed from the node at hand.

The cost itself is *not* monotone where rows are suppressed: a more general node may suppress fewer
rows and lose less. So nothing is pruned for the cost of a node above or below it. Nor is anything
for entropy and recursive l, t, beta, delta and the average risk: where rows may be suppressed, a
more general node can suppress more for them.

Before that, a walk through the lattice finds good nodes early: the cheapest path from the bottom,
then steps that lower a level, or raise one and lower another, as long as they gain. Where the
lattice is too large to be searched through, that walk is the heuristic, and the time budget ends
the search; the solution then tells the least bound of all that wasn't seen.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from veilflow.anonymize.lattice import Lattice
from veilflow.anonymize.objective import Cost, Outcome
from veilflow.anonymize.objectives import objective_of
from veilflow.anonymize.problem import Problem, restrict
from veilflow.anonymize.refusal import check_units, infeasible
from veilflow.anonymize.scores import figures
from veilflow.anonymize.solution import Solution
from veilflow.anonymize.view_search import ViewSearch
from veilflow.errors import ReleaseRefused

__all__ = ["solve"]

Levels = tuple[int, ...]


def solve(
    problem: Problem,
    time_budget: float | None = None,
    known: Sequence[ViewSearch] | None = None,
) -> Solution:
    """The levels of least cost among those that meet ``problem``, or a :class:`ReleaseRefused`.

    Ties go to the node with the fewest suppressed rows over all views, then to the lowest levels,
    compared column by column. Without a budget the result depends on nothing but the problem.
    After ``time_budget`` seconds the best node so far is returned with ``optimal=False``; which one
    that is depends on the machine.

    ``known`` keeps what is learnt, for more searches of the same views, k and models under other
    limits, levels or weights: one a view, of a problem with the lowest levels of all.
    """
    check_units(problem)
    return _Search(problem, time_budget, known).run()


@dataclass(frozen=True, order=True)
class _Candidate:
    cost: Cost
    suppressed: int
    levels: Levels


class _Search:
    def __init__(
        self, problem: Problem, time_budget: float | None, known: Sequence[ViewSearch] | None
    ) -> None:
        self._problem = problem
        self._deadline = None if time_budget is None else time.monotonic() + time_budget
        self._views = known or [ViewSearch(problem, view) for view in problem.views]
        self._allowed = [problem.allowed(view) for view in problem.views]
        self._objective = objective_of(problem)
        self._lattice = Lattice(problem.low, problem.high, self._objective.bound)
        self._is_monotone = all(view.judge.is_monotone for view in self._views)
        self._best: _Candidate | None = None
        self._least_open: Cost | None = None
        self._visited: set[Levels] = set()

    def run(self) -> Solution:
        top = self._problem.high
        if not self._visit(top) and self._is_monotone:
            raise self._infeasible()
        self._descend()
        self._walk()
        optimal = self._exhaust()
        if self._best is None:
            raise self._infeasible()
        return self._solution(optimal)

    def _descend(self) -> None:
        """Find a first good node on the cheapest path."""
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
            if self._late() or self._beaten(self._objective.bound(node)):
                break
            self._visit(node)

    def _walk(self) -> None:
        """Step from the best node to better ones beside it, while there are any."""
        at: _Candidate | None = None
        while self._best is not None and self._best != at:
            at = self._best
            for node in self._lattice.beside(at.levels):
                if self._late():
                    return
                if node not in self._visited and not self._hopeless(node):
                    self._visit(node)

    def _exhaust(self) -> bool:
        """Visit every node that may be best; whether time and memory sufficed."""
        for bound, node, fits in self._lattice.best_first():
            if self._beaten(bound):
                return True
            if self._late() or not fits:
                self._least_open = bound
                return False
            if self._hopeless(node):
                continue
            self._climb(node)
            if not self._hopeless(node):
                self._visit(node)
        return True

    def _climb(self, node: Levels) -> None:
        """Look for the highest node of a path above ``node`` that makes ``node`` hopeless.

        The higher it is, the more nodes it tags, and the fewer classes there are to count. Along
        the path suppression for monotone models only shrinks, so bisection finds it.
        """
        path = self._lattice.path(node, None if self._best is None else self._best.cost)
        first, end = 0, len(path)
        while first < end and not self._late():
            middle = (first + end) // 2
            self._visit(path[middle])
            if self._hopeless(node):
                first = middle + 1
            else:
                end = middle

    def _hopeless(self, node: Levels) -> bool:
        """Whether visited nodes show that ``node`` is infeasible or not the best."""
        floors = [view.floor(restrict(node, view.view)) for view in self._views]
        each = zip(floors, self._allowed, strict=True)
        if any(floor.suppressed > allowed for floor, allowed in each):
            return True
        return self._beaten(self._objective.least(node, floors))

    def _visit(self, node: Levels) -> bool:
        """Whether ``node`` is feasible; if so and best so far, it is remembered."""
        self._visited.add(node)
        outcomes = []
        for view, allowed in zip(self._views, self._allowed, strict=True):
            outcomes.append(self._outcome(view, node))
            if outcomes[-1].suppressed > allowed:
                return False
        suppressed = sum(outcome.suppressed for outcome in outcomes)
        candidate = _Candidate(self._objective.cost(node, outcomes), suppressed, node)
        if self._best is None or candidate < self._best:
            self._best = candidate
        return True

    def _outcome(self, view: ViewSearch, node: Levels) -> Outcome:
        return view.outcome(restrict(node, view.view))

    def _beaten(self, bound: Cost) -> bool:
        """Whether a node with this bound can't be the best, nor tie with it."""
        return self._best is not None and bound > self._best.cost

    def _late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _infeasible(self) -> ReleaseRefused:
        """Why nothing will do, told at the visited node that comes closest."""

        def over(node: Levels) -> int:
            rows = [self._outcome(view, node).suppressed for view in self._views]
            return sum(max(0, n - most) for n, most in zip(rows, self._allowed, strict=True))

        nodes = {node for node in self._visited if self._is_known(node)} | {self._problem.high}
        nearest = min(nodes, key=lambda node: (over(node), node))
        rows = [self._outcome(view, nearest).suppressed for view in self._views]
        return infeasible(self._problem, rows, is_top=nearest == self._problem.high)

    def _is_known(self, node: Levels) -> bool:
        return all(view.is_known(restrict(node, view.view)) for view in self._views)

    def _solution(self, optimal: bool) -> Solution:
        assert self._best is not None
        levels = self._best.levels
        outcomes = [self._outcome(view, levels) for view in self._views]
        least = None if self._least_open is None else self._objective.score(self._least_open)
        every = figures(self._problem, levels, outcomes)
        return Solution(
            levels=levels,
            loss=every["loss"],
            suppressed_rows=tuple(outcome.suppressed for outcome in outcomes),
            classes=tuple(outcome.classes for outcome in outcomes),
            nodes_total=self._lattice.size,
            nodes_evaluated=len(self._visited),
            optimal=optimal,
            objective=self._problem.objective,
            score=self._objective.score(self._best.cost),
            least_score=least,
            figures=every,
        )
