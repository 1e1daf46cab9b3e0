"""Local recoding: each combination of values is generalised only as far as its own class needs.

Full-domain generalisation releases a column at one level in all rows. Here every combination of
quasi-identifiers gets its own levels, as long as enough others show the same labels, which are all
that an attacker sees. What is made least is the sum of (weighted) shares of leaves, that is, most
granularity, and, at a small price, discernibility.

No algorithm is known that finds the best partition in reasonable time: already suppressing the
fewest cells for k = 3 is NP-hard (Meyerson & Williams 2004). So this one is not optimal. It starts
from a greedy partition and lets groups exchange members by simulated annealing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.annealing import CROWD, Schedule, anneal
from veilflow.anonymize.candidate_nodes import candidate_nodes
from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.combining import Draft, combine, failing
from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.ordered_view import OrderedView
from veilflow.anonymize.partition import common_levels, renumbered
from veilflow.anonymize.peeling import absorb, peel
from veilflow.anonymize.problem import Problem
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.refusal import check_units, infeasible
from veilflow.errors import PolicyError

__all__ = ["Schedule", "recode_locally"]

Int64 = npt.NDArray[np.int64]

_MOST_SWEEPS = 600
_FEWEST_SWEEPS = 20
_WORK = 1_500_000


def recode_locally(
    problem: Problem, start: Recoding | None = None, schedule: Schedule | None = None
) -> Recoding:
    """A recoding of the problem's only view whose classes all hold k units and every model.

    A class is what the output shows: all combinations with equal labels, from whatever levels. All
    rows of a combination are treated alike. Nothing is suppressed unless the bounds on levels or
    the models leave no class for it, and then no more than the problem allows; otherwise raises
    ReleaseRefused. With ``start``, a recoding that meets the problem, the result has no less
    granularity. The default ``schedule`` does less where there are many combinations, so that time
    and memory grow with their number.

    The result depends on the problem alone, not on the order of combinations. Not promised: that
    it is the best, and anything against an attacker who knows this algorithm and asks why a class
    isn't finer (minimality attack, Wong et al. 2007).
    """
    if len(problem.views) != 1:
        raise PolicyError(
            "local recoding protects one table by itself, but this policy's tables share people",
            remedy="Set `anonymize.recoding` to full_domain.",
        )
    check_units(problem)
    ordered = OrderedView(problem.views[0])
    cells = LabelCells(problem, ordered.view)
    rule = ClassRule(problem, ordered.view)
    found = _search(cells, rule, schedule)
    if start is not None:
        levels, suppressed = ordered.into(start.levels), ordered.into(start.suppressed)
        found = combine(cells, rule, Draft(cells, levels, suppressed), found)
    left_out = failing(rule, found)[found.classes] | found.suppressed
    rows = int(cells.rows[left_out].sum())
    if rows > problem.allowed(ordered.view):
        raise infeasible(problem, [rows], is_top=True)
    return Recoding(ordered.view.name, ordered.back(found.levels), ordered.back(left_out))


def _search(cells: LabelCells, rule: ClassRule, schedule: Schedule | None) -> Draft:
    everyone = np.flatnonzero(cells.rows > 0)
    groups = peel(cells, rule, candidate_nodes(cells, everyone), everyone)
    groups = absorb(cells, rule, groups, everyone)
    placed = groups >= 0
    combos, groups = everyone[placed], renumbered(groups[placed])
    peeled = _draft(cells, combos, groups)
    if not combos.size:
        return peeled
    schedule = schedule or _schedule(int(groups.max()) + 1)
    annealed = _draft(cells, combos, anneal(cells, rule, groups, combos, schedule))
    return combine(cells, rule, peeled, annealed, CROWD)


def _draft(cells: LabelCells, combos: Int64, groups: Int64) -> Draft:
    """The draft that releases ``combos`` by groups and suppresses all others."""
    levels = np.broadcast_to(cells.high, (cells.size, len(cells.tables))).copy()
    levels[combos] = common_levels(cells, renumbered(groups), combos)
    suppressed = np.ones(cells.size, dtype=bool)
    suppressed[combos] = (levels[combos] > cells.high).any(axis=1)
    levels[suppressed] = cells.high
    return Draft(cells, levels, suppressed)


def _schedule(groups: int) -> Schedule:
    most = min(_MOST_SWEEPS, _FEWEST_SWEEPS + groups)
    return Schedule(min(most, max(_FEWEST_SWEEPS, _WORK // groups)))
