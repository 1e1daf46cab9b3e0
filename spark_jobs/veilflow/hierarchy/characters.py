"""Texts that lose their characters one by one, as in ARX's redaction-based hierarchies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from veilflow.errors import PolicyError
from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.protocol import ROOT, OnUnknown

__all__ = ["CharacterHierarchy"]

_LONGEST = 64


@dataclass(frozen=True)
class CharacterHierarchy(BuiltHierarchy[str]):
    """Level ``n`` replaces ``hide[n]`` of ``length`` characters by ``character``.

    ``start`` says from which end they go: "right" keeps the beginning (47123, 4712*, 471**), "left"
    the end. The first entry of ``hide`` may be 0, the text itself. From the first hidden character
    on every label has ``length`` characters: shorter texts count as padded at the end that goes
    first, of longer ones what is beyond ``length`` goes at once, so every text has a place and the
    length of a text doesn't show. Characters are Unicode code points as written.
    """

    length: int
    hide: tuple[int, ...] = ()
    start: Literal["right", "left"] = "right"
    character: str = "*"
    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    def __post_init__(self) -> None:
        if not 1 <= self.length <= _LONGEST:
            raise PolicyError(
                f"hierarchy: the length to redact is 1 to {_LONGEST} characters",
                remedy="Say how many characters the longest value has that matters.",
            )
        hide = tuple(self.hide) or tuple(range(self.length))
        object.__setattr__(self, "hide", hide)
        rising = all(a < b for a, b in zip(hide, hide[1:], strict=False))
        if not rising or hide[0] < 0 or hide[-1] >= self.length:
            raise PolicyError(
                "hierarchy: the numbers of hidden characters must rise and stay below the length",
                remedy="Write them as in `hide: [0, 2, 4]`; all hidden is the root.",
            )
        if len(self.character) != 1:
            raise PolicyError(
                "hierarchy: the redacting character must be one character",
                remedy="Use a single character such as *.",
            )
        self._check_root()

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        side = "last" if self.start == "right" else "first"
        return tuple(
            (f"{n} hidden", f"the {side} {n} of {self.length} characters hidden")
            if n else ("value", "the text itself")
            for n in self.hide
        )  # fmt: skip

    def _place(self, value: str) -> str:
        return value

    def _place_label(self, label: str) -> str:
        return label

    def _label(self, place: str, level: int) -> str:
        hidden = self.hide[level]
        if not hidden:
            return place
        kept = self.length - hidden
        if self.start == "right":
            return place[:kept].ljust(self.length, self.character)
        return place[-kept:].rjust(self.length, self.character)
