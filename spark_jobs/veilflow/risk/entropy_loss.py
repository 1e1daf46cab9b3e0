"""How many bits of the raw values the output no longer tells: non-uniform entropy.

A cell whose value ``v`` is released as a label ``g`` costs ``-log2(rows of v / rows under g)``:
what somebody still has to learn who knows how common the values under the label are. After Gionis
and Tassa, "k-Anonymization with Minimal Loss of Information" (IEEE TKDE 21(2), 2009), who count a
suppressed cell as a label that all rows are under.

ARX counts a suppressed cell in two steps, and so do we where the caller says which label it had:
first up to the label of its column's level, then from there up to the root, but among the
suppressed rows only. Given the root as its label, its cost is Gionis and Tassa's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError

__all__ = ["ValueLabels", "non_uniform_entropy", "share_of_entropy"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class ValueLabels:
    """One column: a line for each pair of a raw value and the label that some of its rows got.

    ``values`` and ``labels`` are ids, any whole numbers; ``released`` and ``suppressed`` the rows
    of the pair. ``under`` has, for each line, how many rows of the whole table lie under its label;
    without it the rows of the label's lines, which is right wherever every row of a value has the
    same label (full-domain generalisation). Null is a value like any other.
    """

    values: Ints
    labels: Ints
    released: Ints
    suppressed: Ints
    under: Ints | None = None

    def __post_init__(self) -> None:
        given = (self.values, self.labels, self.released, self.suppressed, self.under)
        arrays = [np.asarray(one) for one in given if one is not None]
        if any(one.shape != arrays[0].shape or one.ndim != 1 for one in arrays):
            raise UsageError("each line needs a value, a label and its rows")
        if any(one.size and one.dtype.kind not in "iu" for one in arrays):
            raise UsageError("values, labels and rows must be whole numbers")
        if any(one.size and one.min() < 0 for one in arrays[2:]):
            raise UsageError("rows can't be negative")
        if self.under is not None and np.any(self.under < self.released + self.suppressed):
            raise UsageError("fewer rows lie under a label than have it")

    @classmethod
    def of_one_level(cls, value_rows: Ints, label_of: Ints, released: Ints) -> ValueLabels:
        """A column whose values all have the label of one level.

        ``value_rows`` are the rows of each value, ``label_of`` its label, counting from 0, and
        ``released`` the released rows of each label. Which of a label's values the others were of
        makes no difference to the bits: they are taken from its values in turn.
        """
        left = _summed(label_of, value_rows) - released
        if np.any(left < 0):
            raise UsageError("more rows of a label are released than there are")
        order = np.argsort(label_of, kind="stable")
        running = np.cumsum(value_rows[order]) - value_rows[order]
        of_label = label_of[order]
        first = np.ones(of_label.size, dtype=np.bool_)
        first[1:] = of_label[1:] != of_label[:-1]
        before = running - np.maximum.accumulate(np.where(first, running, 0))
        gone = np.zeros_like(value_rows)
        gone[order] = np.clip(left[of_label] - before, 0, value_rows[order])
        return cls(np.arange(value_rows.size), label_of, value_rows - gone, gone)

    @property
    def rows(self) -> Ints:
        return self.released + self.suppressed

    @property
    def bits(self) -> float:
        """What the column lost, added up over all rows; 0 where every value is told."""
        rows = self.rows
        label = np.unique(self.labels, return_inverse=True)[1]
        under = _summed(label, rows)[label] if self.under is None else self.under
        lost = _bits(rows, _of_value(self.values, rows), under)
        gone = _summed(label, self.suppressed)
        return lost + _bits(gone, gone, np.full(gone.shape, gone.sum()))

    @property
    def all_bits(self) -> float:
        """What it would have lost had every cell been suppressed."""
        rows = self.rows
        return _bits(rows, _of_value(self.values, rows), np.full(rows.shape, rows.sum()))


def non_uniform_entropy(columns: Sequence[ValueLabels]) -> float:
    """The bits lost, added up over rows and columns. Smaller is better; 0 for exact data."""
    return float(sum(column.bits for column in columns))


def share_of_entropy(columns: Sequence[ValueLabels]) -> float:
    """The same as a share of the bits there were, the mean over columns; 0 where there were none.

    By ARX's two steps a column can lose more than it held, by what its suppressed rows differ from
    the rest; such a column counts as lost.
    """
    told = [column for column in columns if column.all_bits > 0]
    return sum(min(1.0, c.bits / c.all_bits) for c in told) / len(told) if told else 0.0


def _of_value(values: Ints, rows: Ints) -> Ints:
    value = np.unique(values, return_inverse=True)[1]
    return _summed(value, rows)[value]


def _summed(group: Ints, rows: Ints) -> Ints:
    total = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(total, group, rows)
    return total


def _bits(rows: Ints, part: Ints, whole: Ints) -> float:
    held = rows > 0
    return float((rows[held] * np.log2(whole[held] / part[held])).sum())
