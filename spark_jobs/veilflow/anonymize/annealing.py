"""Groups that exchange members, pair by pair, until exchanges no longer pay."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.crossing import Partition, cross
from veilflow.anonymize.label_cells import SUPPRESSED_CELL, LabelCells
from veilflow.anonymize.lending import Lenders, Loans
from veilflow.anonymize.pairing import Orders, neighbours
from veilflow.anonymize.partition import Members, members_of, renumbered
from veilflow.anonymize.repartition import MOST_MEMBERS, NOBODY, Prices, divide

__all__ = ["CROWD", "Annealed", "Schedule", "anneal"]

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
    temperature: tuple[float, float] = (0.03, 0.005)
    missing: tuple[float, float] = (1.0, 8.0)
    strict: float = 0.15
    again: int = 0

    @property
    def rounds(self) -> list[Schedule]:
        """This schedule, then shorter ones that start from the best so far, less hot."""
        low = (self.temperature[1] * 3, self.temperature[1])
        short = (self.missing[1] / 4, self.missing[1])
        return [replace(self, again=0)] + [
            replace(self, sweeps=max(1, self.sweeps // 4), temperature=low, missing=short, again=0)
            for _ in range(self.again)
        ]

    def prices(self, sweep: int, least: int, may_miss: bool) -> Prices:
        """The prices of one sweep, the first being 0."""
        free = self.sweeps * (1 - self.strict)
        if sweep >= free:
            return Prices(least, CROWD)
        past = sweep / free
        temperature = round(SUPPRESSED_CELL * _between(*self.temperature, past))
        missing = round(SUPPRESSED_CELL * _between(*self.missing, past)) if may_miss else None
        return Prices(least, CROWD, missing, temperature)


@dataclass(frozen=True, eq=False, repr=False)
class Annealed:
    """A group for each combination, whom it borrows rows from, and how many the group borrows.

    ``lender`` is ``NOBODY`` where a group has enough of its own.
    """

    group: Int64
    lender: Int64
    borrowed: Int64


def anneal(
    cells: LabelCells, rule: ClassRule, groups: Int64, combos: Int64, schedule: Schedule
) -> Annealed:
    """A cheaper partition of ``combos`` than ``groups`` (one number for each of ``combos``).

    Groups that are short of units may borrow rows of a common combination, where the rule allows
    it (:mod:`veilflow.anonymize.lending`).

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
        lenders = Lenders(cells, rule) if rule.may_lend.any() else None
        self._loans = Loans(cells, rule, lenders) if lenders is not None and lenders.any else None

    def run(self) -> Annealed:
        self._split(Prices(self._rule.least, CROWD))
        best = self._partition()
        self._detach()
        for schedule in self._schedule.rounds:
            self._round(schedule)
            best = cross(self._cells, self._rule, best, self._partition(), CROWD)
            self._group = best.group.copy()
            if self._loans is not None:
                self._loans.lender = best.lender.copy()
        return self._result()

    def _detach(self) -> None:
        """Make every lender a group of its own; whoever is short then borrows or moves on."""
        if self._loans is not None:
            able = self._combos[self._loans.able[self._combos]]
            self._group[able] = int(self._group.max()) + 1 + np.arange(able.size)
            self._group[self._combos] = renumbered(self._group[self._combos])

    def _partition(self) -> Partition:
        lender = np.full_like(self._group, NOBODY) if self._loans is None else self._loans.lender
        return Partition(self._group.copy(), lender.copy())

    def _round(self, schedule: Schedule) -> None:
        for sweep in range(schedule.sweeps):
            prices = schedule.prices(sweep, self._rule.least, self._rule.counts_only)
            self._sweep(prices)
            if prices.missing is None and sweep % _SPLIT_EVERY == 0:
                self._split(Prices(self._rule.least, CROWD))
            elif prices.missing is not None and sweep % 2 == 0:
                self._split_once(prices, self._rule.least + 1)
        self._split(Prices(self._rule.least, CROWD))

    def _result(self) -> Annealed:
        group = self._group[self._combos]
        if self._loans is None:
            nothing = np.zeros_like(group)
            return Annealed(group, nothing + NOBODY, nothing)
        held = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
        np.add.at(held, group, self._rule.people[self._combos])
        lender = self._loans.lender[self._combos]
        borrowed = self._loans.needed(held[group], lender)
        return Annealed(group, np.where(borrowed > 0, lender, NOBODY), borrowed)

    def _members(self) -> Members:
        members = members_of(self._group[self._combos])
        return Members(self._combos[members.combos], members.first, members.count)

    def _sweep(self, prices: Prices) -> None:
        """Divide pairs of neighbouring groups anew."""
        members = self._members()
        is_open = members.count < MOST_MEMBERS
        if self._loans is not None:
            is_open &= ~self._loans.count(members, self._random)
        open_groups = np.flatnonzero(is_open)
        one, other = neighbours(self._cells, self._orders, members, open_groups, self._random)
        together = members.count[one] + members.count[other]
        for size in range(2, MOST_MEMBERS + 1):
            chosen = np.flatnonzero(together == size)
            if chosen.size:
                a, b = one[chosen], other[chosen]
                self._apply(members, _joined(members, a, b, size), a, b, prices)
        self._group[self._combos] = renumbered(self._group[self._combos])

    def _split(self, prices: Prices) -> None:
        """Divide groups that are large enough for two, until none gains by it."""
        self._chop()
        fewest = 2 * prices.least if self._loans is None else 0
        while self._split_once(prices, fewest):
            pass

    def _split_once(self, prices: Prices, fewest: int) -> bool:
        """Divide groups of so many people that gain by it; whether there now are more groups.

        Groups that are short of people may borrow instead.
        """
        members = self._members()
        if self._loans is not None:
            self._loans.count(members, None)
        people = members.sums(self._rule.people)
        large = people >= fewest
        if self._loans is not None:
            large |= people < prices.least
        fresh = members.size
        for size in range(1 if self._loans is not None else 2, MOST_MEMBERS + 1):
            chosen = np.flatnonzero(large & (members.count == size))
            if chosen.size:
                new = fresh + np.arange(chosen.size)
                self._apply(members, members.rectangle(chosen), chosen, new, prices)
                fresh += chosen.size
        self._group[self._combos] = renumbered(self._group[self._combos])
        return int(self._group.max(initial=-1)) + 1 > members.size

    def _apply(
        self, members: Members, sets: Int64, one: Int64, other: Int64, prices: Prices
    ) -> None:
        """Give the members of each set to the two groups beside it."""
        loans, random = self._loans, self._random
        offers = None if loans is None else loans.offers(members, one, other, random)
        found = divide(self._cells, self._rule.people, sets, prices, random, offers)
        side, before = found.side, self._group[sets]
        after = np.where(side, one[:, None], other[:, None])
        moved = np.ones(sets.shape[0], dtype=bool)
        if not self._rule.counts_only:
            # Which of the two groups keeps its number doesn't matter.
            same = (after == before).all(axis=1) | (after != before).all(axis=1)
            moved = ~same & self._held(sets, side)
        if loans is not None:
            moved &= loans.granted(found, one, other)
            lender = np.where(side, found.lender[:, :1], found.lender[:, 1:])
            loans.lender[sets[moved]] = lender[moved]
        self._group[sets[moved]] = after[moved]

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
