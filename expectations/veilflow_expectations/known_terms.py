"""Identifiers of tables as keyed digests under which a text can be searched for them.

From each row's identifiers the terms are made that somebody may have written instead of them:

* **names**: each part; parts in any order with up to two words between ("Doe, Jane M."); an initial
  beside another part ("J. Doe"); each part with one edit (a letter missing, added, replaced or
  swapped with its neighbour);
* **numbers and codes** with a digit, of six characters or more: their letters and digits whatever
  separates them; telephone numbers by their last ten digits; addresses by house number and street;
* **e-mail addresses**, and the part before the @ where it has a digit;
* **dates of birth**, in whatever format a text may write them, unless there are more than 365
  different ones: then too many other dates would be somebody's birthday;
* **anything else**, of six characters or more, as a phrase of up to four words, unless its column
  is a ``category``: then only names are taken from it.

A term is 64 bits of BLAKE2b under the reference's key. Edits are found by deletion neighbourhoods
(Mor and Fraenkel 1982) whose digests hold the place of the deletion too, so that exactly one edit
is found although two digests can only be compared for equality.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import combinations
from typing import Any, Literal

import numpy as np
from veilflow.classify.headers import fold, header_hints
from veilflow.classify.name_words import TITLES
from veilflow.classify.people import is_person_name
from veilflow.classify.plain_words import PLAIN_WORDS
from veilflow.classify.temporal import is_date
from veilflow.classify.text_dates import find_dates

from veilflow_expectations.digests import Int64
from veilflow_expectations.text_tokens import (
    EMAIL,
    is_joined_script,
    joined,
    plain_text,
    words_in,
)

__all__ = [
    "Family",
    "KnownTerms",
    "TermKind",
    "digest",
    "kind_of_column",
    "merged",
    "pair_digest",
    "terms_of_rows",
    "token_deletions",
]

TermKind = Literal["name", "day", "other", "category"]
Family = Literal["alone", "token", "pair", "initial", "code", "day", "phrase", "edited", "placed"]
FAMILIES: tuple[Family, ...] = (
    "alone", "token", "pair", "initial", "code", "day", "phrase", "edited", "placed",
)  # fmt: skip

LEAST_ALONE = 3
LEAST_EDITED = 5
LEAST_PHRASE = 6
LEAST_CODE = 6
MOST_PHRASE_WORDS = 4
_MOST_TOKENS = 8
_PARTICLES = frozenset(
    "de da do dos das del della di du la le van von der den ter ten bin ibn al el abu bint e y zu "
    "af av st o and und et".split()
)
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|#)\s*[0-9]{1,6}\s*$", re.IGNORECASE)
# A number that one edit of another number is likely to hit says nothing any more.
_DENSE = 0.01
_MOST_DAYS = 365


@dataclass(frozen=True, eq=False, repr=False)
class KnownTerms:
    """Sorted digests by family. ``edited`` and ``placed`` lead to the tokens they were made of.

    Holds the key, so it travels to workers by broadcast and in no plan.
    """

    families: Mapping[Family, Int64]
    origins: Mapping[Family, Int64]
    key: bytes = field(repr=False)
    editable_lengths: frozenset[int] = frozenset()

    def __reduce__(self) -> tuple[Any, ...]:
        # As bytes: under spark.io.encryption PySpark can't write a large array's own buffer.
        return _known_terms, (
            {name: array.tobytes() for name, array in self.families.items()},
            {name: array.tobytes() for name, array in self.origins.items()},
            self.key,
            self.editable_lengths,
        )

    @property
    def size(self) -> int:
        """How many terms there are."""
        return int(sum(array.size for array in self.families.values()))

    def has(self, family: Family, digests: Int64) -> np.ndarray[Any, Any]:
        """Which of ``digests`` the family holds."""
        held = self.families[family]
        if not held.size or not digests.size:
            return np.zeros(digests.size, dtype=np.bool_)
        place = np.minimum(np.searchsorted(held, digests), held.size - 1)
        found: np.ndarray[Any, Any] = held[place] == digests
        return found

    def origins_of(self, family: Family, digest_: int) -> list[int]:
        """The tokens that an edited form may have been made of."""
        held = self.families[family]
        low, high = np.searchsorted(held, [digest_, digest_ + 1])
        return [int(origin) for origin in self.origins[family][low:high]]


def _known_terms(
    families: Mapping[Family, bytes],
    origins: Mapping[Family, bytes],
    key: bytes,
    lengths: frozenset[int],
) -> KnownTerms:
    return KnownTerms(
        {name: np.frombuffer(data, np.int64) for name, data in families.items()},
        {name: np.frombuffer(data, np.int64) for name, data in origins.items()},
        key,
        lengths,
    )


def digest(family: str, text: str, key: bytes) -> int:
    """The digest of one term of a family."""
    made = blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=8, key=key, person=family.encode()
    ).digest()
    # One bit less, so that the number after it is no overflow.
    return int.from_bytes(made, "little") >> 1


def pair_digest(first: int, second: int, key: bytes) -> int:
    """The digest of two tokens in either order."""
    low, high = sorted((first, second))
    return digest("pair", f"{low},{high}", key)


def token_deletions(token: str) -> Iterator[tuple[str, str]]:
    """Each form with one character less, and the same with its place."""
    for place in range(len(token)):
        rest = token[:place] + token[place + 1 :]
        yield rest, f"{place},{rest}"


def kind_of_column(name: str, type_id: str | None = None) -> TermKind:
    """What a column holds by the policy's word, or by its name. Values of no kind are seen to."""
    hints = header_hints(name)
    if type_id == "person_name" or (type_id is None and "person_name" in hints):
        return "name"
    return "day" if type_id == "date_of_birth" or "date_of_birth" in hints else "other"


def terms_of_rows(
    rows: Iterable[Sequence[Any]], kinds: Sequence[TermKind], key: bytes
) -> dict[Family, set[tuple[int, int]]]:
    """The terms of each row's identifiers as (digest, origin or length); parts of a row's names
    are paired across its columns."""
    made = _Maker(key)
    for row in rows:
        names: list[str] = []
        for value, kind in zip(row, kinds, strict=True):
            text = _text(value)
            if not text:
                continue
            if kind == "name" or (kind != "day" and is_person_name(text)):
                names.append(text)
            elif kind != "category":
                made.add_value(text, kind)
        if names:
            made.add_names(names)
    return made.terms


def merged(parts: Iterable[tuple[str, Int64, Int64]], key: bytes) -> KnownTerms:
    """One set of terms from (family, digests, origins) of many batches."""
    collected: dict[str, list[tuple[Int64, Int64]]] = {family: [] for family in FAMILIES}
    for family, digests, origins in parts:
        collected[family].append((digests, origins))
    families: dict[Family, Int64] = {}
    tied: dict[Family, Int64] = {}
    for family in FAMILIES:
        pairs = [np.stack(part, axis=1) for part in collected[family]]
        rows = np.unique(np.concatenate([np.zeros((0, 2), np.int64), *pairs]), axis=0)
        families[family] = np.ascontiguousarray(rows[:, 0])
        tied[family] = np.ascontiguousarray(rows[:, 1])
    if families["day"].size > _MOST_DAYS:
        families["day"] = np.zeros(0, np.int64)
    kept: dict[Family, Int64] = {name: tied[name] for name in ("edited", "placed")}
    return KnownTerms(families, kept, key, _editable(tied["code"]))


def _editable(lengths: Int64) -> frozenset[int]:
    """Lengths of codes of which so few exist that one edit of another one hardly hits any."""
    found, counts = np.unique(lengths, return_counts=True)
    return frozenset(
        int(length)
        for length, count in zip(found, counts, strict=True)
        if length >= 8 and count * 20 * length / 10.0 ** int(length) < _DENSE
    )


class _Maker:
    """Collects the terms of values under one key; repeated tokens are made once."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: set[str] = set()
        self.terms: dict[Family, set[tuple[int, int]]] = {family: set() for family in FAMILIES}

    def add_names(self, names: Sequence[str]) -> None:
        """The parts of one person's names, alone and paired."""
        words: list[tuple[str, ...]] = []
        for name in names:
            if is_joined_script(name):
                compact = re.sub(r"[\s\u00b7\u30fb]", "", name)
                if len(compact) > 1:
                    self._token(compact)
                continue
            words += [
                word.spellings
                for word in words_in(name)
                if word.whole not in TITLES and word.whole not in _PARTICLES
            ]
        kept = [
            tuple(spelling for spelling in spellings if not spelling.isdigit())
            for spellings in words[:_MOST_TOKENS]
        ]
        for spellings in kept:
            for spelling in spellings:
                if len(spelling) > 1:
                    self._token(spelling)
            for one, other in combinations(spellings[1:], 2):
                self._pair(one, other)
        for some, others in combinations(kept, 2):
            for one in some:
                for other in others:
                    self._pair(one, other)

    def add_value(self, text: str, kind: TermKind) -> None:
        """A number, a code, an address, a day or a phrase."""
        if kind == "day":
            for _, _, days in find_dates(text):
                for day in days:
                    self._add("day", day.isoformat())
            return
        if is_date(text):
            return
        if EMAIL.fullmatch(text):
            self._code(fold(text))
            text = text.partition("@")[0]
        elif any(map(str.isalpha, text)) and " " in text.strip():
            self._address(text)
        whole = joined(_EXTENSION.sub("", text))
        if any(map(str.isdigit, whole)):
            self._code(whole)
            if whole.isdigit() and len(whole) > 10:
                self._code(whole[-10:])
        elif LEAST_PHRASE <= len(whole) and whole not in PLAIN_WORDS:
            words = [word.whole for word in words_in(text)]
            if len(words) <= MOST_PHRASE_WORDS:
                self._add("phrase", "".join(words))

    def _address(self, text: str) -> None:
        """A house number with the word after it, or before it."""
        tokens = [word.whole for word in words_in(text)]
        for one, other in zip(tokens, tokens[1:], strict=False):
            words = [token for token in (one, other) if not any(map(str.isdigit, token))]
            if len(words) == 1 and len(words[0]) >= 4:
                self._code(one + other)

    def _code(self, code: str) -> None:
        if len(code) >= LEAST_CODE:
            self.terms["code"].add((digest("code", code, self._key), len(code)))

    def _token(self, token: str) -> None:
        if token in self._seen:
            return
        self._seen.add(token)
        made = digest("token", token, self._key)
        self.terms["token"].add((made, 0))
        many = LEAST_ALONE if token.isascii() else 2
        if len(token) >= many and token not in PLAIN_WORDS:
            self.terms["alone"].add((made, 0))
        if len(token) < LEAST_EDITED or is_joined_script(token):
            return
        for rest, placed in token_deletions(token):
            self.terms["edited"].add((digest("edited", rest, self._key), made))
            self.terms["placed"].add((digest("placed", placed, self._key), made))
        for place in range(len(token) - 1):
            swapped = token[:place] + token[place + 1] + token[place] + token[place + 2 :]
            if swapped != token:
                self.terms["edited"].add((digest("edited", swapped, self._key), made))

    def _pair(self, one: str, other: str) -> None:
        first, second = (digest("token", token, self._key) for token in (one, other))
        if len(one) > 1 and len(other) > 1:
            self.terms["pair"].add((pair_digest(first, second, self._key), 0))
        for initial, token, made in ((one[0], other, second), (other[0], one, first)):
            if len(token) > 2:
                self._add("initial", f"{initial},{made}")

    def _add(self, family: Family, text: str) -> None:
        self.terms[family].add((digest(family, text, self._key), 0))


def _text(value: Any) -> str:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return ""
    if isinstance(value, float | decimal.Decimal):
        if not math.isfinite(value):
            return ""
        if value == int(value):
            value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date()
    return plain_text(str(value)).strip()
