"""What people are counted by: gender, marital status, origin, language, work, education, belief."""

from __future__ import annotations

import re
from collections.abc import Collection

from veilflow.classify.column import Kind
from veilflow.classify.detector import Detector, Test, pattern, vocabulary
from veilflow.classify.headers import fold
from veilflow.classify.job_words import JOB_WORDS
from veilflow.classify.words import (
    COUNTRIES,
    EDUCATION,
    EMPLOYMENT,
    ETHNIC,
    ETHNIC_TELLING,
    FLAGS,
    GENDER,
    GENDER_TELLING,
    LANGUAGES,
    MARITAL,
    OCCUPATIONS,
    ORIENTATION,
    RELIGIONS,
)

__all__ = ["DETECTORS", "is_category", "one_of_or"]

_TEXT: tuple[Kind, ...] = ("integer", "decimal", "date")
_category = pattern(r"(?=[^a-zà-ÿ]{0,20}[^\W\d_])[\w .,'’&/|()+<>=–-]{1,80}")
_short_code = pattern(r"[0-9]{1,2}|[a-z]{1,2}")


_short_label = pattern(r"[^\W\d_]{1,12}\.?")
"""A gender in whatever language: the name of the column told it."""


def is_category(value: str) -> bool:
    """A short label with letters that is no yes, no or the like."""
    return _category(value) and fold(value) not in FLAGS


def one_of_or(words: Collection[str], other: Test) -> Test:
    """A test for one of the words, or whatever else passes the other test."""
    return lambda value: fold(value) in words or other(value)


def _category_or_code(value: str) -> bool:
    return is_category(value) or _short_code(value)


_LETTERS = re.compile(r"[^\W\d_]+")


_JOBS = JOB_WORDS | {word + "s" for word in JOB_WORDS}


def is_occupation(value: str) -> bool:
    """A known occupation, or up to six words of which one is what people are at work."""
    folded = fold(value)
    if folded in OCCUPATIONS:
        return True
    words = _LETTERS.findall(folded)
    return 1 <= len(words) <= 6 and not _JOBS.isdisjoint(words)


_OF_JOBS = _JOBS.union(*(re.findall("[a-z]+", entry) for entry in OCCUPATIONS))


def _may_be_jobs(words: frozenset[str]) -> bool:
    return not _OF_JOBS.isdisjoint(words)


_language_code = pattern(r"[a-z]{2,4}(?:[-_][a-z]{2,4})?")


def _names_a_language(value: str) -> bool:
    """A code of a language, or a list: "english (fluently), spanish (poorly)"."""
    return _language_code(value) or not LANGUAGES.isdisjoint(_LETTERS.findall(fold(value)))


DETECTORS = (
    vocabulary("gender", GENDER_TELLING, 60, alone=0.9, chance=0.03,
             named=one_of_or(GENDER, _short_label), named_share=0.6, lengths=(1, 30),
             not_kinds=("decimal", "date")),
    vocabulary("marital_status", MARITAL, 62, alone=0.88, chance=0.03,
             named=one_of_or(MARITAL, _category_or_code), named_share=0.6, accepts_flags=True,
             lengths=(1, 40), not_kinds=("decimal", "date")),
    vocabulary("ethnic_group", ETHNIC_TELLING, 62, alone=0.85, alone_share=0.4,
             chance=0.03, named=one_of_or(ETHNIC, _category_or_code), accepts_flags=True,
             lengths=(1, 60), not_kinds=("decimal", "date")),
    vocabulary("nationality", COUNTRIES, 56, named=one_of_or(COUNTRIES, is_category),
             accepts_flags=True, lengths=(2, 60), not_kinds=_TEXT),
    vocabulary("country", COUNTRIES, 52, alone=0.75, chance=0.02, ceiling=0.78,
             named=one_of_or(COUNTRIES, is_category), lengths=(2, 60),
             not_kinds=_TEXT),
    vocabulary("spoken_language", LANGUAGES, 56, alone=0.78, chance=0.02,
             named=one_of_or(LANGUAGES, _names_a_language), lengths=(2, 80),
             not_kinds=_TEXT),
    Detector("occupation", is_occupation, 52, some_word=_may_be_jobs, alone=0.82,
             alone_share=0.6, chance=0.05,
             named=is_category, hinted_share=0.4, lengths=(2, 60), not_kinds=_TEXT),
    vocabulary("employment_status", EMPLOYMENT, 51, alone=0.75, alone_share=0.9,
             chance=0.05, named=is_category, accepts_flags=True, lengths=(2, 40), not_kinds=_TEXT),
    vocabulary("education", EDUCATION, 52, alone=0.82, alone_share=0.6, chance=0.02,
             named=_category_or_code, lengths=(1, 80), not_kinds=("decimal", "date")),
    vocabulary("religion", RELIGIONS, 57, alone=0.85, alone_share=0.6, chance=0.02,
             named=one_of_or(RELIGIONS, is_category), lengths=(2, 40), not_kinds=_TEXT),
    vocabulary("sexual_orientation", ORIENTATION, 57, alone=0.88, alone_share=0.6,
             chance=0.02, named=is_category, lengths=(2, 40), not_kinds=_TEXT),
    Detector("political_opinion", lambda value: False, 57, named=is_category, named_share=0.7,
             lengths=(1, 60), not_kinds=_TEXT),
    Detector("trade_union", lambda value: False, 57, named=is_category, named_share=0.5,
             accepts_flags=True, lengths=(1, 60), not_kinds=_TEXT),
)  # fmt: skip
