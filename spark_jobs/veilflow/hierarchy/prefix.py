"""Codes that mean more the further one reads: postcodes, ICD codes, area codes."""

from __future__ import annotations

from dataclasses import dataclass

from veilflow.errors import PolicyError
from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.protocol import ROOT, OnUnknown

__all__ = ["PrefixHierarchy"]


@dataclass(frozen=True)
class PrefixHierarchy(BuiltHierarchy[str]):
    """The first ``lengths[level]`` characters, padded with ``pad`` to ``lengths[0]``.

    Every string has a place: longer ones are cut already at level 0 (ZIP+4 becomes ZIP), shorter
    ones padded. Characters are Unicode code points as written: the same code in two spellings
    ("sw1a" and "SW1A") stays two labels. An empty ``pad`` leaves the prefix bare.
    """

    lengths: tuple[int, ...]
    pad: str = "*"
    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    def __post_init__(self) -> None:
        lengths = tuple(self.lengths)
        object.__setattr__(self, "lengths", lengths)
        falling = all(a > b for a, b in zip(lengths, lengths[1:], strict=False))
        if not lengths or lengths[-1] < 1 or not falling:
            raise PolicyError(
                "hierarchy: prefix lengths must be positive and fall from level to level",
                remedy="Write them as in `prefix: [5, 3, 2]`.",
            )
        if len(self.pad) > 1:
            raise PolicyError(
                "hierarchy: the padding must be one character or none",
                remedy="Use a single character such as *.",
            )
        self._check_root()

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        names = ["1 character" if n == 1 else f"{n} characters" for n in self.lengths]
        return tuple((name, f"the first {name}, the rest hidden") for name in names)

    def _place(self, value: str) -> str:
        return value[: self.lengths[0]]

    def _place_label(self, label: str) -> str:
        return label

    def _label(self, place: str, level: int) -> str:
        prefix = place[: self.lengths[level]]
        return prefix.ljust(self.lengths[0], self.pad) if self.pad else prefix
