"""Reproducible random draws, a block of rows at a time.

Every draw comes from a stream named by (seed, block, table), so a table can change how many numbers
it uses without moving another one, and a block is the same whatever number of rows was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "Choice",
    "chance",
    "either",
    "join",
    "numerals",
    "pool",
    "stream",
    "take",
    "with_blanks",
    "zipf",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def stream(seed: int, block: int, table: int) -> np.random.Generator:
    """A generator of its own for one table of one block."""
    sequence = np.random.SeedSequence(seed, spawn_key=(block, table))
    return np.random.Generator(np.random.PCG64(sequence))


def zipf(length: int, exponent: float) -> Floats:
    """Weights of ``length`` ranks falling as rank**-exponent."""
    return np.arange(1, length + 1, dtype=np.float64) ** -exponent


@dataclass(frozen=True)
class Choice:
    """Weighted choices, one set of weights a group; all groups are drawn from in one search.

    Groups lie one after another in ``cumulative``, group g between g and g + 1, so that looking up
    g + u for a uniform u answers for every row at once.
    """

    cumulative: Floats
    starts: Ints
    bases: Ints

    @classmethod
    def of(cls, groups: Sequence[Sequence[float] | Floats], *, shared: bool = False) -> Choice:
        """Choices within each of ``groups``.

        A draw is a position in all groups laid end to end, or, where the groups are weights over
        the ``shared`` same outcomes, a position among those outcomes.
        """
        weights = [np.asarray(group, dtype=np.float64) for group in groups]
        parts = [np.cumsum(weight) / weight.sum() + g for g, weight in enumerate(weights)]
        starts = np.cumsum([0, *(len(weight) for weight in weights[:-1])]).astype(np.int64)
        bases = np.zeros_like(starts) if shared else starts
        return cls(np.concatenate(parts), starts, bases)

    def draw(self, rng: np.random.Generator, groups: Ints) -> Ints:
        """One choice for each row, from the weights of the row's group."""
        # Just under one: g + u must not round up to the next group.
        uniform = rng.random(len(groups)) * (1 - 1e-9)
        found = np.searchsorted(self.cumulative, groups + uniform, side="right")
        return found.astype(np.int64) - self.starts[groups] + self.bases[groups]

    def draw_many(self, rng: np.random.Generator, rows: int) -> Ints:
        """``rows`` choices from the first group."""
        return self.draw(rng, np.zeros(rows, dtype=np.int64))


def chance(rng: np.random.Generator, rows: int, share: float) -> Bools:
    """True in about ``share`` of the rows."""
    return rng.random(rows) < share


def pool(*texts: str) -> pa.Array:
    """Strings to take from."""
    return pa.array(texts, pa.string())


def numerals(values: Ints, width: int) -> pa.Array:
    """Whole numbers from zero on, in at least ``width`` digits."""
    return pc.utf8_lpad(pa.array(values).cast(pa.string()), width, "0")


def take(texts: pa.Array, positions: Ints) -> pa.Array:
    """The strings of ``texts`` at ``positions``."""
    return texts.take(pa.array(positions))


def join(*pieces: pa.Array | str) -> pa.Array:
    """The pieces put together row by row; null where any of them is."""
    return pc.binary_join_element_wise(*pieces, "")


def either(condition: Bools, yes: pa.Array, no: pa.Array) -> pa.Array:
    """``yes`` in the rows where the condition holds, ``no`` elsewhere."""
    return pc.if_else(pa.array(condition), yes, no)


def with_blanks(rng: np.random.Generator, column: pa.Array, share: float) -> pa.Array:
    """``column`` with about ``share`` of its cells null."""
    return pc.if_else(pa.array(chance(rng, len(column), share)), None, column)
