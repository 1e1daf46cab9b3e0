"""The labels of a column's distinct values: each value is generalised once, whoever counted it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.view_plan import QuasiColumn
from veilflow.errors import ReleaseRefused
from veilflow.hierarchy import HierarchyMismatch, HierarchyTable, materialize

__all__ = ["in_order", "materialised", "positions"]

Int32 = npt.NDArray[np.int32]


def in_order(values: Iterable[str | None]) -> list[str | None]:
    """Sorted, null last: what is made of them depends on no order in which they were found."""
    return sorted(values, key=_rank)


def materialised(
    columns: Sequence[QuasiColumn], values: Sequence[Sequence[str | None]]
) -> tuple[tuple[HierarchyTable, ...], list[Int32]]:
    """Each column's hierarchy over its distinct ``values``, and the level-0 code of each value.

    Raises ReleaseRefused if a hierarchy doesn't know some of the values.
    """
    labels = _generalised(columns, values)
    observed = [in_order(set(found)) for found in labels]
    lifts = [positions(found, seen) for found, seen in zip(labels, observed, strict=True)]
    each = zip(columns, observed, strict=True)
    return tuple(materialize(c.hierarchy, c.name, seen) for c, seen in each), lifts


def _rank(text: str | None) -> tuple[bool, str]:
    return text is None, text or ""


def _generalised(
    columns: Sequence[QuasiColumn], values: Sequence[Sequence[str | None]]
) -> list[list[str | None]]:
    """The level-0 label of each value. Every column that its hierarchy doesn't know is named."""
    labels: list[list[str | None]] = []
    unknown: list[str] = []
    remedies: dict[str, None] = {}
    for column, found in zip(columns, values, strict=True):
        try:
            labels.append(column.hierarchy.generalize(found, 0, column=column.name))
        except HierarchyMismatch as error:
            unknown.append(f"table {column.table}, {error.message}")
            remedies[error.remedy] = None
    if unknown:
        raise ReleaseRefused(unknown, remedy=" ".join([*remedies, "Then start a new run."]))
    return labels


def positions(labels: Sequence[str | None], distinct: Sequence[str | None]) -> Int32:
    """Where each label is among the distinct ones."""
    code_of = {label: code for code, label in enumerate(distinct)}
    return np.fromiter((code_of[label] for label in labels), np.int32, len(labels))
