"""The nodes at which classes are looked for, cheapest first."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.pairing import Orders

__all__ = ["candidate_nodes"]

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_MOST_NODES = 8192
_DISTANCES = (1, 2, 4, 8)


def candidate_nodes(cells: LabelCells, combos: Int64) -> Int8:
    """All nodes within the bounds, if there are few enough; otherwise those where neighbours meet.

    Neighbours are combinations that are near each other in one of the lexicographic orders that
    start with a different column each. The levels at which most of them have common labels come
    first into the choice; the most general node is always in it. One row a node, ordered by what a
    row costs on average.
    """
    spans = [range(int(a), int(b) + 1) for a, b in zip(cells.low, cells.high, strict=True)]
    if math.prod(len(span) for span in spans) <= _MOST_NODES:
        nodes = np.array(list(itertools.product(*spans)), dtype=np.int8)
    else:
        nodes = np.concatenate([_meetings(cells, combos), cells.high[None]])
    costs = np.zeros(nodes.shape[0])
    for column, span in enumerate(spans):
        mean = np.zeros(int(cells.high[column]) + 1)
        for level in span:
            mean[level] = cells.mean_cost(column, level)
        costs += mean[nodes[:, column]]
    # The most general node is last whatever the rest costs: it releases what nothing else does.
    last = (nodes == cells.high).all(axis=1)
    return np.asarray(nodes[np.lexsort([*nodes.T[::-1], costs, last])])


def _meetings(cells: LabelCells, combos: Int64) -> Int8:
    ranks = [each[0] for each in Orders(cells).ranks]
    keys = [rank[cells.codes[combos, column]] for column, rank in enumerate(ranks)]
    found: dict[bytes, int] = {}
    for start in range(len(keys)):
        order = combos[np.lexsort([*keys[start + 1 :], *keys[: start + 1]])]
        for distance in _DISTANCES:
            one, other = order[:-distance], order[distance:]
            levels = np.stack(
                [cells.common_levels(c, one, other) for c in range(len(keys))], axis=1
            )
            levels = levels[(levels <= cells.high).all(axis=1)]
            nodes, times = np.unique(levels, axis=0, return_counts=True)
            for node, count in zip(nodes, times.tolist(), strict=True):
                found[node.tobytes()] = found.get(node.tobytes(), 0) + count
    best = sorted(found, key=lambda node: (-found[node], node))[:_MOST_NODES]
    return np.frombuffer(b"".join(best), dtype=np.int8).reshape(len(best), len(keys))
