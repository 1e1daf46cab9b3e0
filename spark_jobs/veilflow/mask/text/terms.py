"""What the tables know about one note: whose it is and who treats them, as terms to look for.

A column is of one of eight kinds, said by the policy's type for it, by its name, or by each value's
own form. Terms hold raw values: they are made where they are used, from columns that travel beside
the text, and are in no log, plan or closure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from veilflow.classify.headers import header_hints, tokens_of
from veilflow.classify.name_words import TITLES
from veilflow.classify.people import is_person_name
from veilflow.classify.plain_words import RELATIONS
from veilflow.classify.text_dates import find_dates
from veilflow.mask.text.folding import spelling

__all__ = [
    "KNOWN_TYPES",
    "PARTICLES",
    "Known",
    "KnownTerms",
    "PersonTerms",
    "TermKind",
    "is_of_the_person",
    "kind_of_column",
]

TermKind = Literal["name", "email", "phone", "address", "day", "place", "code", "any"]

# The types of the taxonomy that are looked for even in columns that are no identifiers.
KNOWN_TYPES: dict[str, TermKind] = {
    "person_name": "name",
    "email_address": "email",
    "phone_number": "phone",
    "street_address": "address",
    "date_of_birth": "day",
    "city": "place",
    "zipcode": "place",
}
_ENTITY = {"phone": "phone_number", "email": "email_address", "address": "street_address",
           "day": "date_of_birth"}  # fmt: skip
PARTICLES = frozenset(
    "de da do dos das del della di du la le van von der den ter ten bin ibn al el abu bint e y zu "
    "af av st o and und et d l".split()
)
_LETTERS = re.compile(r"(?:[^\W\d_]|[\u0900-\u109f\u1780-\u17ff])+")
_JOINED_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,12}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{3,255}")
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|#)\s*[0-9]{1,6}\s*$", re.IGNORECASE)
_OTHERS = RELATIONS | frozenset(
    "attending physician doctor clinician provider nurse author surgeon practitioner gp therapist "
    "referring consultant signed signer contact kin relative arzt aerztin medecin medico".split()
)
_AFTER_NAMES = frozenset("md phd rn np esq jr sr ii iii dds mba msc".split())
_MOST_PARTS = 10


@dataclass(frozen=True, repr=False)
class PersonTerms:
    """One person's name: its parts as folded words, and what is special about some of them.

    ``joined`` are neighbours of one written name together ("garcialopez", "obrien"). ``is_own``
    says that it is the note's own person, of whom even an eponym is removed.
    """

    entity: str
    parts: frozenset[str]
    joined: frozenset[str]
    initials: str
    is_own: bool
    compact: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Known:
    """A value that is no name, folded; ``type`` is what a label in its place says."""

    value: str
    type: str
    entity: str


@dataclass(frozen=True, repr=False)
class KnownTerms:
    """Everything to look for in one note. Its repr shows nothing of it."""

    people: tuple[PersonTerms, ...] = ()
    emails: tuple[Known, ...] = ()
    codes: tuple[Known, ...] = ()
    phones: tuple[Known, ...] = ()
    addresses: tuple[Known, ...] = ()
    phrases: tuple[Known, ...] = ()
    days: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, columns: Sequence[tuple[TermKind, str, bool, Iterable[str | None]]]) -> KnownTerms:
        """The terms of (kind, type, is_own, values) columns.

        The values of a column with ``is_own`` describe one person, whose names belong together.
        """
        made = _Maker()
        for kind, type_, is_own, values in columns:
            for value in values:
                if value is not None and value.strip():
                    made.add(kind, type_, is_own, value)
        return made.terms()


@lru_cache(maxsize=1024)
def kind_of_column(name: str, type_: str | None = None) -> tuple[TermKind, str]:
    """The kind of a column and the type of its values: by the policy, or by the column's name."""
    hints = header_hints(name)
    strongest = max(hints, key=lambda hint: hints[hint], default="generic_id")
    said = type_ if type_ is not None else strongest
    if said in KNOWN_TYPES:
        return KNOWN_TYPES[said], said
    if type_ is None and not is_of_the_person(name):
        return "name", "person_name"
    return "any", said if said != "free_text" else "generic_id"


@lru_cache(maxsize=1024)
def is_of_the_person(name: str) -> bool:
    """Whether a column of somebody's table is about them, and not about who treats or visits them.

    Told by its name alone: "attending", "mother_name" and "next_of_kin" are about others.
    """
    return not _OTHERS & set(tokens_of(name))


class _Maker:
    """Collects terms; the names of the note's own person are put together at the end."""

    def __init__(self) -> None:
        self._own: list[str] = []
        self._others: dict[str, None] = {}
        self._found: dict[str, dict[str, Known]] = {}
        self._days: set[date] = set()

    def add(self, kind: TermKind, type_: str, is_own: bool, value: str) -> None:
        # A column of clinicians may hold their numbers.
        if kind == "any" or (kind == "name" and any(map(str.isdigit, value))):
            kind = _kind_of(value)
        if kind == "name":
            if is_own:
                self._own.append(value)
            else:
                self._others[value] = None
        elif kind == "day":
            self._days |= {day for _, _, days in find_dates(value.strip()[:40]) for day in days}
        else:
            folded = spelling(_EXTENSION.sub("", value) if kind == "phone" else value)
            label = _ENTITY.get(kind, type_)
            self._found.setdefault(kind, {})[folded] = Known(folded, label, f"{label}:{folded}")

    def terms(self) -> KnownTerms:
        people = [_person("own", self._own, True)] if self._own else []
        own = people[0].parts if people else frozenset()
        for name in self._others:
            person = _person(f"other:{spelling(name)}", [name], False)
            if not person.parts <= own or person.compact:
                people.append(person)
        found = {kind: tuple(values.values()) for kind, values in self._found.items()}
        return KnownTerms(
            people=_told_apart(people),
            emails=found.get("email", ()),
            codes=found.get("code", ()),
            phones=found.get("phone", ()),
            addresses=found.get("address", ()),
            phrases=found.get("place", ()),
            days=frozenset(self._days),
        )


def _told_apart(people: Sequence[PersonTerms]) -> tuple[PersonTerms, ...]:
    """Two spellings of one colleague ("A. Okafor", "Okafor") are one person."""
    kept: list[PersonTerms] = []
    for person in sorted(people, key=lambda p: (not p.is_own, -len(p.parts), p.entity)):
        whole = {part for part in person.parts if len(part) > 1}
        if not any(whole and whole <= other.parts and not other.is_own for other in kept):
            kept.append(person)
    return tuple(kept)


def _kind_of(value: str) -> TermKind:
    text = value.strip()
    if _EMAIL.fullmatch(text):
        return "email"
    has_digit = any(map(str.isdigit, text))
    if not has_digit:
        return "name" if is_person_name(text) else "place"
    dates = list(find_dates(text)) if len(text) < 30 else []
    if dates and dates[0][1] - dates[0][0] >= len(text) - 1 and not text.isdigit():
        return "day"
    words = text.split()
    if any(len(word) > 3 and word.isalpha() for word in words) and len(words) > 1:
        return "address"
    return "code"


def _person(entity: str, names: Sequence[str], is_own: bool) -> PersonTerms:
    parts: dict[str, None] = {}
    joined: set[str] = set()
    initials = ""
    compact = []
    for name in names:
        whole = spelling(name)
        pressed = re.sub(r"[\s,\u00b7\u30fb]", "", whole)
        if _JOINED_SCRIPT.fullmatch(pressed):
            family, given = _family_and_given(whole, pressed)
            parts |= dict.fromkeys((family, given))
            compact += _compact_forms(pressed, family, given)
            continue
        words = _without_titles(_LETTERS.findall(whole))[:_MOST_PARTS]
        parts |= dict.fromkeys(words)
        for first in range(len(words)):
            for last in range(first + 2, min(first + 4, len(words) + 1)):
                joined.add("".join(words[first:last]))
                joined.add("".join(reversed(words[first:last])))
        initials += "".join(word[0] for word in words if word not in PARTICLES)
    return PersonTerms(
        entity,
        frozenset(parts),
        frozenset(word for word in joined if len(word) > 4),
        initials,
        is_own,
        tuple(dict.fromkeys(compact)),
    )


def _without_titles(words: list[str]) -> list[str]:
    """Titles before a name and degrees after it are no parts of it; "Đỗ" is no degree."""
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1] in _AFTER_NAMES:
        words = words[:-1]
    return words


def _family_and_given(whole: str, pressed: str) -> tuple[str, str]:
    """Of a name in a script without blanks; the family name comes first and is short."""
    pieces = re.split(r"[\s,\u00b7\u30fb]+", whole)
    if len(pieces) > 1:
        return pieces[0], "".join(pieces[1:])
    return (pressed[:1], pressed[1:]) if len(pressed) < 4 else (pressed[:2], pressed[2:])


def _compact_forms(pressed: str, family: str, given: str) -> list[str]:
    """Forms that are found inside running text: whole, turned round, given, family with a title."""
    titles = ("先生", "女士", "小姐", "太太", "医生", "さん", "様", "씨", "님")
    alone = [given] if len(given) > 1 else []
    return [pressed, given + family, *alone, *(family + title for title in titles)]
