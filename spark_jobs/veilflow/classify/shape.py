"""What the whole column's shape tells: identifiers and free text.

No single cell shows these: "P0001234" is an identifier because every row has another one like it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from veilflow.classify.headers import Hint, fold
from veilflow.classify.temporal import is_date
from veilflow.classify.values import Profile
from veilflow.classify.words import FLAGS

__all__ = ["Candidate", "free_text", "generic_id", "percent"]


class Candidate(NamedTuple):
    """One type that a column may have, before the best one is chosen.

    ``weight`` is the score before a type's ceiling: it decides between candidates, ``score`` is
    what is told.
    """

    type: str
    score: float
    specificity: int
    evidence: tuple[str, ...]
    is_named: bool = False
    weight: float = 0.0


def percent(share: float) -> str:
    """A share in whole percents; what would round to a misleading 0 or 100 says so.

    >>> percent(0.5), percent(0.001), percent(0.999), percent(1.0)
    ('50%', 'under 1%', 'over 99%', '100%')
    """
    if share == 1.0:
        return "100%"
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"


_UUID = re.compile(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)
_CODE = re.compile(
    r"[^\W\d]{1,40}[-_.:/#]{0,2}[0-9][\w.:/#-]{0,60}|[0-9]{1,20}[-_/#]?[A-Za-z][\w/#-]{1,60}"
    r"|[A-Z][A-Z0-9./]{0,8}[ ][0-9]{3,12}(?:[ -][0-9A-Z]{1,8}){0,3}"
)
_GROUPED = re.compile(r"[0-9]{2,12}(?:[-./ ][0-9]{1,12}){1,6}")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9_-]{2,24}")
_PERIOD = r"[0-9]{4}-?[QWHT][0-9]{1,2}|[QHT][0-9][- ]?[0-9]{2,4}|[0-9]{1,5}(?:[xX][0-9]{1,5}){1,3}"
_MEASURE = (
    r"[0-9.,]{1,12} ?(?:mg|g|kg|ml|l|cm|mm|m|km|lb|lbs|oz|ft|in|bpm|kcal|cal|h|hrs?|min|s|ms|gb|mb|"
    r"kb|px|pt|v|w|kw|hz|days?|weeks?|months?|years?|yrs?|st|nd|rd|th|x|pcs?|k|m)"
)
_VERSION = re.compile(r"v?[0-9]{1,5}(?:\.[0-9]{1,6}){1,4}[a-z0-9.+-]{0,20}", re.IGNORECASE)
_NO_CODE = re.compile(f"(?i:{_MEASURE}|{_VERSION.pattern})|{_PERIOD}")
_INTEGER = re.compile(r"#?[0-9]{1,30}")
_SHORTEST_RANDOM = 24
_FEW = 50
_UNIQUE = 0.88
"""An approximate distinct count of 10 % error still passes for a key."""


def _is_code(value: str) -> bool:
    """Letters and digits together, as in user_001; no measurement, version or quarter."""
    return _CODE.fullmatch(value) is not None and not _NO_CODE.fullmatch(value)


def _is_named_code(value: str) -> bool:
    """What a column called an identifier holds besides: groups of digits, capitals."""
    return _is_grouped(value) or (
        _CAPITALS.fullmatch(value) is not None and fold(value) not in FLAGS
    )


def _is_grouped(value: str) -> bool:
    """Groups of digits that are no version and no date."""
    shaped = _GROUPED.fullmatch(value) is not None
    return shaped and not _VERSION.fullmatch(value) and not is_date(value)


def _share(values: tuple[str, ...], passes: re.Pattern[str]) -> float:
    return len(list(filter(None, map(passes.fullmatch, values)))) / len(values)


def generic_id(profile: Profile, hint: Hint | None) -> Candidate | None:
    """An identifier: unmistakable by its form, by name, or because no two rows share one."""
    if not profile.values or profile.is_flag or profile.kind in ("date", "boolean", "nested"):
        return None
    values = profile.values
    if not profile.has_digits:
        return _named_id(profile, hint, 0.0, 0.0, 0.0) if hint else None
    long = profile.lengths[1] >= _SHORTEST_RANDOM
    random_form = max(_share(values, _UUID), _share(values, _HEX)) if long else 0.0
    codes = sum(map(_is_code, values)) / len(values)
    integers = _share(values, _INTEGER)
    if random_form >= 0.8:
        return _found(
            0.9, 84, f"{percent(random_form)} of the distinct values are UUIDs or digests"
        )
    if hint and (by_name := _named_id(profile, hint, codes, integers, random_form)):
        return by_name
    return _unnamed_id(profile, codes, integers)


def _found(score: float, specificity: int, *evidence: str) -> Candidate:
    return Candidate("generic_id", score, specificity, evidence)


def _named_id(
    profile: Profile, hint: Hint, codes: float, integers: float, random_form: float
) -> Candidate | None:
    fits = min(1.0, codes + integers + random_form)
    if fits < 1.0:
        test = _is_named_code if hint.strength == 1.0 else _is_grouped
        fits = min(1.0, fits + sum(map(test, profile.values)) / len(profile.values))
    if fits < 0.5:
        return None
    shares = f"{percent(fits)} of the distinct values are codes or whole numbers"
    if profile.uniqueness is not None and profile.distinct <= _FEW and profile.repetition >= 20:
        note = "few different values for many rows: more a category than an identifier"
        return _found(0.5, 30, "the name tells an identifier", shares, note)
    if hint.strength < 1.0:
        if codes < 0.2 and profile.median_length < 4:
            return None
        score = 0.6 if codes >= 0.2 else 0.45
        return _found(score, 30, "the name hints at an identifier", shares)
    return _found(0.75 + 0.2 * fits, 46, "the name tells an identifier", shares)


def _unnamed_id(profile: Profile, codes: float, integers: float) -> Candidate | None:
    unique = profile.uniqueness is not None and profile.uniqueness >= _UNIQUE
    if codes >= 0.8 and unique:
        return _found(0.85, 30, f"{percent(codes)} of the distinct values are codes",
                      "nearly every row has its own")  # fmt: skip
    if codes >= 0.4:
        few = profile.uniqueness is not None and profile.distinct <= _FEW
        long = sum(map(_is_long_code, profile.values)) >= 0.8 * len(profile.values)
        if few or not long:
            return None
        return _found(0.5, 30, f"{percent(codes)} of the distinct values are codes")
    if integers == 1.0 and unique and _like_a_counter(profile.values):
        return _found(0.65, 30, "whole numbers, every row has its own, counted up or equally long")
    return None


def _is_long_code(value: str) -> bool:
    """Six or more characters with three or more digits: enough to count somebody's records."""
    return len(value) >= 6 and sum(map(str.isdigit, value)) >= 3


def _like_a_counter(values: tuple[str, ...]) -> bool:
    numbers = [int(value.lstrip("#")) for value in values]
    consecutive = max(numbers) - min(numbers) < 3 * len(numbers)
    return consecutive or (len(set(map(len, values))) == 1 and len(values[0]) >= 6)


_LONG = 40
_WORDS = 5.0


def free_text(profile: Profile, hint: Hint | None) -> Candidate | None:
    """Sentences; or short texts of which nearly every row has its own and no detector knows."""
    if not profile.values or profile.kind in ("date", "boolean", "integer", "decimal"):
        return None
    if profile.is_flag:
        return None
    wordy = "several words a value"
    unspaced = profile.median_length >= 12 and any(
        "\u3040" < c < "\u9fff" for c in profile.characters
    )
    if hint and hint.strength == 1.0 and (profile.mean_words >= 2.5 or unspaced):
        return Candidate("free_text", 0.93, 42, ("the name tells free text", wordy))
    if profile.median_length >= _LONG and profile.mean_words >= _WORDS:
        return Candidate("free_text", 0.88, 42, ("long texts with blanks", wordy))
    if hint and profile.mean_words >= 3.5:
        return Candidate("free_text", 0.7, 20, ("the name hints at free text", wordy))
    unknown = (
        profile.uniqueness is not None and profile.uniqueness >= 0.8 and profile.distinct >= 20
    )
    if unknown and sum(map(_is_mostly_letters, profile.values)) >= 0.8 * len(profile.values):
        note = "text of which nearly every row has its own, and nothing else is known about it"
        return Candidate("free_text", 0.45, 5, (note,))
    return None


def _is_mostly_letters(value: str) -> bool:
    return 2 * sum(map(str.isalpha, value)) >= len(value)
