"""What every hierarchy offers, and the words they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

from veilflow.errors import UsageError

__all__ = ["ROOT", "ROOT_NAME", "Hierarchy", "OnUnknown", "check_level"]

ROOT = "*"
ROOT_NAME = "any"

OnUnknown = Literal["refuse", "top"]


@runtime_checkable
class Hierarchy(Protocol):
    """Labels for values at levels 0 (the least general the policy allows) to ``levels - 1``.

    Every hierarchy is nested: two values with the same label at a level share their labels at all
    higher levels, and ``generalize(values, n) == lift(generalize(values, 0), n)``.
    """

    @property
    def levels(self) -> int:
        """The number of levels, the root included."""

    @property
    def level_names(self) -> tuple[str, ...]:
        """One short name a level, for plans and reports."""

    @property
    def root(self) -> str | None:
        """The one label of the last level; None where the hierarchy doesn't end in one."""

    def generalize(
        self, values: Sequence[str | None], level: int, *, column: str = ""
    ) -> list[str | None]:
        """The label at ``level`` of each source value, in order.

        Null stays null below the root, where it becomes the root's label. A value that the
        hierarchy can't place raises :class:`~veilflow.hierarchy.HierarchyMismatch`, which names
        ``column``, or takes the root's label at every level where the policy says "top".
        """

    def lift(self, labels: Sequence[str | None], level: int) -> list[str | None]:
        """The label at ``level`` of each level-0 label; other strings are not promised to work."""

    def leaf_counts(self, level: int) -> Mapping[str, int] | None:
        """How many leaves lie under each label of ``level``, where the hierarchy lists its leaves.

        None from hierarchies that are rules rather than lists: their leaves are the distinct
        level-0 labels observed (see :func:`~veilflow.hierarchy.materialize`).
        """

    def describe(self) -> str:
        """One line a level, free of values, for ``veilflow plan``."""


def check_level(level: int, levels: int) -> None:
    """Refuse a level that the hierarchy doesn't have; negative ones would count from the end."""
    if not 0 <= level < levels:
        raise UsageError(
            f"level {level} doesn't exist", remedy=f"the hierarchy has levels 0 to {levels - 1}"
        )
