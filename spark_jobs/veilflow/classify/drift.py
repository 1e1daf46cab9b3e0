"""Has a column become something else since it was last looked at?"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources

from veilflow.classify.column import ColumnVerdict
from veilflow.classify.contradictions import STRONG, is_guarded, is_other_kind
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.taxonomy import NONE

__all__ = ["classifier_digest", "retyped"]


def retyped(
    before_type: str,
    before_score: float,
    verdict: ColumnVerdict,
    declared_type: str | None,
    protection: str,
    types: CustomTypes = NO_TYPES,
) -> str | None:
    """Why the column isn't what it was, as a sentence without values; None where it is.

    Both verdicts have to be strong, and of different kinds (a city that was a region isn't). A
    protection that removes or replaces the whole value fits any type; a person who declares the
    found type, or ``none``, has decided. A column in which nothing is found any more isn't told:
    less is released than before.
    """
    if min(before_score, verdict.score) < STRONG or is_guarded(protection):
        return None
    if declared_type in (verdict.type, NONE) or before_type not in types.taxonomy:
        return None
    if NONE in (before_type, verdict.type) or not is_other_kind(verdict.type, before_type, types):
        return None
    was, found = types.taxonomy[before_type].phrase, types.taxonomy[verdict.type].phrase
    return (
        f"column {verdict.name!r} was {was} in the last run and now looks like {found} "
        f"({verdict.evidence[0]}): {protection} was chosen for another kind of value. Decide anew, "
        f"and say so with 'type: {verdict.type}'"
    )


def classifier_digest(types: CustomTypes = NO_TYPES) -> str:
    """A name for this classifier: it changes with any file of the package (its words included).

    Behind a plus sign stands the digest of a user's own types.
    """
    return f"{_package_digest()}+{types.digest}" if types.digest else _package_digest()


@functools.cache
def _package_digest() -> str:
    digest = hashlib.sha256()
    package = importlib.resources.files("veilflow.classify")
    for file in sorted(package.iterdir(), key=lambda entry: entry.name):
        if file.is_file() and not file.name.endswith(".pyc"):
            content = file.read_bytes()
            digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
