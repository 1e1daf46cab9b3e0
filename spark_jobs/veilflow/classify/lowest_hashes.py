"""The distinct entries with the lowest hashes: the same few, however a column is split.

A bottom-k sketch (Cohen and Kaplan, PODC 2007): what is kept of several parts of a column, merged
in any order, is what would have been kept of the whole, and the kept entries are a draw without
replacement from the distinct ones. The hash is multilinear (Lemire and Kaser, 2014) with fixed
weights, finished by SplitMix64's mixer. It has no key: whoever writes the data can choose what is
kept, so nothing that has to be found may rest on it alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Hashes", "LowestHashes", "text_hashes"]

Hashes = npt.NDArray[np.uint64]

_LONGEST = 1 << 14
"""Bytes of one text that its hash depends on."""
_AT_ONCE = 1 << 21
_SEED = 0x9E3779B97F4A7C15


@dataclass(eq=False, repr=False)
class LowestHashes:
    """The distinct entries with the lowest hashes, at most ``size`` of them."""

    size: int
    hashes: Hashes = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    kept: npt.NDArray[Any] = field(default_factory=lambda: np.zeros(0, dtype=object))

    @property
    def is_full(self) -> bool:
        """Whether something has to go for whatever comes."""
        return self.hashes.size >= self.size

    def wanted(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Which of these would be kept, as far as one can say before they are added."""
        if not self.is_full:
            return np.ones(hashes.size, dtype=np.bool_)
        low: npt.NDArray[np.bool_] = hashes < self.hashes[-1]
        return low

    def add(self, hashes: Hashes, entries: npt.NDArray[Any]) -> None:
        """Take in entries and their hashes; equal hashes mean equal entries."""
        low = self.wanted(hashes)
        if not low.any():
            return
        both = np.concatenate([self.hashes, hashes[low]])
        distinct, first = np.unique(both, return_index=True)
        self.kept = np.concatenate([self.kept, entries[low]])[first][: self.size]
        self.hashes = distinct[: self.size]

    @property
    def distinct(self) -> int:
        """How many distinct entries there were: counted, or estimated from the lowest hashes.

        The estimate's relative standard error is about ``1 / sqrt(size)``.
        """
        if not self.is_full:
            return int(self.hashes.size)
        reached = (float(self.hashes[-1]) + 1) / 2.0**64
        return max(self.size, round((self.size - 1) / reached))


def text_hashes(texts: pa.Array) -> Hashes:
    """A hash of each text of an Arrow array of strings without nulls, in order.

    Texts that share their first 16,384 bytes and their length have the same hash.
    """
    lengths, starts, data = _layout(texts)
    found = np.zeros(lengths.size, dtype=np.uint64)
    used = np.minimum(lengths, _LONGEST)
    ends = np.cumsum(used)
    begin = 0
    while begin < lengths.size:
        done = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
        found[begin:end] = _multilinear(data, starts[begin:end], used[begin:end])
        begin = end
    return _mixed(found ^ (lengths.astype(np.uint64) * np.uint64(_SEED)))


def _layout(
    texts: pa.Array,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Each text's length in bytes, where it starts, and the bytes of all."""
    import pyarrow as pa

    if not pa.types.is_string(texts.type):
        texts = texts.cast(pa.string())
    _, offsets, data = texts.buffers()
    count = len(texts)
    if not count:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    edges = np.frombuffer(offsets, np.int32, count + 1, texts.offset * 4).astype(np.int64)
    raw = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return np.diff(edges), edges[:-1], raw


def _multilinear(
    data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> Hashes:
    filled = np.flatnonzero(lengths)
    found = np.zeros(lengths.size, dtype=np.uint64)
    if not filled.size:
        return found
    sizes = lengths[filled]
    firsts = np.cumsum(sizes) - sizes
    place = np.arange(int(sizes.sum())) - np.repeat(firsts, sizes)
    letters = data[np.repeat(starts[filled], sizes) + place].astype(np.uint64)
    letters += np.uint64(1)
    letters *= _weights()[place]
    found[filled] = np.add.reduceat(letters, firsts)
    return found


@cache
def _weights() -> Hashes:
    steps = np.arange(1, _LONGEST + 1, dtype=np.uint64) * np.uint64(_SEED)
    return _mixed(steps) | np.uint64(1)


def _mixed(numbers: Hashes) -> Hashes:
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = numbers ^ (numbers >> np.uint64(31))
    return mixed
