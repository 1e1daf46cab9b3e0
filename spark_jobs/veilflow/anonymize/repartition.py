"""The best way to divide a few combinations into two groups, for many such sets at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.label_cells import LabelCells

__all__ = ["MOST_MEMBERS", "Prices", "divide"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

MOST_MEMBERS = 11
"""All subsets of so many combinations are looked at: 2,048."""

_BLOCK = 2**22
_NOISE_STEPS = 4096
_NOISE_SCALE = 1024
_FORBIDDEN = 2**60

# Quantiles of the Gumbel distribution as whole numbers: the least of values with such noise is a
# draw from the Boltzmann distribution, and whole numbers are the same on every processor.
_GUMBEL = np.array(
    [
        round(-_NOISE_SCALE * math.log(-math.log((step + 0.5) / _NOISE_STEPS)))
        for step in range(_NOISE_STEPS)
    ],
    dtype=np.int64,
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


def divide(
    cells: LabelCells, people: Int64, sets: Int64, prices: Prices, random: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Which members of each set (a row of combinations) form its one group; the rest the other.

    The other group may be empty. Every division is looked at, so without noise the one found is
    the cheapest. Sets have at most ``MOST_MEMBERS`` members.
    """
    size = sets.shape[1]
    step = max(1, _BLOCK // (len(cells.tables) << size))
    chosen = np.empty(sets.shape, dtype=bool)
    for start in range(0, sets.shape[0], step):
        block = sets[start : start + step]
        value = _values(cells, people, block, prices)
        half = 1 << (size - 1)
        # Subsets with the last member, and each one's complement.
        total = value[half:] + value[:half][::-1]
        if prices.temperature:
            noise = _GUMBEL[random.integers(0, _NOISE_STEPS, total.shape, dtype=np.int16)]
            total -= noise * prices.temperature // _NOISE_SCALE
        best = total.argmin(axis=0) + half
        chosen[start : start + step] = (best[:, None] >> np.arange(size)) & 1
    return chosen


def _values(cells: LabelCells, people: Int64, sets: Int64, prices: Prices) -> Int64:
    """What every subset of every set costs as a group; shape (subsets, sets)."""
    rows = _subset_sums(cells.rows[sets].T)
    units = rows if people is cells.rows else _subset_sums(people[sets].T)
    value = _subset_costs(cells, sets) * rows + prices.crowd * rows * rows
    short = units < prices.least
    if prices.missing is None:
        value[short] = _FORBIDDEN
    else:
        value += short * (prices.least - units) * prices.missing
    value[0] = 0
    return value


def _subset_sums(values: Int64) -> Int64:
    """The sums over all subsets of the rows of ``values``; subset 5 is rows 0 and 2."""
    sums = np.zeros((1 << values.shape[0], values.shape[1]), dtype=np.int64)
    for member, value in enumerate(values):
        np.add(sums[: 1 << member], value, out=sums[1 << member : 2 << member])
    return sums


def _subset_costs(cells: LabelCells, sets: Int64) -> Int64:
    """What a row costs in each subset of each set, released at the subset's common labels.

    All common labels of a subset lie on one path from its last member to the root, where shares
    only grow. So the cost in a column is the largest cost of that member's label in common with
    each of the others.
    """
    count, size = sets.shape
    pairs = np.empty((len(cells.tables), size, size, count), dtype=np.int32)
    one = np.broadcast_to(sets.T[:, None, :], (size, size, count))
    other = np.broadcast_to(sets.T[None, :, :], (size, size, count))
    for column in range(len(cells.tables)):
        pairs[column] = cells.common_costs(column, one, other)
    costs = np.zeros((1 << size, count), dtype=np.int64)
    for last in range(size):
        largest = np.empty((len(cells.tables), 1 << last, count), dtype=np.int32)
        largest[:, 0] = pairs[:, last, last]
        for member in range(last):
            joined = pairs[:, last, member][:, None]
            half = 1 << member
            np.maximum(largest[:, :half], joined, out=largest[:, half : 2 * half])
        costs[1 << last : 2 << last] = largest.sum(axis=0, dtype=np.int32)
    return costs
