"""The error for values that a hierarchy can't place, without telling a single one of them."""

from __future__ import annotations

from veilflow.errors import SourceError

__all__ = ["HierarchyMismatch", "mismatch"]

_SMALL = 10


class HierarchyMismatch(SourceError):
    """Some values of a column have no place in the column's hierarchy."""


def mismatch(column: str, unknown: int, reason: str, remedy: str) -> HierarchyMismatch:
    """The error to raise for ``unknown`` distinct values; small counts are only told roughly.

    Raise it outside any ``except`` block: an active exception would hang on to the value in its
    context even where the traceback hides it.
    """
    count = f"{unknown:,}" if unknown >= _SMALL else f"fewer than {_SMALL}"
    where = f"column {column!r}" if column else "a column"
    return HierarchyMismatch(
        f"{where}: {count} distinct values {reason}.",
        remedy=f"{remedy} Or set `on_unknown: top` in the column's hierarchy, which generalises "
        "them to its root.",
    )
