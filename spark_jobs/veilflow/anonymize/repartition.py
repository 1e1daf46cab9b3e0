"""The best way to divide a few combinations into two groups, for many such sets at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.label_cells import LabelCells

__all__ = ["MOST_MEMBERS", "NOBODY", "Division", "Offers", "Prices", "divide"]

Bools = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

MOST_MEMBERS = 11
"""All subsets of so many combinations are looked at: 2,048."""

NOBODY = -1
"""In the place of a lender: there is none."""

_BLOCK = 2**22
_NOISE_STEPS = 4096
_NOISE_SCALE = 1024
_FORBIDDEN = 2**60

# Half the width is enough, and twice as fast, where sets have few rows: a group then costs less
# than 2**29.
_FEW_ROWS, _FEW_COLUMNS = 255, 30
_LARGEST_NARROW = 2**21
_FORBIDDEN_NARROW = 2**29

# Quantiles of the Gumbel distribution as whole numbers: the least of values with such noise is a
# draw from the Boltzmann distribution, and whole numbers are the same on every processor.
_GUMBEL = np.array(
    [
        round(-_NOISE_SCALE * math.log(-math.log((step + 0.5) / _NOISE_STEPS)))
        for step in range(_NOISE_STEPS)
    ],
    dtype=np.int32,
)


@dataclass(frozen=True)
class Prices:
    """What a division costs beside the shares of its cells, in the same unit (see LabelCells).

    ``crowd`` is for each row squared, which makes discernibility count. ``missing`` is for each
    unit that a group has fewer than ``least``; None forbids such groups. ``temperature`` is the
    scale of the noise on each division's cost.
    """

    least: int
    crowd: int
    missing: int | None = None
    temperature: int = 0


@dataclass(frozen=True, eq=False, repr=False)
class Offers:
    """Who would lend to each set: combinations, one row a set, and how many rows of each.

    A lender's rows are released at the lowest levels unless they are lent; ``saved`` is what a row
    of it costs there.
    """

    lender: Int64
    rows: Int64
    saved: Int64


@dataclass(frozen=True, eq=False, repr=False)
class Division:
    """``side`` says which members form the one group, one row a set; the rest form the other.

    ``lender`` has for the one group and the other whom it borrows from, and ``borrowed`` how many
    rows.
    """

    side: Bools
    lender: Int64
    borrowed: Int64


def divide(
    cells: LabelCells,
    people: Int64,
    sets: Int64,
    prices: Prices,
    random: np.random.Generator,
    offers: Offers | None = None,
) -> Division:
    """The cheapest division of each set (a row of combinations) into two groups, but for noise.

    The other group may be empty. Every division is looked at, so without noise the one found is
    the cheapest. A group that is short of units may borrow what is missing from one of those who
    offer it. Sets have at most ``MOST_MEMBERS`` members.
    """
    count, size = sets.shape
    step = max(1, _BLOCK // (len(cells.tables) << size))
    chosen = np.empty(count, dtype=np.int64)
    asked = np.full((count, 2), NOBODY, dtype=np.int64)
    half = 1 << (size - 1)
    for start in range(0, count, step):
        block = slice(start, start + step)
        value, offer = _values(cells, people, sets[block], prices, offers, block)
        # Subsets with the last member, and each one's complement.
        total = value[half:] + value[:half][::-1]
        if prices.temperature:
            noise = _GUMBEL[random.integers(0, _NOISE_STEPS, total.shape, dtype=np.int16)]
            total -= noise * prices.temperature // _NOISE_SCALE
        best = total.argmin(axis=0) + half
        chosen[block] = best
        if offer is not None:
            place = np.arange(best.size)
            asked[block, 0] = offer[best, place]
            asked[block, 1] = offer[2 * half - 1 - best, place]
    side = ((chosen[:, None] >> np.arange(size)) & 1).astype(bool)
    if offers is None:
        return Division(side, asked, np.zeros_like(asked))
    held = people[sets]
    one = np.where(side, held, 0).sum(axis=1)
    short = prices.least - np.stack([one, held.sum(axis=1) - one], axis=1)
    lender = np.take_along_axis(offers.lender, np.maximum(asked, 0), axis=1)
    borrows = asked != NOBODY
    return Division(side, np.where(borrows, lender, NOBODY), np.where(borrows, short, 0))


def _values(
    cells: LabelCells,
    people: Int64,
    sets: Int64,
    prices: Prices,
    offers: Offers | None,
    block: slice,
) -> tuple[Int64, Int8 | None]:
    """What every subset of every set costs as a group, and whose offer it takes, as positions.

    Shapes are (subsets, sets).
    """
    members = cells.rows[sets].T
    is_narrow = len(cells.tables) <= _FEW_COLUMNS and members.sum(axis=0).max() <= _FEW_ROWS
    kind = np.dtype(np.int32 if is_narrow else np.int64)
    rows = _subset_sums(members.astype(kind))
    units = rows if people is cells.rows else _subset_sums(people[sets].T.astype(kind))
    lenders = None if offers is None else offers.lender[block]
    costs, joined = _subset_costs(cells, sets, lenders, kind)
    crowd = kind.type(prices.crowd)
    value = costs * rows + crowd * rows * rows
    missing = prices.least - units
    short = missing > 0
    if prices.missing is None:
        value[short] = _FORBIDDEN_NARROW if is_narrow else _FORBIDDEN
    else:
        value += np.where(short, missing, 0) * prices.missing
    taken = None
    if offers is not None:
        taken = np.full(value.shape, NOBODY, dtype=np.int8)
        whole = rows + missing
        for place, joint in enumerate(joined):
            most = np.minimum(offers.rows[block, place], prices.least).astype(kind)
            saved = offers.saved[block, place].astype(kind)
            paid = joint * whole + crowd * whole * whole - saved * missing
            better = short & (missing <= most) & (paid < value)
            np.copyto(value, paid, where=better)
            taken[better] = place
        taken[0] = NOBODY
    value[0] = 0
    return value, taken


def _subset_sums(values: Int64) -> Int64:
    """The sums over all subsets of the rows of ``values``; subset 5 is rows 0 and 2."""
    sums = np.zeros((1 << values.shape[0], values.shape[1]), dtype=values.dtype)
    for member, value in enumerate(values):
        np.add(sums[: 1 << member], value, out=sums[1 << member : 2 << member])
    return sums


def _subset_costs(
    cells: LabelCells, sets: Int64, lenders: Int64 | None, kind: np.dtype[Any]
) -> tuple[Int64, list[Int64]]:
    """What a row costs in each subset of each set, released at the subset's common labels.

    And what it costs beside each of the set's lenders. All common labels of a subset lie on one
    path from its last member to the root, where shares only grow. So the cost in a column is the
    largest cost of that member's label in common with each of the others.
    """
    count, size = sets.shape
    pairs = _pair_costs(cells, sets, sets)
    others = 0 if lenders is None else lenders.shape[1]
    beside = None if lenders is None else _pair_costs(cells, sets, np.maximum(lenders, 0))
    costs = np.zeros((1 << size, count), dtype=kind)
    joined = [np.zeros_like(costs) for _ in range(others)]
    for last in range(size):
        largest = np.empty((len(cells.tables), 1 << last, count), dtype=np.int32)
        largest[:, 0] = pairs[:, last, last]
        for member in range(last):
            half = 1 << member
            np.maximum(
                largest[:, :half], pairs[:, last, member][:, None], out=largest[:, half : 2 * half]
            )
        costs[1 << last : 2 << last] = largest.sum(axis=0, dtype=np.int32)
        for place, joint in enumerate(joined):
            assert beside is not None
            both = np.maximum(largest, beside[:, last, place][:, None])
            joint[1 << last : 2 << last] = both.sum(axis=0, dtype=np.int32)
    if kind == np.int32:
        for each in (costs, *joined):
            np.minimum(each, _LARGEST_NARROW, out=each)
    return costs, joined


def _pair_costs(cells: LabelCells, sets: Int64, others: Int64) -> Int32:
    """What members of each set share with others; shape (columns, members, others, sets)."""
    shape = (sets.shape[1], others.shape[1], sets.shape[0])
    pairs = np.empty((len(cells.tables), *shape), dtype=np.int32)
    one = np.broadcast_to(sets.T[:, None, :], shape)
    other = np.broadcast_to(others.T[None, :, :], shape)
    for column in range(len(cells.tables)):
        pairs[column] = cells.common_costs(column, one, other)
    return pairs
