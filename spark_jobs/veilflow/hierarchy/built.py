"""What the rule-based hierarchies share: place a value once, then label the place at any level."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Generic, TypeVar

from veilflow.errors import PolicyError
from veilflow.hierarchy.mismatch import mismatch
from veilflow.hierarchy.protocol import ROOT_NAME, OnUnknown, check_level
from veilflow.hierarchy.sure_groups import FEW, Grouping, labels_by_group

__all__ = ["BuiltHierarchy"]

Place = TypeVar("Place")


class BuiltHierarchy(ABC, Generic[Place]):
    """Base of hierarchies whose labels are computed. Subclasses are frozen dataclasses.

    A subclass says how a source value is placed (None: it can't be), how a level-0 label is, and
    what a place is called at each level below the root.
    """

    root: str | None
    on_unknown: OnUnknown

    _unplaced: ClassVar[str] = "can't be placed"
    _remedy: ClassVar[str] = "Clean them."

    @abstractmethod
    def _place(self, value: str) -> Place | None: ...

    @abstractmethod
    def _place_label(self, label: str) -> Place: ...

    @abstractmethod
    def _label(self, place: Place, level: int) -> str: ...

    def _grouping(self, level: int) -> Grouping | None:
        """How numbers share labels at a level below the root, where many can be told at once."""
        return None

    @property
    @abstractmethod
    def _named(self) -> tuple[tuple[str, str], ...]:
        """Name and description of every level below the root."""

    def __getstate__(self) -> dict[str, Any]:
        # Only what the policy says: whatever was computed from it is computed again.
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def _check_root(self) -> None:
        if self.root is None and self.on_unknown == "top":
            raise PolicyError(
                "hierarchy: `on_unknown: top` needs a root",
                remedy="Keep the root, or refuse unknown values.",
            )

    @property
    def levels(self) -> int:
        return len(self._named) + (self.root is not None)

    @property
    def level_names(self) -> tuple[str, ...]:
        names = tuple(name for name, _ in self._named)
        return names if self.root is None else (*names, ROOT_NAME)

    def generalize(
        self, values: Sequence[str | None], level: int, *, column: str = ""
    ) -> list[str | None]:
        check_level(level, self.levels)
        top = level == len(self._named)
        nothing = self.root if top else None
        unknown: set[str] = set()

        def label(value: str) -> str | None:
            place = self._place(value)
            if place is None:
                unknown.add(value)
                return self.root
            return self.root if top else self._label(place, level)

        labels = None
        if len(values) > FEW and not top and (grouping := self._grouping(level)) is not None:
            labels = labels_by_group(values, grouping, label)
        if labels is None:
            labels = [nothing if value is None else label(value) for value in values]
        if unknown and self.on_unknown == "refuse":
            raise mismatch(column, len(unknown), self._unplaced, self._remedy)
        return labels

    def lift(self, labels: Sequence[str | None], level: int) -> list[str | None]:
        check_level(level, self.levels)
        if level == len(self._named):
            return [self.root] * len(labels)
        if level == 0:
            return list(labels)
        return [
            label if label is None or self._is_top(label)
            else self._label(self._place_label(label), level)
            for label in labels
        ]  # fmt: skip

    def _is_top(self, label: str) -> bool:
        """Whether a level-0 label is the root's, which unknown values take under "top"."""
        return self.on_unknown == "top" and label == self.root

    def leaf_counts(self, level: int) -> Mapping[str, int] | None:
        check_level(level, self.levels)
        return None

    def describe(self) -> str:
        lines = [f"{n} {name}: {what}" for n, (name, what) in enumerate(self._named)]
        if self.root is not None:
            lines.append(f"{len(lines)} {ROOT_NAME}: nothing: all values alike")
        return "\n".join(lines)
