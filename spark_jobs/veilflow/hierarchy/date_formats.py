"""Which date formats a column's texts need, besides ISO, and which levels they can tell."""

from __future__ import annotations

from collections.abc import Sequence

from veilflow.errors import PolicyError
from veilflow.hierarchy.dates import DateHierarchy
from veilflow.hierarchy.mismatch import HierarchyMismatch

__all__ = ["date_formats", "date_levels", "formats_in_use"]

_FORMATS = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%Y%m%d", "%Y/%m/%d")
_LEVELS = ("day", "month", "quarter", "year", "5 years", "decade")
_PLAUSIBLE = range(1800, 2200)


def formats_in_use(texts: Sequence[str]) -> tuple[str, ...]:
    """The formats that the most of ``texts`` need, in order of use; what none reads is left."""
    left = {text for text in texts if not _reads(text, ())}
    chosen: list[str] = []
    while left:
        best = max(_FORMATS, key=lambda one: sum(_reads(text, (one,)) for text in left))
        read = {text for text in left if _reads(text, (best,))}
        if not read:
            break
        chosen.append(best)
        left -= read
    return tuple(chosen)


def date_formats(texts: Sequence[str], share: float) -> tuple[str, ...] | None:
    """The formats that, with ISO, read at least ``share`` of ``texts``; None if these are no dates.

    Digits alone (19840309) count as dates only if all years are plausible.
    """
    formats = formats_in_use(texts)
    hierarchy = DateHierarchy(("year",), formats, on_unknown="top")
    years = [year for year in hierarchy.generalize(texts, 0) if year not in (None, "*")]
    if len(years) < max(share * len(texts), 1):
        return None
    plausible = all(int(year or 0) in _PLAUSIBLE for year in years)
    return formats if plausible or "%Y%m%d" not in formats else None


def date_levels(formats: Sequence[str]) -> tuple[str, ...]:
    """The levels of an automatic hierarchy: all formats known here tell the day."""
    DateHierarchy(_LEVELS, tuple(formats))
    return _LEVELS


def _reads(text: str, formats: tuple[str, ...]) -> bool:
    try:
        DateHierarchy(("year",), formats).generalize([text], 0)
    except (HierarchyMismatch, PolicyError):
        return False
    return True
