"""The hierarchy of two levels: the value, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.protocol import ROOT, OnUnknown

__all__ = ["RedactHierarchy"]


@dataclass(frozen=True)
class RedactHierarchy(BuiltHierarchy[str]):
    """Level 0 is the value itself, level 1 the root; every string has a place."""

    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        return (("value", "the value itself"),)

    def _place(self, value: str) -> str:
        return value

    def _place_label(self, label: str) -> str:
        return label

    def _label(self, place: str, level: int) -> str:
        return place
