"""How much of what a person labelled a detector finds, and how sure that is.

Spans of one note aren't independent: the same name recurs, one hand wrote it. So the interval is
that of Korn and Graubard ("Confidence intervals for proportions with small expected number of
positive counts estimated from survey data", 1998): Clopper-Pearson on the effective number of
spans, which is their number divided by the design effect of drawing notes and not spans (the
linearised variance of a ratio, clustered by note; Cochran, "Sampling Techniques", 1977, 6.3).
Where every span was found (or none) the design effect can't be estimated; then a note counts as
one trial, which is the most cautious choice. Fewer than two notes with spans prove nothing: [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from veilflow.errors import UsageError
from veilflow.risk.intervals import Interval, clopper_pearson_interval

__all__ = ["Recall", "RecallCounts", "cluster_recall"]


@dataclass(frozen=True)
class RecallCounts:
    """For each labelled text its (found, labelled) spans by type; ``notes`` counts texts without
    a span too, ``disagreeing`` those that two people labelled differently."""

    per_note: tuple[Mapping[str, tuple[int, int]], ...] = field(repr=False)
    notes: int
    labelled_by_two: int = 0
    disagreeing: int = 0
    missing: int = 0

    def recall(self, type_: str | None = None, confidence: float = 0.95) -> Recall:
        """The recall of all types together, or of one."""
        counted = []
        for note in self.per_note:
            chosen = [n for kind, n in note.items() if type_ is None or kind == type_]
            if sum(total for _, total in chosen):
                counted.append((sum(f for f, _ in chosen), sum(t for _, t in chosen)))
        return cluster_recall(counted, confidence)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that were labelled, by name."""
        return tuple(sorted({kind for note in self.per_note for kind in note}))


@dataclass(frozen=True)
class Recall:
    """The share of labelled spans that were found, and its confidence interval."""

    found: int
    labelled: int
    notes: int
    effective: int
    interval: Interval

    @property
    def share(self) -> float:
        """The estimate; 0 where nothing was labelled."""
        return self.found / self.labelled if self.labelled else 0.0


def cluster_recall(notes: Sequence[tuple[int, int]], confidence: float = 0.95) -> Recall:
    """The recall over notes given as (found, labelled); a note without a span doesn't count.

    >>> recall = cluster_recall([(2, 2)] * 73)
    >>> recall.share, round(recall.interval.low, 4)
    (1.0, 0.9507)
    """
    if any(not 0 <= found <= labelled for found, labelled in notes):
        raise UsageError("of a note at least 0 and at most all labelled spans can be found")
    counted = [(found, labelled) for found, labelled in notes if labelled]
    found, labelled = sum(f for f, _ in counted), sum(n for _, n in counted)
    size = _effective(counted, found, labelled)
    if size < 2:
        return Recall(found, labelled, len(counted), size, Interval(0.0, 1.0))
    # Rounded down: a smaller count of trials and of successes gives a lower lower limit.
    share = found / labelled
    interval = clopper_pearson_interval(math.floor(share * size), size, confidence)
    high = clopper_pearson_interval(math.ceil(share * size), size, confidence).high
    return Recall(found, labelled, len(counted), size, Interval(interval.low, high))


def _effective(notes: Sequence[tuple[int, int]], found: int, labelled: int) -> int:
    clusters = len(notes)
    if clusters < 2:
        return 0
    if found in (0, labelled):
        return clusters
    share = found / labelled
    spread = sum((f - share * n) ** 2 for f, n in notes)
    variance = clusters / (clusters - 1) * spread / labelled**2
    binomial = share * (1 - share) / labelled
    # Never more than there are spans: negative correlation isn't relied upon.
    return math.floor(labelled / max(1.0, variance / binomial))
