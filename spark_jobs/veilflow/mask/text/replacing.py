"""What stands in a text where something was removed: labels, or words that a key chooses.

A replacement is a function of the entity alone, so one text calls one person by one name. Labels
count within a text; the others are the same in every text under one key.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence

from veilflow.mask.text.spans import Span

__all__ = ["LABELS", "Namer", "label_namer", "pseudonym_namer", "replaced"]

Namer = Callable[[Span], str]

LABELS: dict[str, str] = {
    "person_name": "PERSON",
    "email_address": "EMAIL",
    "phone_number": "PHONE",
    "street_address": "ADDRESS",
    "zipcode": "POSTCODE",
    "city": "CITY",
    "date_of_birth": "BIRTH_DATE",
    "date": "DATE",
    "age": "AGE",
    "organization_name": "ORGANIZATION",
    "url": "URL",
    "username": "USERNAME",
    "secret": "SECRET",
}
"""The word in a label; every other type is an ID."""

_LETTERS = "bcdfghjkmnpqrstv"  # no vowels, no digits: neither a word nor a number to a detector


def label_namer() -> Namer:
    """``[PERSON_1]``, ``[PERSON_2]``, ...: numbered in the order of one text; make one for each."""
    numbers: dict[str, dict[str, int]] = {}

    def name(span: Span) -> str:
        word = LABELS.get(span.type, "ID")
        own = numbers.setdefault(word, {})
        return f"[{word}_{own.setdefault(span.entity, len(own) + 1)}]"

    return name


def pseudonym_namer(key: bytes, whole: Callable[[Span], str]) -> Namer:
    """``[PERSON_kbdfghjkmnpqrstv]``: 64 bits of an HMAC of the entity, equal in every text.

    ``whole`` gives the canonical form that is hashed: one text's word for a person isn't another's.
    """

    def name(span: Span) -> str:
        word = LABELS.get(span.type, "ID")
        said = f"{word}\x00{whole(span)}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(key, said, "sha256")
        letters = "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in digest[:8])
        return f"[{word}_{letters}]"

    return name


def replaced(text: str, spans: Sequence[Span], namer: Namer) -> str:
    """``text`` with each of ``spans`` (in order, without overlaps) in the namer's words."""
    made, last = [], 0
    for span in spans:
        made += [text[last : span.start], namer(span)]
        last = span.end
    made.append(text[last:])
    return "".join(made)
