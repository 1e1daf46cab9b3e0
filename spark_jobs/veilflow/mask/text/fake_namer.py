"""Fakes in the place of what was removed from a text: equal in every text under one key.

What has no fake of its own (dates, ages, record numbers) becomes a label. A reader can't tell a
fake from a name that was missed; nor can a judge, who finds names wherever there are some.
"""

from __future__ import annotations

from veilflow.mask.fake_forms import Kind, made
from veilflow.mask.fake_numbers import PHONE_LOCALES
from veilflow.mask.text.replacing import Namer, canonical, label_namer
from veilflow.mask.text.spans import Span
from veilflow.mask.text.terms import KnownTerms

__all__ = ["fake_namer"]

_KINDS: dict[str, Kind] = {
    "person_name": "person_name",
    "email_address": "email",
    "phone_number": "phone",
    "street_address": "street_address",
    "city": "city",
    "zipcode": "postcode",
    "organization_name": "company",
    "credit_card_number": "card",
    "iban_code": "iban",
    "username": "username",
}


def fake_namer(key: bytes, terms: KnownTerms, locale: str) -> Namer:
    """A whole fake name for every mention of a person, however short the mention was."""
    import pyarrow as pa

    from veilflow.mask.fake import draws_of

    label = label_namer()
    known: dict[str, str] = {}

    def name(span: Span) -> str:
        kind = _KINDS.get(span.type)
        if kind is None or (kind == "phone" and locale not in PHONE_LOCALES):
            return label(span)
        if span.entity not in known:
            said = canonical(span, terms)
            seeds = pa.array([f"text\x00{span.type}\x00{said}"], pa.string())
            for attempt in range(4):
                known[span.entity] = made(kind, locale, None, draws_of(key, seeds, attempt))[
                    0
                ].as_py()
                if canonical_of(known[span.entity]) != canonical_of(said):
                    break
        return known[span.entity]

    return name


def canonical_of(text: str) -> str:
    """Letters and digits in small letters, words in order: to tell whether a fake is the value."""
    return " ".join(sorted(text.casefold().replace("-", " ").split()))
