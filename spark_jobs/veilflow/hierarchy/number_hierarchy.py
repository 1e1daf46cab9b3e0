"""What hierarchies of numbers share: which texts have a place, and what their labels begin with."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.numbers import as_number

__all__ = ["NumberHierarchy"]


class NumberHierarchy(BuiltHierarchy[Decimal]):
    """Base of hierarchies with labels "< 20", "[20, 35)", ">= 80" and plain numbers."""

    _unplaced: ClassVar[str] = "are no numbers that its hierarchy can read"
    _remedy: ClassVar[str] = (
        "Clean them (a missing number has to be null), or choose another hierarchy."
    )

    def _place(self, value: str) -> Decimal | None:
        return as_number(value)

    def _place_label(self, label: str) -> Decimal:
        if label.startswith("< "):
            # Any number below the lowest bound: they all share their labels.
            return Decimal(label[2:]) - 1
        return Decimal(label.removeprefix(">= ").lstrip("[").split(",")[0])
