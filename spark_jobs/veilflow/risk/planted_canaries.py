"""Rows that nobody has, planted into the training data to see whether they come out again.

A canary takes each of its values from another record, and of several such mixtures the least
probable one is taken, so that the row is improbable though its values are real. A few are planted
and many held back; which ones is chance, so a synthesizer that remembers nothing emits the one
kind as readily as the other. After N. Carlini et al., "The Secret Sharer: Evaluating and Testing
Unintended Memorization in Neural Networks" (2019), with the exact test of R. A. Fisher, "The
Design of Experiments" (1935), on the counts in place of their exposure.
"""

from __future__ import annotations

import hmac
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.cells import canonical_text, cell_values
from veilflow.risk.encoding import EncodedTable
from veilflow.risk.gower import nearest_rows
from veilflow.risk.intervals import MeasuredShare

__all__ = ["Canaries", "CanaryExposure", "CanaryHits", "canary_exposure", "draw_canaries"]

Columns = dict[str, list[object]]

# Keeps this use of the key apart from any other, and names the rule: another rule, other canaries.
_PURPOSE = b"veilflow/canaries/1\0"
_SHORTEST_KEY = 16
# So many draws for each canary wanted, before the table is found to have too few combinations.
_PATIENCE = 10
# Of so many mixtures the least probable one is a canary.
_MIXTURES = 8


@dataclass(frozen=True, eq=False, repr=False)
class Canaries:
    """Rows to plant among the training rows, and rows that no synthesizer may see."""

    planted: Columns
    held_back: Columns


@dataclass(frozen=True)
class CanaryHits:
    """How many canaries of each kind came out, and how often chance alone would have it so."""

    planted: int
    held_back: int
    p_value: float


@dataclass(frozen=True)
class CanaryExposure:
    """What came out: ``exact`` counts canaries that equal a synthetic row, ``near`` also those
    that are no further from one than a single differing column makes.

    ``smallest_detectable`` is how many planted canaries, coming out exactly, would be refused,
    given how many held back do; more than are planted means that none can be.
    """

    planted: int
    held_back: int
    exact: CanaryHits
    near: CanaryHits
    smallest_detectable: int
    error_rate: float

    @property
    def refused(self) -> bool:
        """More planted canaries came out than by chance; wrong with at most ``error_rate``."""
        return min(self.exact.p_value, self.near.p_value) <= self.error_rate / 2

    @property
    def found(self) -> MeasuredShare:
        """The share of planted canaries that came out exactly."""
        share = self.exact.planted / self.planted
        return MeasuredShare(share, self.planted, 1 - 2 * self.error_rate)


def draw_canaries(
    training: Mapping[str, Iterable[object]],
    key: bytes,
    *,
    planted: int = 100,
    held_back: int = 10_000,
) -> Canaries:
    """Rows that mix the values of ``training``, all different and none of them a record's.

    The same table and key give the same canaries again (HMAC-SHA-256), so that none is stored.
    The more are held back, the less must come out to prove a leak: they cost nothing. Leave out
    the column of privacy units, and columns whose values are keys to other tables.
    """
    if len(key) < _SHORTEST_KEY:
        raise UsageError(
            f"canaries need a key of at least {_SHORTEST_KEY} bytes",
            remedy="Derive one from the masking root key.",
        )
    if planted < 1 or held_back < 1:
        raise UsageError("at least one canary must be planted, and one held back")
    columns = {name: cell_values(cells) for name, cells in training.items()}
    if len({len(cells) for cells in columns.values()}) != 1 or not all(columns.values()):
        raise UsageError("canaries need a table with rows, and all columns of the same length")
    texts = [[canonical_text(cell) for cell in cells] for cells in columns.values()]
    taken = set(zip(*texts, strict=True))
    wanted = planted + held_back
    chosen: list[list[int]] = []
    surprisals = np.stack([_surprisals(column) for column in texts])
    for time in range(_PATIENCE * wanted):
        rows = _least_probable(surprisals, _draw(key, time, len(texts), len(texts[0])))
        mixed = tuple(column[row] for column, row in zip(texts, rows, strict=True))
        if mixed not in taken:
            taken.add(mixed)
            chosen.append(rows)
        if len(chosen) == wanted:
            break
    else:
        raise UsageError(
            "the table has too few combinations of values that no record has",
            remedy="Ask for fewer canaries, or for more columns.",
        )
    return Canaries(
        *(
            {
                name: [cells[rows[at]] for rows in part]
                for at, (name, cells) in enumerate(columns.items())
            }
            for part in (chosen[:planted], chosen[planted:])
        )
    )


def canary_exposure(
    synthetic: EncodedTable,
    planted: EncodedTable,
    held_back: EncodedTable,
    *,
    error_rate: float = 1e-3,
) -> CanaryExposure:
    """Whether more planted canaries came out than canaries that nobody saw.

    The three tables are encoded together, as others beside the training data, by which numbers are
    scaled. What isn't promised: a synthesizer may forget such odd rows and remember ordinary ones.
    """
    if not 0 < error_rate < 0.5:
        raise UsageError("the error rate must lie between 0 and 0.5")
    for name, table in (("synthetic", synthetic), ("planted", planted), ("held-back", held_back)):
        if not table.rows:
            raise UsageError(f"the {name} table has no rows: there is nothing to compare")
    made = {row.tobytes() for row in np.ascontiguousarray(synthetic.codes)}
    exact = [_equal_to_one_of(made, table) for table in (planted, held_back)]
    # A bit above one column's share, for rounding.
    most = (1 + 1e-6) / len(synthetic.columns)
    near = [
        equal | (nearest_rows(table, synthetic).first <= most)
        for equal, table in zip(exact, (planted, held_back), strict=True)
    ]
    sizes = planted.rows, held_back.rows
    exact_hits, near_hits = (_hits(int(a.sum()), int(b.sum()), *sizes) for a, b in (exact, near))
    return CanaryExposure(
        planted=planted.rows,
        held_back=held_back.rows,
        exact=exact_hits,
        near=near_hits,
        smallest_detectable=_smallest(exact_hits.held_back, *sizes, error_rate / 2),
        error_rate=error_rate,
    )


def _draw(key: bytes, time: int, columns: int, rows: int) -> npt.NDArray[np.int64]:
    """Row numbers, mixtures by columns; the bias of the remainder is below 2^-32."""
    digests = [
        hmac.digest(key, _PURPOSE + time.to_bytes(8, "big") + block.to_bytes(8, "big"), "sha256")
        for block in range(-(-_MIXTURES * columns // 4))
    ]
    numbers = np.frombuffer(b"".join(digests), dtype=">u8")[: _MIXTURES * columns]
    return (numbers % np.uint64(rows)).astype(np.int64).reshape(_MIXTURES, columns)


def _surprisals(column: list[str | None]) -> npt.NDArray[np.float64]:
    """For each cell -log of its value's share of the column."""
    counts = Counter(column)
    return -np.log(np.array([counts[cell] for cell in column]) / len(column))


def _least_probable(
    surprisals: npt.NDArray[np.float64], mixtures: npt.NDArray[np.int64]
) -> list[int]:
    """The mixture whose values are rarest together, as if columns were independent."""
    joint = surprisals[np.arange(mixtures.shape[1]), mixtures].sum(axis=1)
    rarest: list[int] = mixtures[int(joint.argmax())].tolist()
    return rarest


def _equal_to_one_of(made: set[bytes], table: EncodedTable) -> npt.NDArray[np.bool_]:
    codes = np.ascontiguousarray(table.codes)
    return np.fromiter((row.tobytes() in made for row in codes), np.bool_, table.rows)


def _hits(planted: int, held_back: int, all_planted: int, all_held_back: int) -> CanaryHits:
    p_value = _fisher(planted, held_back, all_planted, all_held_back)
    return CanaryHits(planted, held_back, p_value)


def _fisher(planted: int, held_back: int, all_planted: int, all_held_back: int) -> float:
    """The chance that of all found canaries so many or more are planted ones."""
    found, drawn = planted + held_back, all_planted + all_held_back
    ways = sum(
        math.comb(all_planted, hits) * math.comb(all_held_back, found - hits)
        for hits in range(planted, min(found, all_planted) + 1)
    )
    return ways / math.comb(drawn, found)


def _smallest(held_back: int, all_planted: int, all_held_back: int, error_rate: float) -> int:
    """The fewest planted canaries found that are refused: the p-value falls with their number."""
    low, high = 0, all_planted + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _fisher(middle, held_back, all_planted, all_held_back) <= error_rate:
            high = middle
        else:
            low = middle
    return high
