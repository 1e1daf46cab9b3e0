"""How far the sensitive values of a class may differ from the table's: the t of t-closeness.

Definitions after Li, Li and Venkatasubramanian, "t-Closeness: Privacy Beyond k-Anonymity and
l-Diversity" (ICDE 2007): t is the largest earth mover's distance between the values of a class and
those of the whole table, the least work that turns one distribution into the other. What it costs
to move from one value to another, between 0 and 1, is the ground distance:

- ``equal``: 1 between any two values. The earth mover's distance is then the total variation.
- ``ordered``: the steps between their ranks / (values - 1). Ranks are those of the value ids among
  the values that somebody in the table holds; where null's id lies is where null stands.
- ``hierarchical``: the lowest level of a taxonomy at which they are the same / its height.

What the whole table tells (a disease that most of it has) isn't protected, and counts as known.
Rows that suppression removed are in no class; they are in the whole table where its counts are
given (``SensitiveCounts.whole``), as in ARX, and otherwise not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats, Ints, SensitiveCounts, whole_numbers

__all__ = ["Distance", "Taxonomy", "largest_t", "share_above_t"]

Distance = Literal["equal", "ordered", "hierarchical"]


@dataclass(frozen=True, eq=False, repr=False)
class Taxonomy:
    """A tree over the value ids 0, 1, 2...: ``codes[n][v]`` is the node of value ``v`` at level n.

    At level 0 each value is by itself, at the last all share the root; the levels between are
    nested. The height is the number of steps from level 0 to the root, also for a value that was
    joined with others on none of them.
    """

    codes: Sequence[Ints]

    def __post_init__(self) -> None:
        levels = tuple(whole_numbers(level, "a taxonomy's level") for level in self.codes)
        if len(levels) < 2 or len({level.size for level in levels}) != 1 or not levels[0].size:
            raise UsageError("a taxonomy needs two levels or more, each with a node for each value")
        levels = tuple(np.unique(level, return_inverse=True)[1] for level in levels)
        if levels[0].max() + 1 != levels[0].size or levels[-1].max() != 0:
            raise UsageError(
                "a taxonomy must keep all values apart at level 0 and join them all at its last",
                remedy="Add a root, or the values themselves, as a level.",
            )
        for below, above in zip(levels, levels[1:], strict=False):
            parent = np.zeros(below.max() + 1, dtype=np.int64)
            parent[below] = above
            if np.any(parent[below] != above):
                raise UsageError("values that one level of a taxonomy joins are apart above it")
        object.__setattr__(self, "codes", levels)

    @property
    def height(self) -> int:
        return len(self.codes) - 1

    def __repr__(self) -> str:
        return f"Taxonomy(values={self.codes[0].size}, height={self.height})"


def largest_t(
    table: SensitiveCounts, distance: Distance = "equal", *, taxonomy: Taxonomy | None = None
) -> float:
    """The largest distance of a class from the table: the table is t-close for t from it up.

    0 for a table without classes, and where one class is all there is; 1 where a class has no
    person. Exact fractions, rounded once, while (people of a class * people of the table * values)
    stays below 2**53; correct to about 1e-15 beyond.
    """
    return float(_t(table, distance, taxonomy).max(initial=0.0))


def share_above_t(
    table: SensitiveCounts,
    t: float,
    distance: Distance = "equal",
    *,
    taxonomy: Taxonomy | None = None,
) -> float:
    """The share of people in classes farther than ``t``, between 0 and 1, from the table."""
    if not 0 <= t <= 1:
        raise UsageError("t must be a number between 0 and 1")
    return table.people_share(_t(table, distance, taxonomy) > t)


def _t(table: SensitiveCounts, distance: Distance, taxonomy: Taxonomy | None) -> Floats:
    if (taxonomy is not None) != (distance == "hierarchical"):
        raise UsageError("the hierarchical distance needs a taxonomy, and no other takes one")
    if distance == "equal":
        work, steps = _excess(table, np.arange(table.value_count)), 1
    elif distance == "ordered":
        work, steps = _work_along_ranks(table), max(table.value_count - 1, 1)
    elif taxonomy is not None:
        work, steps = _work_along_tree(table, taxonomy), taxonomy.height
    else:
        raise UsageError("distance must be equal, ordered or hierarchical")
    most = table.class_totals * float(table.whole_total) * steps
    t: Floats = np.ones(most.shape)
    np.divide(work, most, out=t, where=most > 0)
    return t


def _excess(table: SensitiveCounts, of_value: Ints) -> Floats:
    """The part of each class's people that must change node, times the table's people.

    ``of_value`` has the node of each value. What a class has too much of, some other node has
    too little of, so nodes that don't occur in a class needn't be looked at.
    """
    nodes = of_value[table.values]
    width = int(of_value.max(initial=0)) + 1
    of_table = np.bincount(of_value, table.whole_counts, width)
    pairs, line = np.unique(table.classes * width + nodes, return_inverse=True)
    held = np.bincount(line, table.counts, pairs.size)
    classes, node = np.divmod(pairs, width)
    more = held * table.whole_total - of_table[node] * table.class_totals[classes]
    return np.bincount(classes, np.maximum(more, 0), table.class_count).astype(np.float64)


def _work_along_tree(table: SensitiveCounts, taxonomy: Taxonomy) -> Floats:
    """A move between two values passes one step up and one down for each level that parts them."""
    ids = table.value_ids
    if ids.size and (ids[0] < 0 or ids[-1] >= taxonomy.codes[0].size):
        raise UsageError(
            "values of the table are not in the taxonomy",
            remedy="Number values as the taxonomy does, null among them.",
        )
    work = np.zeros(table.class_count)
    for level in taxonomy.codes[:-1]:
        work += _excess(table, level[ids])
    return work


def _work_along_ranks(table: SensitiveCounts) -> Floats:
    """The sum over ranks of how far the cumulated counts of class and table are apart.

    Between two values of a class its own cumulated share stands still while the table's grows, so
    each such stretch is summed in closed form: time goes with the lines, not classes times values.
    """
    if not table.value_count:
        return np.zeros(table.class_count)
    of_table = np.cumsum(table.whole_counts.astype(np.float64))
    below = np.concatenate(([0.0], np.cumsum(of_table)))
    totals = table.class_totals[table.classes].astype(np.float64)
    first = np.concatenate(([True], table.classes[1:] != table.classes[:-1]))
    last = np.concatenate((first[1:], [True]))
    running = np.cumsum(table.counts)
    before = np.where(first, running - table.counts, 0)
    own = running - np.maximum.accumulate(before)
    start = table.values
    end = np.where(last, table.value_count, np.roll(table.values, -1))
    level = own * float(table.whole_total)
    # Up to `turn` the class is ahead of the table, from there the table is.
    turn = np.clip(np.searchsorted(of_table, level / totals, side="right"), start, end)
    work = level * (turn - start) - totals * (below[turn] - below[start])
    work += totals * (below[end] - below[turn]) - level * (end - turn)
    work += np.where(first, totals * below[start], 0.0)
    return table.per_class(work)
