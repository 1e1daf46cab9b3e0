"""Who stands alone on a few columns already: minimal sample uniques and the SUDA scores.

A *minimal sample unique* (MSU) of a person is a set of columns on which nobody else has the same
values, while on every smaller part of it somebody does. Someone with many MSUs, or small ones, is a
*special unique*: likelier than others to be alone in the population as well, and found by who knows
little. Definitions and scores after Elliot, Manning and Ford, "A Computational Algorithm for
Handling the Special Uniques Problem" (2002), and Manning, Haglin and Keane, "A Recursive Search
Algorithm for Statistical Disclosure Assessment" (Data Mining and Knowledge Discovery 16, 2008).

The MSUs found are those of SUDA2; they are found by one sort for each set of columns, over the
distinct combinations that no smaller set of the same branch has told apart, which suits NumPy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats, Ints, whole_from, whole_numbers

__all__ = ["MOST_COMBINATIONS", "SpecialUniques", "matching_probability", "special_uniques"]

Bools = npt.NDArray[np.bool_]
ColumnSet = tuple[int, ...]

# Beyond this the keys that are sorted don't fit in 64 bits.
MOST_COMBINATIONS = 1_000_000
# Cells looked at, combinations times sets of columns: about a tenth of a microsecond each, and what
# a set costs besides is worth a thousand of them.
_MOST_CELLS = 100_000_000
_CELLS_OF_A_SET = 1000


@dataclass(frozen=True, eq=False, repr=False)
class SpecialUniques:
    """What was found on sets of up to ``largest`` of ``columns`` columns; counts and shares alone.

    ``uniques`` combinations belong to one person, ``special`` of them also on fewer than all
    columns. ``by_size[n - 1]`` MSUs have n columns. ``contributions`` are, for each column, the
    share of all scores that MSUs with this column make: they add up to more than 1, since an MSU
    counts for each of its columns. ``scores`` has each combination's SUDA score, in the order
    given, 0 for who isn't alone on ``largest`` columns.
    """

    columns: int
    largest: int
    uniques: int
    special: int
    by_size: tuple[int, ...]
    contributions: tuple[float, ...]
    scores: Floats

    @property
    def minimal_uniques(self) -> int:
        return sum(self.by_size)

    @property
    def mean_size(self) -> float | None:
        """The mean number of columns of an MSU; None where there is none."""
        weighted = sum(size * n for size, n in enumerate(self.by_size, 1))
        return weighted / self.minimal_uniques if self.minimal_uniques else None

    def __repr__(self) -> str:
        return f"SpecialUniques(columns={self.columns}, largest={self.largest})"


def special_uniques(
    codes: Ints,
    people: Ints,
    *,
    holders: Ints | None = None,
    largest: int | None = None,
    most_cells: int = _MOST_CELLS,
) -> SpecialUniques:
    """The MSUs of up to ``largest`` columns in a table of distinct combinations.

    ``codes`` has a row for each combination and a column for each quasi-identifier: any whole
    numbers, equal where the values are; null is a value. ``people`` are the distinct people of each
    combination, from 1. ``holders`` names the person of a combination that has one, by any number
    from 0 (elsewhere it isn't looked at): who holds several combinations is alone on what they have
    in common. Without it each combination of one person is another person's.

    ``largest`` is all columns if not given; where that would be more than ``most_cells``, that is
    sets of columns times (combinations + 1,000), fewer are searched, and the result says so. One
    column always is. 10,000,000 take about a second.
    """
    codes, holder = _checked(codes, people, holders)
    combinations, columns = codes.shape
    wanted = columns if largest is None else min(whole_from(1, largest, "largest"), columns)
    search = _Search(codes, holder, _affordable(combinations, columns, wanted, most_cells))
    if np.any(holder):
        search.extend((), np.zeros(combinations, dtype=np.int64), np.arange(combinations))
    return SpecialUniques(
        columns=columns,
        largest=search.largest,
        uniques=int(np.count_nonzero(holder > 0)),
        special=int(np.count_nonzero(search.smallest < columns)),
        by_size=tuple(search.by_size),
        contributions=tuple(search.contributions()),
        scores=search.scores,
    )


def matching_probability(people: Ints, fraction: float) -> float:
    """How likely a match with who is alone in the sample is right: the data intrusion simulation.

    Skinner and Elliot, "A Measure of Disclosure Risk for Microdata" (JRSS B 64(4), 2002): with U
    classes of one and P of two people, ``f * U / (f * U + 2 * (1 - f) * P)``. 0 if nobody is alone.
    """
    if not 0 < fraction <= 1:
        raise UsageError("the sampling fraction must be above 0 and not above 1")
    single, double = int(np.count_nonzero(people == 1)), int(np.count_nonzero(people == 2))
    right = fraction * single
    return right / (right + 2 * (1 - fraction) * double) if single else 0.0


def _checked(codes: Ints, people: Ints, holders: Ints | None) -> tuple[Ints, Ints]:
    """Codes counting from 0 in each column, and a number from 1 for each lone holder, else 0."""
    codes, people = np.asarray(codes), whole_numbers(people, "people")
    if codes.ndim != 2 or codes.shape[0] != people.size or not codes.shape[1]:
        raise UsageError("each combination needs its codes, one a column, and its people")
    if codes.size and codes.dtype.kind not in "iu":
        raise UsageError("codes must be whole numbers")
    if people.size > MOST_COMBINATIONS or np.any(people < 1):
        raise UsageError(
            f"special uniques are looked for in up to {MOST_COMBINATIONS:,} combinations, each "
            "with people"
        )
    alone = people == 1
    named = np.arange(people.size) if holders is None else whole_numbers(holders, "holders")
    if named.shape != people.shape or np.any(named[alone] < 0):
        raise UsageError("holders needs a number from 0 for each combination of one person")
    holder = np.zeros(people.size, dtype=np.int64)
    holder[alone] = np.unique(named[alone], return_inverse=True)[1] + 1
    compact = [np.unique(codes[:, at], return_inverse=True)[1] for at in range(codes.shape[1])]
    return np.stack(compact, axis=1).astype(np.int64), holder


def _affordable(combinations: int, columns: int, wanted: int, most_cells: int) -> int:
    sets, largest = columns, 1
    while largest < wanted:
        sets += math.comb(columns, largest + 1)
        if sets * (combinations + _CELLS_OF_A_SET) > most_cells:
            break
        largest += 1
    return largest


class _Search:
    """Goes through the sets of columns so that each comes after all of its parts."""

    def __init__(self, codes: Ints, holder: Ints, largest: int) -> None:
        self.codes, self.holder, self.largest = codes, holder, largest
        columns = codes.shape[1]
        self.by_size = [0] * largest
        self.scores = np.zeros(holder.size)
        self.smallest = np.full(holder.size, columns)
        self._by_column = [0.0] * columns
        self._total = 0.0
        # Only who is alone at last can be alone on a part: the others need no place here.
        self._place = np.cumsum(holder > 0) - 1
        self._alone: dict[ColumnSet, Bools] = {}
        self._width = int(holder.max(initial=0)) + 1
        self._cards = codes.max(axis=0, initial=0) + 1

    def contributions(self) -> list[float]:
        return [one / self._total if self._total else 0.0 for one in self._by_column]

    def extend(self, columns: ColumnSet, ids: Ints, rows: Ints) -> None:
        """Every set that adds columns behind the last of ``columns``.

        ``rows`` are the combinations that ``columns`` leave with others, ``ids`` their classes.
        """
        first = columns[-1] + 1 if columns else 0
        for column in reversed(range(first, self.codes.shape[1])):
            self._look(columns, column, ids, rows)

    def _look(self, part: ColumnSet, column: int, ids: Ints, rows: Ints) -> None:
        columns = (*part, column)
        classes = ids * self._cards[column] + self.codes[rows, column]
        keys = classes * self._width + self.holder[rows]
        order = np.argsort(keys)
        keys, sorted_rows = keys[order], rows[order]
        class_of, holder = np.divmod(keys, self._width)
        starts = np.flatnonzero(np.concatenate(([True], class_of[1:] != class_of[:-1])))
        sizes = np.diff(np.concatenate((starts, [keys.size])))
        # Holders are sorted inside a class, and 0 stands for several people.
        lone = (holder[starts] > 0) & (holder[starts] == holder[starts + sizes - 1])
        alone = np.repeat(lone, sizes)
        self._remember(columns, sorted_rows[alone])
        self._count(columns, starts[lone], sizes[lone], sorted_rows)
        if len(columns) < self.largest and not alone.all():
            number = np.repeat(np.arange(starts.size), sizes)
            self.extend(columns, number[~alone], sorted_rows[~alone])

    def _remember(self, columns: ColumnSet, rows: Ints) -> None:
        if len(columns) > 1 and columns[:-1] in self._alone:
            found = self._alone[columns[:-1]].copy()
        else:
            found = np.zeros(int(self._place[-1]) + 1, dtype=bool)
        found[self._place[rows]] = True
        self._alone[columns] = found

    def _count(self, columns: ColumnSet, starts: Ints, sizes: Ints, rows: Ints) -> None:
        """The classes that are one person's, and on no part of the columns are."""
        minimal = np.ones(starts.size, dtype=bool)
        places = self._place[rows[starts]]
        if len(columns) > 1:
            for left_out in range(len(columns)):
                part = self._alone.get(columns[:left_out] + columns[left_out + 1 :])
                # A set that wasn't reached: all of a part of it are alone, so these are too.
                minimal &= False if part is None else ~part[places]
        found = int(np.count_nonzero(minimal))
        if not found:
            return
        size = len(columns)
        score = self._score(size)
        self.by_size[size - 1] += found
        self._total += found * score
        for column in columns:
            self._by_column[column] += found * score
        starts, sizes = starts[minimal], sizes[minimal]
        offsets = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        held = rows[np.repeat(starts, sizes) + offsets]
        self.scores[held] += score
        self.smallest[held] = np.minimum(self.smallest[held], size)

    def _score(self, size: int) -> float:
        """How many chains of sets lead from an MSU of ``size`` columns to the largest searched."""
        columns = self.codes.shape[1]
        return float(math.prod(range(columns - min(self.largest, columns - 1), columns - size + 1)))
