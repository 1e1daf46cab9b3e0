"""Precision, recall and F1 of entity spans, by two rules of what counts as found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Counts", "Found", "score_spans"]

Found = tuple[int, int, str]
"""Start, end (exclusive) and type."""


@dataclass(frozen=True)
class Counts:
    """True and false positives, and misses, of one type by one rule."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was told that is right; 1 where nothing was told."""
        told = self.right + self.wrong
        return self.right / told if told else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was told; 1 where nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / both if both else 1.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        )


def score_spans(
    texts: Iterable[tuple[Sequence[Found], Sequence[Found]]], types: Sequence[str]
) -> Mapping[str, Mapping[str, Counts]]:
    """For ``exact`` and ``overlapping`` the counts of each type over (truth, found) pairs.

    Exact: same start, end and type. Overlapping: same type and at least one common character.
    Each true span is matched by at most one found span and the other way round, in order of
    position, so that two halves of a name count once as right and once as wrong. Found spans of
    other types count for nothing.
    """
    counts: dict[str, dict[str, Counts]] = {
        "exact": defaultdict(Counts),
        "overlapping": defaultdict(Counts),
    }
    for truth, found in texts:
        for kind in types:
            there = sorted({span for span in truth if span[2] == kind})
            told = sorted({span for span in found if span[2] == kind})
            for rule, totals in counts.items():
                totals[kind] += _counted(there, told, exact=rule == "exact")
    return counts


def _counted(there: Sequence[Found], told: Sequence[Found], *, exact: bool) -> Counts:
    left, right = list(there), 0
    for span in told:
        match = next((other for other in left if _fits(span, other, exact)), None)
        if match is not None:
            left.remove(match)
            right += 1
    return Counts(right, len(told) - right, len(left))


def _fits(one: Found, other: Found, exact: bool) -> bool:
    if exact:
        return one[:2] == other[:2]
    return one[0] < other[1] and other[0] < one[1]
