"""Diagnoses by ICD-10: code, category, block, chapter."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar

from veilflow.errors import PolicyError
from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.icd10_blocks import BLOCKS, CHAPTERS, RELEASE
from veilflow.hierarchy.protocol import ROOT, OnUnknown

__all__ = ["Icd10Hierarchy"]

_LEVELS = {
    "code": "the whole code",
    "category": "the category (three characters)",
    "block": f"the block of categories ({RELEASE})",
    "chapter": f"the chapter ({RELEASE})",
}
_CODE = re.compile(r"([A-Z][0-9][0-9AB])(?:\.?([0-9A-Z]{1,4}))?")
_BLOCK_STARTS = [block[:3] for block in BLOCKS]
_CHAPTER_STARTS = [start for start, _ in CHAPTERS]


@dataclass(frozen=True)
class Icd10Hierarchy(BuiltHierarchy[str]):
    """Labels such as E11.9, E11, E10-E14, E00-E90; ``steps`` are some of these, fine to coarse.

    Codes are read with or without their point, in either case, and written with it; marks at the
    end (the dagger's +, *, !) are dropped. National versions (ICD-10-CM, -GM) share nearly all
    categories; one that lies in none of WHO's blocks is a block of its own, inside its chapter.
    Whether a code exists is not checked: what has the form of one is placed.
    """

    steps: tuple[str, ...] = tuple(_LEVELS)
    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    _unplaced: ClassVar[str] = "are no ICD-10 codes by their form"
    _remedy: ClassVar[str] = "Clean them."

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        order = [step for step in _LEVELS if step in self.steps]
        if not order or list(self.steps) != order:
            raise PolicyError(
                "hierarchy: the levels of ICD-10 are some of code, category, block, chapter, in "
                "this order",
                remedy="Write them as in `icd10: [category, block, chapter]`.",
            )
        self._check_root()

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        return tuple((step, _LEVELS[step]) for step in self.steps)

    def _place(self, value: str) -> str | None:
        match = _CODE.fullmatch(value.strip().upper().rstrip("+*!#"))
        if match is None:
            return None
        return f"{match[1]}.{match[2]}" if match[2] else match[1]

    def _place_label(self, label: str) -> str:
        # The first category of a block lies in it, and the first of a chapter in that.
        return label.partition("-")[0]

    def _label(self, place: str, level: int) -> str:
        match self.steps[level]:
            case "code":
                return place
            case "category":
                return place[:3]
            case "block":
                return _block(place[:3])
            case _:
                return CHAPTERS[bisect_right(_CHAPTER_STARTS, place[:3]) - 1][1]


def _block(category: str) -> str:
    block = BLOCKS[max(bisect_right(_BLOCK_STARTS, category) - 1, 0)]
    return block if block[:3] <= category <= block[-3:] else category
