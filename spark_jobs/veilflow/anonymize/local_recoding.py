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
from veilflow.anonymize.lots import SplitView, split
from veilflow.anonymize.ordered_view import OrderedView
from veilflow.anonymize.partition import common_levels, renumbered
from veilflow.anonymize.peeling import absorb, peel
from veilflow.anonymize.priced_partition import priced_partition
from veilflow.anonymize.problem import Problem, View
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.refusal import check_units, infeasible
from veilflow.errors import PolicyError

__all__ = ["Schedule", "recode_locally"]

Int64 = npt.NDArray[np.int64]

_MOST_SWEEPS = 240
_ROUNDS_AGAIN = 2
_FEWEST_SWEEPS = 20
_WORK = 1_500_000


def recode_locally(
    problem: Problem,
    start: Recoding | None = None,
    schedule: Schedule | None = None,
    may_lend: bool = True,
) -> Recoding:
    """A recoding of the problem's only view whose classes all hold k units and every model.

    A class is what the output shows: all combinations with equal labels, from whatever levels. All
    rows of a combination are treated alike, but for those that it lends (``may_lend``). Nothing is
    suppressed unless the bounds on levels or the models leave no class for it, and then no more
    than the problem allows; otherwise raises ReleaseRefused. With ``start``, a recoding that meets
    the problem, the result has no less granularity. The default ``schedule`` does less where there
    are many combinations, so that time and memory grow with their number.

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
    rule = ClassRule(problem, ordered.view, may_lend)
    lots, found = _search(problem, ordered.view, cells, rule, schedule)
    if lots.combo.size > cells.size:
        cells, rule = LabelCells(problem, lots.view), ClassRule(problem, lots.view)
    if start is not None:
        levels, suppressed = ordered.into(start.levels), ordered.into(start.suppressed)
        sound = Draft(cells, levels[lots.combo], suppressed[lots.combo])
        found = combine(cells, rule, sound, found)
    left_out = failing(rule, found)[found.classes] | found.suppressed
    rows = int(cells.rows[left_out].sum())
    if rows > problem.allowed(ordered.view):
        raise infeasible(problem, [rows], is_top=True)
    whole = slice(0, ordered.view.rows.size)
    return Recoding(
        ordered.view.name,
        ordered.back(found.levels[whole]),
        ordered.back(left_out[whole]),
        lots.lent(found.levels, ordered.order),
    )


def _search(
    problem: Problem, view: View, cells: LabelCells, rule: ClassRule, schedule: Schedule | None
) -> tuple[SplitView, Draft]:
    everyone = np.flatnonzero(cells.rows > 0)
    nodes = candidate_nodes(cells, everyone)
    peeled = absorb(cells, rule, peel(cells, rule, nodes, everyone), everyone)
    placed = np.flatnonzero(peeled >= 0)
    if not placed.size:
        every = np.arange(view.rows.size)
        return SplitView(view, every, every), _draft(cells, everyone[placed], peeled[placed])
    groups = priced_partition(cells, rule, nodes, everyone, peeled)
    combos, groups, peeled = everyone[placed], groups[placed], peeled[placed]
    schedule = schedule or _schedule(int(groups.max()) + 1)
    lots = split(view, combos, anneal(cells, rule, groups, combos, schedule))
    before = np.full(cells.size, -1, dtype=np.int64)
    before[combos] = peeled
    before = before[lots.combo]
    if lots.combo.size > cells.size:
        cells, rule = LabelCells(problem, lots.view), ClassRule(problem, lots.view)
    there = np.flatnonzero(lots.group >= 0)
    sound, annealed = (_draft(cells, there, one[there]) for one in (before, lots.group))
    return lots, combine(cells, rule, sound, annealed, CROWD)


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
    sweeps = min(most, max(_FEWEST_SWEEPS, _WORK // groups))
    return Schedule(sweeps, again=_ROUNDS_AGAIN)
