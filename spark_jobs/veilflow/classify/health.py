"""Diagnosis codes, medical numbers, insurance, blood types, conditions and departments."""

from __future__ import annotations

import re
from collections.abc import Iterable

from veilflow.classify.condition_words import CONDITION_ENDINGS, CONDITIONS, NO_CONDITIONS
from veilflow.classify.demographics import is_category, one_of_or
from veilflow.classify.detector import DIGITS, NUMERIC, Detector, pattern, vocabulary
from veilflow.classify.government import is_code
from veilflow.classify.headers import fold
from veilflow.classify.job_words import MEDICINE_ENDINGS, MEDICINES
from veilflow.classify.words import BLOOD, INSURANCE, MARITAL, SPECIALTIES

__all__ = ["DETECTORS"]

is_dotted_icd10 = pattern(r"[A-TV-Z][0-9][0-9AB]\.[0-9A-Z]{1,4}[*†!+]?")
is_icd10 = pattern(r"[A-TV-Z][0-9][0-9AB](?:\.?[0-9A-Z]{1,4})?[*†!+]?")
is_named_icd = pattern(
    r"[A-TV-Z][0-9][0-9AB](?:\.?[0-9A-Z]{1,4})?[*†!+]?|(?:[0-9]{3}|V[0-9]{2}|E[0-9]{3})(?:\.[0-9]{1,2})?"
    r"|[0-9]{2,5}"
)
_text = pattern(r"(?=[^a-z]{0,40}[a-z]).{2,300}")

_WORDS = re.compile(r"[^\W\d_]+")


def is_medication(value: str) -> bool:
    """A text with the name of a common medicine, or with a word that ends like one."""
    words = _WORDS.findall(fold(value))
    return 1 <= len(words) <= 10 and any(
        word in MEDICINES or (len(word) > 6 and word.endswith(MEDICINE_ENDINGS)) for word in words
    )


def _may_be_medicines(words: frozenset[str]) -> bool:
    return not MEDICINES.isdisjoint(words) or any(
        len(word) > 6 and word.endswith(MEDICINE_ENDINGS) for word in words
    )


def is_condition(value: str) -> bool:
    """The name of a disease or condition in at most eight words."""
    words = _WORDS.findall(fold(value))
    return 1 <= len(words) <= 8 and _names_a_condition(words)


def _names_a_condition(words: Iterable[str]) -> bool:
    return any(
        (word in CONDITIONS or (len(word) > 6 and word.endswith(CONDITION_ENDINGS)))
        and word not in NO_CONDITIONS
        for word in words
    )


_reading = pattern(r"[<>]?(?:[0-9]{2,4}|[0-9]{1,4}[.,/][0-9]{1,3})")
_ndc = pattern(r"[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}")


def is_possible_medication(value: str) -> bool:
    """What a column called "drug" holds: any text with letters, or a National Drug Code."""
    return _text(value) or _ndc(value)


def is_possible_condition(value: str) -> bool:
    """What a column called "condition" or "glucose" holds: no marital status, but a reading."""
    return (_text(value) and fold(value) not in MARITAL) or _reading(value)


DETECTORS = (
    Detector("icd10_code", is_dotted_icd10, 72, alone=0.88, alone_share=0.5, chance=0.03,
             named=is_named_icd, named_share=0.6, hinted=is_icd10, characters=DIGITS,
             lengths=(2, 9), not_kinds=("date",), alone_not_kinds=NUMERIC,
             alone_characters=".", alone_lengths=(5, 9)),
    Detector("medical_record_number", is_code, 66, named_share=0.6,
             characters=DIGITS, lengths=(3, 40),
             not_kinds=("date",)),
    Detector("health_plan_number", is_code, 65, named_share=0.7, characters=DIGITS, lengths=(3, 40),
             not_kinds=("date",)),
    vocabulary("insurance", INSURANCE, 53, alone=0.7, chance=0.05,
             named=one_of_or(INSURANCE, is_category), named_share=0.6, lengths=(2, 60),
             not_kinds=("integer", "decimal", "date")),
    vocabulary("blood_type", BLOOD, 70, alone=0.9, chance=0.01,
             named=one_of_or(BLOOD, pattern(r"(?:a|b|ab|o)[+-]?")), lengths=(1, 14),
             not_kinds=("integer", "decimal", "date")),
    Detector("health_indicator", is_condition, 47, some_word=_names_a_condition,
             alone=0.82, alone_share=0.5, chance=0.03, named=is_possible_condition, named_share=0.6,
             accepts_flags=True, ceiling=0.9, lengths=(1, 300), not_kinds=("date",)),
    vocabulary("medical_specialty", SPECIALTIES, 53, alone=0.7, alone_share=0.5,
             chance=0.02, named=is_category, hinted_share=0.4, ceiling=0.75, lengths=(2, 60),
             not_kinds=("integer", "decimal", "date")),
    Detector("medication", is_medication, 53, some_word=_may_be_medicines, alone=0.82,
             alone_share=0.5, chance=0.02,
             named=is_possible_medication, named_share=0.6, lengths=(3, 200),
             not_kinds=("integer", "decimal", "date")),
)  # fmt: skip
