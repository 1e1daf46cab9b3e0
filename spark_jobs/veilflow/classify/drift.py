"""Has a column become something else since it was last looked at?"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources

from veilflow.classify.column import ColumnVerdict
from veilflow.classify.contradictions import STRONG, is_guarded, is_other_kind
from veilflow.classify.taxonomy import NONE, TAXONOMY

__all__ = ["classifier_digest", "retyped"]


def retyped(
    before_type: str,
    before_score: float,
    verdict: ColumnVerdict,
    declared_type: str | None,
    protection: str,
) -> str | None:
    """Why the column isn't what it was, as a sentence without values; None where it is.

    Both verdicts have to be strong, and of different kinds (a city that was a region isn't). A
    protection that removes or replaces the whole value fits any type; a person who declares the
    found type, or ``none``, has decided. A column in which nothing is found any more isn't told:
    less is released than before.
    """
    if min(before_score, verdict.score) < STRONG or is_guarded(protection):
        return None
    if declared_type in (verdict.type, NONE) or before_type not in TAXONOMY:
        return None
    if NONE in (before_type, verdict.type) or not is_other_kind(verdict.type, before_type):
        return None
    return (
        f"column {verdict.name!r} was {TAXONOMY[before_type].phrase} in the last run and now looks "
        f"like {TAXONOMY[verdict.type].phrase} ({verdict.evidence[0]}): {protection} was chosen "
        f"for another kind of value. Decide anew, and say so with 'type: {verdict.type}'"
    )


@functools.cache
def classifier_digest() -> str:
    """A name for this classifier: it changes with any file of the package (its words included)."""
    digest = hashlib.sha256()
    package = importlib.resources.files("veilflow.classify")
    for file in sorted(package.iterdir(), key=lambda entry: entry.name):
        if file.is_file() and not file.name.endswith(".pyc"):
            content = file.read_bytes()
            digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
