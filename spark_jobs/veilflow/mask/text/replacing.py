"""What stands in a text where something was removed: labels, or words that a key chooses.

A replacement is a function of the entity alone, so one text calls one person by one name. Labels
count within a text; the others are the same in every text under one key.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence

from veilflow.mask.text.spans import Span
from veilflow.mask.text.terms import PARTICLES, KnownTerms

__all__ = ["LABELS", "Namer", "canonical", "label_namer", "pseudonym_namer", "replaced"]

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


def pseudonym_namer(key: bytes, terms: KnownTerms) -> Namer:
    """``[PERSON_kbdfghjkmnpqrstv]``: 64 bits of an HMAC of the entity, equal in every text."""

    def name(span: Span) -> str:
        word = LABELS.get(span.type, "ID")
        said = f"{word}\x00{canonical(span, terms)}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(key, said, "sha256")
        letters = "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in digest[:8])
        return f"[{word}_{letters}]"

    return name


def canonical(span: Span, terms: KnownTerms) -> str:
    """One spelling of an entity for every text: a text's own word for a person isn't another's."""
    if span.type != "person_name":
        return re.sub(r"[\W_]+", "", span.entity.partition(":")[2])
    person = next((one for one in terms.people if one.entity == span.entity), None)
    if person is None:
        return span.entity.partition(":")[2]
    words = sorted(part for part in person.parts if len(part) > 1 and part not in PARTICLES)
    return " ".join(words)


def replaced(text: str, spans: Sequence[Span], namer: Namer) -> str:
    """``text`` with each of ``spans`` (in order, without overlaps) in the namer's words."""
    made, last = [], 0
    for span in spans:
        made += [text[last : span.start], namer(span)]
        last = span.end
    made.append(text[last:])
    return "".join(made)
