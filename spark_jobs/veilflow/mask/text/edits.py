"""Whether two words are one edit apart: a letter missing, added, replaced, or swapped."""

from __future__ import annotations

__all__ = ["is_one_edit"]


def is_one_edit(one: str, other: str) -> bool:
    """True for a distance of exactly one (Damerau-Levenshtein, adjacent swaps count once).

    >>> is_one_edit("garcia", "gacria"), is_one_edit("garcia", "garca"), is_one_edit("doe", "doe")
    (True, True, False)
    """
    if len(one) > len(other):
        one, other = other, one
    missing = len(other) - len(one)
    if missing > 1 or one == other:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if missing:
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    swapped = one[start : start + 2][::-1] == other[start : start + 2]
    return swapped and one[start + 2 :] == other[start + 2 :]
