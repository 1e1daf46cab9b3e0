"""Search texts for known terms: which kinds of identifiers each text holds.

Digests are made once for each different word of a batch and looked up together; texts are neither
kept nor returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from veilflow.classify.headers import fold
from veilflow.classify.name_words import TITLES
from veilflow.classify.plain_words import EPONYM_NOUNS, EPONYMS, PLAIN_WORDS
from veilflow.classify.text_dates import find_dates

from veilflow_expectations.digests import Int64
from veilflow_expectations.known_terms import (
    LEAST_EDITED,
    LEAST_PHRASE,
    MOST_PHRASE_WORDS,
    Family,
    KnownTerms,
    digest,
    pair_digest,
    token_deletions,
)
from veilflow_expectations.text_tokens import EMAIL, Word, codes_in, plain_text, words_in

__all__ = ["FOUND", "search_texts"]

# A bit for each kind of identifier that can be found.
FOUND: Mapping[str, int] = MappingProxyType(
    {"names": 1, "numbers and codes": 2, "e-mail addresses": 4, "dates of birth": 8, "phrases": 16}
)
_NAMES, _CODES, _EMAILS, _DAYS, _PHRASES = FOUND.values()

# Alone, a name with one edit counts from this length on: shorter ones are too near to other words.
_LEAST_ALONE_EDITED = 7
_SHORT = 3
# Words between two parts of one name.
_GAP = 2
_MARKED = TITLES | frozenset("pt patient patientin name surname client resident".split())
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class _Known:
    """What a spelling may stand for: a part of a name as written, or with one edit."""

    token: int
    is_part: bool
    is_alone: bool
    edited: tuple[int, ...]


def search_texts(texts: Sequence[str | None], known: KnownTerms) -> npt.NDArray[np.int32]:
    """For each text the bits of :data:`FOUND`; 0 for a missing one."""
    plain = [plain_text(text) if text else "" for text in texts]
    words = [list(words_in(text)) for text in plain]
    found = np.zeros(len(plain), dtype=np.int32)
    for place in _names(words, known):
        found[place] |= _NAMES
    for kind, hits in (
        (_CODES, _codes(plain, known)),
        (_EMAILS, _emails(plain, known)),
        (_DAYS, _days(plain, known)),
        (_PHRASES, _phrases(words, known)),
    ):
        for place in hits:
            found[place] |= kind
    return found


def _names(texts: Sequence[Sequence[Word]], known: KnownTerms) -> Iterator[int]:
    if not known.families["token"].size:
        return
    spellings = {s for words in texts for word in words for s in word.spellings}
    meaning = _meanings(spellings, known)
    asked: list[tuple[int, int, Family]] = []
    for place, words in enumerate(texts):
        if any(_is_alone(words, at, meaning) for at in range(len(words))):
            yield place
        else:
            asked += [(place, *pair) for pair in _pairs(words, meaning, known.key)]
    for family in ("pair", "initial"):
        chosen = [(place, made) for place, made, of in asked if of == family]
        hits = known.has(family, _array(made for _, made in chosen))
        yield from (place for (place, _), hit in zip(chosen, hits, strict=True) if hit)


def _meanings(spellings: set[str], known: KnownTerms) -> dict[str, _Known]:
    """What each spelling may stand for; those that stand for nothing are left out."""
    ordered = [s for s in spellings if not s.isdigit() and len(s) <= 40]
    key = known.key
    tokens = _array(digest("token", s, key) for s in ordered)
    is_part, is_alone = known.has("token", tokens), known.has("alone", tokens)
    edits = _edits(ordered, known)
    meaning = {}
    for place, spelling in enumerate(ordered):
        edited = tuple(edits.get(spelling, ()))
        if is_part[place] or edited:
            meaning[spelling] = _Known(
                int(tokens[place]), bool(is_part[place]), bool(is_alone[place]), edited
            )
    return meaning


def _edits(spellings: Iterable[str], known: KnownTerms) -> dict[str, set[int]]:
    """The parts of names that are exactly one edit from each spelling."""
    key = known.key
    asked: list[tuple[str, Family, int]] = []
    for spelling in spellings:
        if len(spelling) < LEAST_EDITED - 1 or spelling in PLAIN_WORDS:
            continue
        asked.append((spelling, "edited", digest("edited", spelling, key)))
        for rest, placed in token_deletions(spelling):
            if len(rest) >= LEAST_EDITED:
                asked.append((spelling, "token", digest("token", rest, key)))
            asked.append((spelling, "placed", digest("placed", placed, key)))
    found: dict[str, set[int]] = {}
    for family in ("edited", "token", "placed"):
        chosen = [(spelling, made) for spelling, of, made in asked if of == family]
        hits = known.has(family, _array(made for _, made in chosen))
        for (spelling, made), hit in zip(chosen, hits, strict=True):
            if hit:
                origins = [made] if family == "token" else known.origins_of(family, made)
                found.setdefault(spelling, set()).update(origins)
    return found


def _is_alone(words: Sequence[Word], at: int, meaning: Mapping[str, _Known]) -> bool:
    """Whether the word by itself is somebody's name."""
    word = words[at]
    before = words[at - 1].whole if at and not word.follows_gap else ""
    for spelling in word.spellings:
        entry = meaning.get(spelling)
        if entry is None:
            continue
        if entry.is_part and before in _MARKED and word.is_capitalised and len(spelling) > 1:
            return True
        if spelling in EPONYMS and (word.is_possessive or _names_a_disease(words, at)):
            continue
        if entry.is_alone and (len(spelling) > _SHORT or word.is_capitalised):
            return True
        if entry.edited and len(spelling) >= _LEAST_ALONE_EDITED and word.is_capitalised:
            return True
    return False


def _names_a_disease(words: Sequence[Word], at: int) -> bool:
    return any(word.whole in EPONYM_NOUNS for word in words[at + 1 : at + 3])


def _pairs(
    words: Sequence[Word], meaning: Mapping[str, _Known], key: bytes
) -> Iterator[tuple[int, Family]]:
    """The digests of all neighbours that may be two parts of one name."""
    for at, word in enumerate(words):
        near = words[at + 1 : at + 2 + _GAP]
        for spelling in word.spellings:
            entry = meaning.get(spelling)
            if entry is not None and entry.is_part and len(spelling) > 2 and word.is_capitalised:
                beside = [*words[max(at - 2, 0) : at], *words[at + 1 : at + 3]]
                for other in beside:
                    if len(other.whole) == 1 and other.is_capitalised:
                        text = f"{other.whole},{entry.token}"
                        yield digest("initial", text, key), "initial"
            if entry is None:
                continue
            for other in near:
                for second in other.spellings:
                    match = meaning.get(second)
                    if match is not None and (word.is_capitalised or other.is_capitalised):
                        for made in _combined(entry, match, key):
                            yield made, "pair"
        for one, other_part in zip(word.parts, word.parts[1:], strict=False):
            first_part, second_part = meaning.get(one), meaning.get(other_part)
            if first_part is not None and second_part is not None:
                for made in _combined(first_part, second_part, key):
                    yield made, "pair"


def _combined(one: _Known, other: _Known, key: bytes) -> Iterator[int]:
    """Both as written, or one of them with an edit."""
    if one.is_part and other.is_part:
        yield pair_digest(one.token, other.token, key)
    if one.is_part:
        for token in other.edited:
            yield pair_digest(one.token, token, key)
    if other.is_part:
        for token in one.edited:
            yield pair_digest(token, other.token, key)


def _codes(texts: Sequence[str], known: KnownTerms) -> Iterator[int]:
    if not known.families["code"].size:
        return
    asked: list[tuple[int, str]] = []
    for place, text in enumerate(texts):
        whole = set(codes_in(text))
        asked += [(place, code) for code in whole]
        for code in whole:
            if len(code) in known.editable_lengths and code.isdigit():
                asked += [(place, edited) for edited in _edited_codes(code)]
    yield from _held("code", asked, known)


def _edited_codes(code: str) -> Iterator[str]:
    """Every number of the same length that is one edit away: a digit replaced, or two swapped."""
    for place, was in enumerate(code):
        for digit in _DIGITS:
            if digit != was:
                yield code[:place] + digit + code[place + 1 :]
        if place and code[place - 1] != was:
            yield code[: place - 1] + was + code[place - 1] + code[place + 1 :]


def _emails(texts: Sequence[str], known: KnownTerms) -> Iterator[int]:
    if not known.families["code"].size:
        return
    asked = []
    for place, text in enumerate(texts):
        if "@" in text:
            for found in EMAIL.finditer(text):
                address = fold(found[0])
                local, _, domain = address.partition("@")
                asked.append((place, address))
                asked += [(place, f"{near}@{domain}") for near in _near(local)]
    yield from _held("code", asked, known)


def _near(text: str) -> Iterator[str]:
    """Every text of letters, digits and dots that is one edit away."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789._-"
    for place in range(len(text) + 1):
        for letter in letters:
            yield text[:place] + letter + text[place:]
            if place < len(text) and text[place] != letter:
                yield text[:place] + letter + text[place + 1 :]
        if place < len(text):
            yield text[:place] + text[place + 1 :]
        if 0 < place < len(text):
            yield text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]


def _days(texts: Sequence[str], known: KnownTerms) -> Iterator[int]:
    if not known.families["day"].size:
        return
    asked = [
        (place, day.isoformat())
        for place, text in enumerate(texts)
        for _, _, days in find_dates(text)
        for day in days
    ]
    yield from _held("day", asked, known)


def _phrases(texts: Sequence[Sequence[Word]], known: KnownTerms) -> Iterator[int]:
    if not known.families["phrase"].size:
        return
    asked = []
    for place, words in enumerate(texts):
        for first in range(len(words)):
            phrase = ""
            for word in words[first : first + MOST_PHRASE_WORDS]:
                phrase += word.whole
                if len(phrase) >= LEAST_PHRASE:
                    asked.append((place, phrase))
    yield from _held("phrase", asked, known)


def _held(family: Family, asked: Sequence[tuple[int, str]], known: KnownTerms) -> Iterator[int]:
    """The places whose text is in the family; each different text is digested once."""
    made: dict[str, int] = {}
    for _, text in asked:
        if text not in made:
            made[text] = digest(family, text, known.key)
    hits = known.has(family, _array(made[text] for _, text in asked))
    yield from (place for (place, _), hit in zip(asked, hits, strict=True) if hit)


def _array(digests: Iterable[int]) -> Int64:
    return np.fromiter(digests, dtype=np.int64)
