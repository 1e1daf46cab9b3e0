"""Groups that exchange members, pair by pair, until exchanges no longer pay."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.label_cells import SUPPRESSED_CELL, LabelCells
from veilflow.anonymize.pairing import Orders, neighbours
from veilflow.anonymize.partition import Members, members_of, renumbered
from veilflow.anonymize.repartition import MOST_MEMBERS, Prices, divide

__all__ = ["CROWD", "Schedule", "anneal"]

Int64 = npt.NDArray[np.int64]

CROWD = SUPPRESSED_CELL // 250
"""Price of a row squared: 250 fewer in discernibility are worth one cell suppressed."""

_SPLIT_EVERY = 10


@dataclass(frozen=True)
class Schedule:
    """How long to anneal, from where to where, in cells' worth; ``seed`` fixes every chance.

    First groups may be smaller than they must be, at a price for each unit that is missing, and
    exchanges may cost something, by chance. Both tighten geometrically; the last sweeps only
    accept what gains and holds.
    """

    sweeps: int
    seed: int = 0
    temperature: tuple[float, float] = (0.06, 0.008)
    missing: tuple[float, float] = (1.0, 5.0)
    strict: float = 0.15

    def prices(self, sweep: int, least: int, may_miss: bool) -> Prices:
        """The prices of one sweep, the first being 0."""
        free = self.sweeps * (1 - self.strict)
        if sweep >= free:
            return Prices(least, CROWD)
        past = sweep / free
        temperature = round(SUPPRESSED_CELL * _between(*self.temperature, past))
        missing = round(SUPPRESSED_CELL * _between(*self.missing, past)) if may_miss else None
        return Prices(least, CROWD, missing, temperature)


def anneal(
    cells: LabelCells, rule: ClassRule, groups: Int64, combos: Int64, schedule: Schedule
) -> Int64:
    """A cheaper partition of ``combos`` than ``groups`` (one number for each of ``combos``).

    Simulated annealing (Kirkpatrick et al. 1983) whose moves divide the members of two groups
    anew, each division being drawn among all with its Boltzmann probability. Where the problem
    asks for more than a number of units, every group holds all the time. Otherwise groups may
    fall short while annealing, and nothing promises that all hold in the end.
    """
    return _Annealing(cells, rule, groups, combos, schedule).run()


class _Annealing:
    def __init__(
        self,
        cells: LabelCells,
        rule: ClassRule,
        groups: Int64,
        combos: Int64,
        schedule: Schedule,
    ) -> None:
        self._cells, self._rule, self._schedule = cells, rule, schedule
        # Whatever isn't among ``combos`` stays in a group of its own that no pair has.
        self._combos = combos
        self._group = np.full(cells.size, -1, dtype=np.int64)
        self._group[combos] = renumbered(groups)
        self._orders = Orders(cells)
        self._random = np.random.default_rng(schedule.seed)

    def run(self) -> Int64:
        self._split(Prices(self._rule.least, CROWD))
        for sweep in range(self._schedule.sweeps):
            prices = self._schedule.prices(sweep, self._rule.least, self._rule.counts_only)
            self._sweep(prices)
            if prices.missing is None and sweep % _SPLIT_EVERY == 0:
                self._split(Prices(self._rule.least, CROWD))
        self._split(Prices(self._rule.least, CROWD))
        return self._group[self._combos]

    def _members(self) -> Members:
        members = members_of(self._group[self._combos])
        return Members(self._combos[members.combos], members.first, members.count)

    def _sweep(self, prices: Prices) -> None:
        """Divide pairs of neighbouring groups anew."""
        members = self._members()
        open_groups = np.flatnonzero(members.count < MOST_MEMBERS)
        one, other = neighbours(self._cells, self._orders, members, open_groups, self._random)
        together = members.count[one] + members.count[other]
        for size in range(2, MOST_MEMBERS + 1):
            chosen = np.flatnonzero(together == size)
            if chosen.size:
                a, b = one[chosen], other[chosen]
                self._apply(_joined(members, a, b, size), a, b, prices)
        self._group[self._combos] = renumbered(self._group[self._combos])

    def _split(self, prices: Prices) -> None:
        """Divide groups that are large enough for two, until none gains by it."""
        self._chop()
        while True:
            members = self._members()
            people = members.sums(self._rule.people)
            large = (people >= 2 * prices.least) & (members.count > 1)
            changed = False
            for size in range(2, MOST_MEMBERS + 1):
                chosen = np.flatnonzero(large & (members.count == size))
                if chosen.size:
                    fresh = int(self._group.max()) + 1 + np.arange(chosen.size)
                    sets = members.rectangle(chosen)
                    changed |= self._apply(sets, chosen, fresh, prices)
            self._group[self._combos] = renumbered(self._group[self._combos])
            if not changed:
                return

    def _apply(self, sets: Int64, one: Int64, other: Int64, prices: Prices) -> bool:
        """Give the members of each set to the two groups beside it; whether any changed."""
        side = divide(self._cells, self._rule.people, sets, prices, self._random)
        before = self._group[sets]
        after = np.where(side, one[:, None], other[:, None])
        # Which of the two groups keeps its number doesn't matter.
        same = (after == before).all(axis=1) | (after != before).all(axis=1)
        if not self._rule.counts_only:
            same |= ~self._held(sets, side)
        moved = ~same
        self._group[sets[moved]] = after[moved]
        return bool(moved.any())

    def _held(self, sets: Int64, side: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Whether both groups that each set was divided into satisfy the rule."""
        number = 2 * np.arange(sets.shape[0])[:, None] + side
        used, classes = np.unique(number, return_inverse=True)
        failed = used[~self._rule.holds(sets.ravel(), classes.ravel())] // 2
        held = np.ones(sets.shape[0], dtype=bool)
        held[failed] = False
        return held

    def _chop(self) -> None:
        """Cut groups with too many members for :func:`divide` into pieces that hold.

        Members are in the order of their values, so pieces are of like values; and where they
        aren't more specific than the whole, an output shows them as one class all the same.
        """
        members = self._members()
        least, people = self._rule.least, self._rule.people
        fresh = int(self._group.max()) + 1
        for group in np.flatnonzero(members.count >= MOST_MEMBERS).tolist():
            first = members.first[group]
            combos = members.combos[first : first + members.count[group]]
            piece = _pieces(people[combos].tolist(), least)
            if piece[-1] and self._rule.holds(combos, piece).all():
                self._group[combos] = np.where(piece > 0, fresh + piece, group)
                fresh += int(piece[-1]) + 1
        self._group[self._combos] = renumbered(self._group[self._combos])


def _pieces(people: list[int], least: int) -> Int64:
    """A number for each member: runs of as few members as have ``least`` people."""
    number, held, left = 0, 0, sum(people)
    pieces = []
    for count in people:
        pieces.append(number)
        held += count
        left -= count
        if held >= least and left >= least:
            number, held = number + 1, 0
    return np.array(pieces, dtype=np.int64)


def _joined(members: Members, one: Int64, other: Int64, size: int) -> Int64:
    """The members of each pair of groups, one row a pair."""
    place = np.arange(size)
    ahead = members.count[one][:, None]
    first = members.first[one][:, None] + place
    second = members.first[other][:, None] + place - ahead
    return members.combos[np.where(place < ahead, first, second)]


def _between(start: float, end: float, past: float) -> float:
    return start * math.exp(past * math.log(end / start))
