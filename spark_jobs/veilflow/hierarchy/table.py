"""A hierarchy applied to the values that occur: code arrays for the search, shares for the loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import PolicyError, UsageError
from veilflow.hierarchy.protocol import Hierarchy

__all__ = ["HierarchyTable", "materialize"]

LISTED = "values listed in the hierarchy"
OBSERVED = "distinct values observed at level 0"


@dataclass(frozen=True, eq=False, repr=False)
class HierarchyTable:
    """Per level: which label each level-0 label gets, and how many leaves lie under each label.

    ``codes[n][c]`` is the code at level ``n`` of level-0 code ``c``; ``labels[n][code]`` is the
    label; ``leaves[n][code]`` counts the leaves under it, of ``leaf_count`` in all. ``leaf_basis``
    says what a leaf is. Holds values of the data: keep it out of evidence (its repr is value-free).
    """

    column: str
    level_names: tuple[str, ...]
    labels: tuple[tuple[str | None, ...], ...]
    codes: tuple[npt.NDArray[np.int32], ...]
    leaves: tuple[npt.NDArray[np.int64], ...]
    leaf_count: int
    leaf_basis: str = LISTED

    def __post_init__(self) -> None:
        lengths = {len(self.level_names), len(self.labels), len(self.codes), len(self.leaves)}
        if len(lengths) != 1 or 0 in lengths:
            raise UsageError(f"column {self.column!r}: a table needs all parts for every level")
        if not np.array_equal(self.codes[0], np.arange(len(self.labels[0]))):
            raise UsageError(f"column {self.column!r}: level-0 codes must count from 0")
        for level in range(1, self.levels):
            if not (_nested(*self.codes[level - 1 : level + 1]) and self._grows(level)):
                raise PolicyError(
                    f"column {self.column!r}: values that one level joins are apart again above it",
                    remedy="Correct the hierarchy: each level must lie inside the next.",
                )
        for codes, leaves in zip(self.codes, self.leaves, strict=True):
            codes.flags.writeable = leaves.flags.writeable = False

    def _grows(self, level: int) -> bool:
        below, here = (self.leaves[n][self.codes[n]] for n in (level - 1, level))
        return bool(np.all(below <= here) and np.all(here <= self.leaf_count))

    @property
    def levels(self) -> int:
        return len(self.codes)

    def shares(self, level: int) -> npt.NDArray[np.float64]:
        """Per label of ``level`` the share of the hierarchy's leaves that lie under it."""
        return self.leaves[level] / max(self.leaf_count, 1)

    def share_by_label(self, level: int) -> dict[str | None, float]:
        """The same by label, for a judge who reads labels from the output."""
        return dict(zip(self.labels[level], self.shares(level).tolist(), strict=True))

    def share_by_any_label(self) -> dict[str | None, float]:
        """The same over all levels, for an output whose cells are at several.

        A label that stands at several levels has its largest share, so that what an output tells
        is never overstated.
        """
        shares: dict[str | None, float] = {}
        for level in range(self.levels):
            for label, share in self.share_by_label(level).items():
                shares[label] = max(share, shares.get(label, 0.0))
        return shares

    def __repr__(self) -> str:
        return f"HierarchyTable({self.column!r}, levels={self.level_names})"


def materialize(
    hierarchy: Hierarchy, column: str, level0_labels: Sequence[str | None]
) -> HierarchyTable:
    """The table of ``hierarchy`` for the distinct level-0 labels of a column; code = position.

    Leaves are the hierarchy's rows where it lists its values (as ARX counts them; null, which no
    list holds, counts as one leaf when its share is asked), and otherwise the distinct level-0
    labels given, null among them: then shares, and the loss made of them, compare only runs on
    the same data. The label of values that the policy sends to the root has share 1 at any level.
    """
    if len(set(level0_labels)) != len(level0_labels):
        raise UsageError(f"column {column!r}: level-0 labels must be distinct")
    labels: list[tuple[str | None, ...]] = []
    codes: list[npt.NDArray[np.int32]] = []
    leaves: list[npt.NDArray[np.int64]] = []
    total = _leaf_total(hierarchy, level0_labels)
    for level in range(hierarchy.levels):
        lifted = hierarchy.lift(level0_labels, level)
        code_of = {label: code for code, label in enumerate(dict.fromkeys(lifted))}
        labels.append(tuple(code_of))
        codes.append(np.fromiter((code_of[x] for x in lifted), np.int32, len(lifted)))
        counts = _leaves(hierarchy, level, lifted, code_of, total)
        if level:
            # A root's label given early, to values that the list lacks, keeps its share of 1 also
            # where the list uses the same label for a few values.
            np.maximum.at(counts, codes[level], leaves[-1][codes[-2]])
        leaves.append(counts)
    basis = LISTED if hierarchy.leaf_counts(0) is not None else OBSERVED
    return HierarchyTable(
        column, hierarchy.level_names, tuple(labels), tuple(codes), tuple(leaves), total, basis
    )


def _leaf_total(hierarchy: Hierarchy, level0_labels: Sequence[str | None]) -> int:
    listed = hierarchy.leaf_counts(0)
    return len(level0_labels) if listed is None else sum(listed.values())


def _leaves(
    hierarchy: Hierarchy,
    level: int,
    lifted: Sequence[str | None],
    code_of: dict[str | None, int],
    total: int,
) -> npt.NDArray[np.int64]:
    listed = hierarchy.leaf_counts(level)
    if listed is not None:
        # A label outside the list is the root's, given early to a value that the list lacks.
        counts = [1 if label is None else listed.get(label, total) for label in code_of]
    else:
        observed = Counter(lifted)
        root = hierarchy.root
        counts = [
            total if label is not None and label == root else observed[label] for label in code_of
        ]
    return np.array(counts, dtype=np.int64)


def _nested(lower: npt.NDArray[np.int32], upper: npt.NDArray[np.int32]) -> bool:
    """Whether equal codes below always have equal codes above."""
    if not lower.size:
        return True
    parent = np.zeros(int(lower.max()) + 1, dtype=np.int32)
    parent[lower] = upper
    return bool(np.array_equal(parent[lower], upper))
