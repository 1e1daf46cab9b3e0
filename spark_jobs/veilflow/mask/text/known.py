"""Every place of a text that holds what the tables know about it."""

from __future__ import annotations

from veilflow.mask.text.folding import folded
from veilflow.mask.text.person_spans import find_people
from veilflow.mask.text.spans import Span
from veilflow.mask.text.terms import KnownTerms
from veilflow.mask.text.value_spans import find_values

__all__ = ["find_known"]


def find_known(text: str, terms: KnownTerms) -> list[Span]:
    """Known names and values, in any order; spans may overlap.

    Not found: nicknames, two letters or more wrong, initials without dots away from a title,
    ordinary words that are a name where no capital, title or other part says so, numbers of fewer
    than four characters, and what is spelt out or encoded.
    """
    seen = folded(text)
    return [*find_people(seen, terms.people), *find_values(seen, terms)]
