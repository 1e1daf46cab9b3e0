"""Which groups of combinations may be released as classes of their own."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.equivalence import Classes
from veilflow.anonymize.grouping import sums
from veilflow.anonymize.judging import ClassJudge
from veilflow.anonymize.models import DeltaPresence
from veilflow.anonymize.problem import Problem, UnitCounts, View
from veilflow.anonymize.sensitive import Lines
from veilflow.errors import PolicyError

__all__ = ["ClassRule"]

Bools = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_NO_PAIRS = np.zeros(0, dtype=np.int64)


class ClassRule:
    """Holds groups of a view's combinations to k and every model of the problem.

    A bound on the average risk is met by classes that each meet it, because a mean isn't above
    its largest term. Of a population table only people with a class's own combinations are
    counted: never too many, which is the safe side for k-map and for the upper bound of
    delta-presence; its lower bound is refused.

    ``least`` is the fewest units of a class. ``people`` has for each combination a number of
    units of which the sum over any group is never above the group's distinct units: a unit with
    several combinations is counted at the first of them. ``may_lend`` marks the combinations whose
    rows may be released in several classes: each row is another person's, who has no other row,
    and no model asks which of them are in a class.
    """

    def __init__(self, problem: Problem, view: View, may_lend: bool = True) -> None:
        if any(isinstance(model, DeltaPresence) and model.lower > 0 for model in problem.models):
            raise PolicyError(
                "local recoding can't keep the share of a population above a lower bound",
                remedy="Set `anonymize.delta_presence.lower` to 0, or `recoding: full_domain`.",
            )
        risk = problem.max_average_risk
        self._judge = ClassJudge(replace(problem, max_average_risk=None), view)
        self.least = max(self._judge.least, 1 if risk is None else math.ceil(1 / risk - 1e-9))
        self.people = _additive(view)
        self.counts_only = not problem.models
        self.may_lend = _may_lend(view) & (may_lend and self.counts_only)
        self._view = view
        self._lines = [_ByOwner(column.lines, view.rows.size) for column in view.sensitive]
        self._values = [column.values for column in view.sensitive]
        pairs = None if view.units is None else view.units
        self._pairs = None if pairs is None else _sorted_pairs(pairs, view.rows.size)

    def holds(self, combos: Int64, classes: Int64) -> Bools:
        """One answer a class: class ``c`` consists of the ``combos`` where ``classes`` is ``c``.

        Classes are numbered from 0, none is empty, and no combination occurs twice.
        """
        count = int(classes.max(initial=-1)) + 1
        holds = self._units(combos, classes, count) >= self.least
        if self.counts_only or not holds.any():
            return np.asarray(holds)
        number = np.cumsum(holds) - 1
        kept = holds[classes]
        judged = self._classes(combos[kept], number[classes[kept]], int(np.count_nonzero(holds)))
        holds[holds] = self._judge.judge(judged).released
        return np.asarray(holds)

    def _classes(self, combos: Int64, classes: Int64, count: int) -> Classes:
        view = self._view
        units = self._units(combos, classes, count)
        lines = tuple(
            by_owner.of(combos, classes).joined(np.arange(count), count, values)
            for by_owner, values in zip(self._lines, self._values, strict=True)
        )
        population = view.population
        if population is not None:
            population = sums(classes, population[combos], count)
        rows = sums(classes, view.rows[combos], count)
        return Classes((), rows, units, units, _NO_PAIRS, _NO_PAIRS, lines, population)

    def _units(self, combos: Int64, classes: Int64, count: int) -> Int64:
        """The distinct units of each class."""
        units = self._view.units
        if units is None:
            return sums(classes, self._view.rows[combos], count)
        found = sums(classes, units.single[combos], count)
        assert self._pairs is not None
        place, position = self._pairs.of(combos)
        if position.size:
            key = classes[place] * (int(units.pair_unit.max()) + 1) + units.pair_unit[position]
            key.sort()
            fresh = np.ones(key.size, dtype=bool)
            np.not_equal(key[1:], key[:-1], out=fresh[1:])
            found += np.bincount(key[fresh] // (int(units.pair_unit.max()) + 1), minlength=count)
        return found


class _Runs:
    """Where the entries of each combination are, in a list that has several of each."""

    def __init__(self, owner: Int64, combos: int) -> None:
        self._order = np.argsort(owner, kind="stable")
        self._first = np.searchsorted(owner[self._order], np.arange(combos + 1))

    def of(self, combos: Int64) -> tuple[Int64, Int64]:
        """For each entry of ``combos``: the place in ``combos`` of its owner, and its position."""
        first = self._first[combos]
        length = self._first[combos + 1] - first
        place = np.repeat(np.arange(combos.size), length)
        offset = np.arange(place.size) - np.repeat(np.cumsum(length) - length, length)
        return place, self._order[np.repeat(first, length) + offset]


class _ByOwner:
    """The values of one sensitive column, found by combination."""

    def __init__(self, lines: Lines, combos: int) -> None:
        self._lines = lines
        self._runs = _Runs(lines.owner, combos)
        self._pairs = _Runs(lines.pair_line, lines.owner.size)

    def of(self, combos: Int64, classes: Int64) -> Lines:
        """The lines of ``combos``, owned by their classes."""
        place, line = self._runs.of(combos)
        lines = self._lines
        owner, value = classes[place], lines.value[line]
        if not lines.pair_line.size:
            return Lines(owner, value, lines.single[line])
        pair, position = self._pairs.of(line)
        return Lines(owner, value, lines.single[line], pair, lines.pair_unit[position])


def _sorted_pairs(units: UnitCounts, combos: int) -> _Runs:
    return _Runs(np.asarray(units.pair_combo, dtype=np.int64), combos)


def _may_lend(view: View) -> Bools:
    if view.units is None:
        return np.ones(view.rows.size, dtype=bool)
    alone = np.array(view.units.single == view.rows)
    alone[view.units.pair_combo] = False
    return alone


def _additive(view: View) -> Int64:
    if view.units is None:
        return view.rows
    combo, unit = view.units.pair_combo, view.units.pair_unit
    order = np.lexsort((combo, unit))
    first = np.ones(order.size, dtype=bool)
    first[1:] = unit[order][1:] != unit[order][:-1]
    counted: Int64 = view.units.single + np.bincount(combo[order[first]], minlength=view.rows.size)
    return counted
