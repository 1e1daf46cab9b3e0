"""What a column's name suggests, in several languages.

A name is split at underscores, punctuation, digits and camel case, accents are removed, and words
that were written together ("dateofbirth", "userid") are taken apart with the vocabulary itself.
A phrase inside a longer one doesn't count: in "e-mail address" nothing suggests a street. Nor does
a phrase in a name that is about something else: "phone model", "number of e-mails", "has address".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from veilflow.classify.header_words import EXACT, NOT_TO_SPLIT, STRONG, WEAK, WORDS
from veilflow.classify.header_words_about import COUNTS, TELLS_ABOUT, THINGS
from veilflow.classify.header_words_europe import STRONG_EUROPE, WEAK_EUROPE
from veilflow.classify.header_words_health import STRONG_HEALTH
from veilflow.classify.header_words_more import EXACT_MORE, STRONG_MORE, WEAK_MORE
from veilflow.classify.header_words_world import STRONG_WORLD

__all__ = [
    "CATEGORIES",
    "Hint",
    "fold",
    "header_hints",
    "is_known_word",
    "names_a_thing",
    "phrase_hint",
    "tokens_of",
]

_MAX_NAME = 300
_CAMEL = re.compile(r"(?<=[a-zß-ÿ0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W\d_]+")


class Hint(NamedTuple):
    """How strongly a name suggests a type: 1.0 for a telling phrase, 0.5 for an ambiguous one."""

    strength: float
    words: int


def fold(text: str) -> str:
    """The text in lower case without accents and compatibility forms, for comparing words.

    >>> fold("Straße"), fold("Prénom")
    ('strasse', 'prenom')
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def tokens_of(name: str) -> tuple[str, ...]:
    """The words of a column name.

    >>> tokens_of("PatientDateOfBirth"), tokens_of("ZIP_code2"), tokens_of("userid")
    (('patient', 'date', 'of', 'birth'), ('zip', 'code'), ('user', 'id'))
    """
    parts = _WORD.findall(_CAMEL.sub(" ", name[:_MAX_NAME].replace("#", " no ")))
    return tuple(word for part in parts for word in _taken_apart(fold(part)))


def is_known_word(word: str) -> bool:
    """Whether a folded word is one that column names commonly use."""
    return word in _vocabulary()


@lru_cache(maxsize=4096)
def header_hints(name: str) -> dict[str, Hint]:
    """The types that a name suggests; treat the result as read-only."""
    tokens = tokens_of(name)
    found = _phrases_in(tokens)
    hints = {type_id: Hint(1.0, 1) for type_id in (*_compounds(tokens), *_ends_in_cjk(tokens))}
    if tokens and len(tokens[-1]) > 4 and tokens[-1].endswith("id"):
        # "steamid": an unknown word of which the end says what it is, unless a word ends so.
        if tokens[-1] not in NOT_TO_SPLIT and not tokens[-1].endswith(_NO_ID):
            hints["generic_id"] = Hint(0.5, 1)
    for entry in found:
        start, end, type_id, strength = entry
        if any(_hides(other, entry) for other in found):
            continue
        if type_id not in CATEGORIES and _is_about_something_else(entry[:3], tokens):
            continue
        if type_id == "generic_id" and _numbers_a_category(tokens, end):
            strength = min(strength, 0.5)
        hint = Hint(strength, end - start)
        if type_id in CATEGORIES and _measures(entry[:3], tokens):
            continue
        if type_id and hint > hints.get(type_id, Hint(0.0, 0)):
            hints[type_id] = hint
    return hints


def phrase_hint(name: str, phrases: Iterable[str]) -> Hint | None:
    """Whether one of ``phrases`` is in the name, together or apart; the longest counts.

    >>> phrase_hint("patient_loyaltyCardNo", ["loyalty card"]), phrase_hint("age", ["loyalty card"])
    (Hint(strength=1.0, words=2), None)
    """
    tokens = tokens_of(name)
    found: Hint | None = None
    for phrase in phrases:
        words = tokens_of(phrase)
        if not words:
            continue
        places = [
            start
            for start in range(len(tokens) - len(words) + 1)
            if tokens[start : start + len(words)] == words
        ]
        is_told = any(
            not _is_about_something_else((start, start + len(words), ""), tokens)
            for start in places
        )
        together = "".join(words)
        if (is_told or together in tokens) and (found is None or len(words) > found.words):
            found = Hint(1.0, len(words))
    return found


@lru_cache(maxsize=4096)
def names_a_thing(name: str) -> bool:
    """Whether the name says that the values are things: brands, products, colours, titles.

    >>> names_a_thing("product_brand"), names_a_thing("brand_manager")
    (True, False)
    """
    last = tokens_of(name)[-1:]
    return bool(last) and (last[0] in THINGS or last[0].endswith(_GERMAN_THINGS))


# The last part of a German compound says what it is: Hundefarbe.
_GERMAN_THINGS = ("farbe", "marke", "sorte", "modell", "rasse", "produkt", "artikel")


_NO_ID = ("oid", "aid", "uid", "fluid", "ovid", "acid", "bid", "lid", "yrid", "david", "madrid")
CATEGORIES = frozenset(
    "gender marital_status ethnic_group nationality spoken_language occupation employment_status "
    "education insurance religion political_opinion trade_union sexual_orientation blood_type "
    "health_indicator medical_specialty income_bracket icd10_code age free_text medication".split()
)
"""Types whose values are categories: a status, a code or a flag of one is still of that type."""


_TIMES = frozenset("year years month day date expiry expiration".split())
_KINDS_OF_TIME = frozenset({"date_of_birth", "amount", "city", "region", "country"})
"""Types that such a last word leaves alone: a salary a month is a salary."""
_STATISTICS = frozenset("avg average mean median max min".split())
"""First words after which an amount is still an amount."""


def _is_about_something_else(phrase: tuple[int, int, str], tokens: tuple[str, ...]) -> bool:
    """Whether the words around a phrase make it a count, a flag or an attribute of the thing."""
    start, end, type_id = phrase
    if start == 0 and end == 1 and tokens[0] in ("no", "number") and len(tokens) > 1:
        return tokens[-1].endswith("s")
    if (
        tokens[0] in COUNTS
        and (start > 0 or (end == 1 and len(tokens) > 1))
        and tokens[:2] != ("num", "tel")
        and not (type_id == "amount" and tokens[0] in _STATISTICS)
    ):
        return tokens[0] not in ("num", "nb", "n") or tokens[-1].endswith("s")
    return end < len(tokens) and (
        tokens[-1] in TELLS_ABOUT or (tokens[-1] in _TIMES and type_id not in _KINDS_OF_TIME)
    )


def _numbers_a_category(tokens: tuple[str, ...], end: int) -> bool:
    """Whether it is the number of a type, a status or the like: no record and nobody has it."""
    return end == len(tokens) > 1 and tokens[-1] == "id" and tokens[-2] in _CATEGORY_WORDS


_COMPOUNDS = (
    (("gehalt", "betrag", "preis", "kosten", "lohn", "einkommen", "umsatz", "bedrag", "prijs"),
     "amount"),
    (("datum", "sdato", "tdato"), "date"),
    (("telefon", "telefoon"), "phone_number"),
    (("adresse", "anschrift", "adres"), "street_address"),
    (("nummer", "nr"), "generic_id"),
)  # fmt: skip
"""Last parts of German, Dutch and Nordic words, which say what the whole is: Jahresgehalt."""


def _compounds(tokens: tuple[str, ...]) -> Iterator[str]:
    if not tokens or tokens[-1] in _vocabulary() or tokens[-1] in _index():
        return
    last = tokens[-1]
    for endings, type_id in _COMPOUNDS:
        if any(last.endswith(end) and len(last) > len(end) + 3 for end in endings):
            yield type_id


_IN_CJK = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]{2,}")


def _ends_in_cjk(tokens: tuple[str, ...]) -> Iterator[str]:
    """What the longest known ending of a name without blanks tells, as 携帯電話番号 ends."""
    if not tokens or not _IN_CJK.fullmatch(tokens[-1]) or tokens[-1] in _index():
        return
    for start in range(1, len(tokens[-1])):
        for _, type_id, strength, _ in _index().get(tokens[-1][start:], ()):
            if strength == 1.0:
                yield type_id
                return


_MEASURES = frozenset(
    "satisfaction involvement engagement performance rating score scores hours count growth tenure "
    "change index outlook".split()
)
_MEASURED = frozenset({"occupation", "education", "employment_status", "marital_status"})
_OF_JOBS = frozenset("location address city country site date start end posting".split())


def _measures(phrase: tuple[int, int, str], tokens: tuple[str, ...]) -> bool:
    """Whether it says how much, how well or where: a job's satisfaction, an ad's location."""
    start, end, type_id = phrase
    if end == len(tokens) or type_id not in _MEASURED:
        return False
    return tokens[-1] in _MEASURES or (type_id == "occupation" and tokens[end] in _OF_JOBS)


_CATEGORY_WORDS = frozenset(
    "type status source category disposition reason class level mode method priority severity "
    "currency".split()
)

_Found = tuple[int, int, str, float]


def _hides(longer: _Found, shorter: _Found) -> bool:
    """Whether a phrase explains a shorter one inside it away.

    "id" stays an identifier in any phrase: the longer type may be vetoed by the values.
    """
    (start, end, _, strength), (first, last, type_id, own) = longer, shorter
    inside = start <= first and last <= end and end - start > last - first
    return inside and strength >= own and not (type_id == "generic_id" and own == 1.0)


def _phrases_in(tokens: tuple[str, ...]) -> list[_Found]:
    found: list[_Found] = []
    for start, token in enumerate(tokens):
        for text, type_id, strength, whole in _index().get(token, ()):
            phrase = _words_of(text)
            end = start + len(phrase)
            fits = tokens[start:end] == phrase and (not whole or len(phrase) == len(tokens))
            if fits:
                found.append((start, end, type_id, strength))
    return found


_Entry = tuple[str, str, float, bool]


@lru_cache(maxsize=8192)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text))


@cache
def _index() -> dict[str, list[_Entry]]:
    """Phrases by their first word. An empty type marks a phrase that only hides shorter ones.

    A phrase is taken apart when it is looked for: most never are.
    """
    index: dict[str, list[_Entry]] = {}
    for entry in _entries():
        index.setdefault(entry[0].partition(" ")[0], []).append(entry)
    for entry in _world_entries():
        first = _WORD.search(entry[0])
        assert first is not None
        index.setdefault(first[0], []).append(entry)
    return index


def _entries() -> Iterator[_Entry]:
    tables = (
        (STRONG, 1.0, False),
        (STRONG_MORE, 1.0, False),
        (WEAK, 0.5, False),
        (WEAK_MORE, 0.5, False),
        (EXACT, 1.0, True),
        (EXACT_MORE, 1.0, True),
    )
    for table, strength, whole in tables:
        for type_id, listed in table.items():
            for text in listed.split(","):
                yield text, type_id, strength, whole


_SHORT = 4


def _world_entries() -> Iterator[_Entry]:
    """A short word in Latin letters counts as a whole name only: in English it is another word."""
    tables = (
        (STRONG_WORLD, 1.0),
        (STRONG_EUROPE, 1.0),
        (STRONG_HEALTH, 1.0),
        (WEAK_EUROPE, 0.5),
    )
    for table, strength in tables:
        for type_id, listed in table.items():
            for text in fold(listed).split(","):
                whole = len(text) <= _SHORT and text.isascii() and text.isalpha()
                yield text, type_id, strength, whole


@cache
def _vocabulary() -> frozenset[str]:
    """Words with which names written together are taken apart; none of the further languages."""
    words = set(",".join(text for text, *_ in _entries()).replace(",", " ").split())
    long = {word for word in words if len(word) > 2}
    return frozenset(long | set(WORDS.split()))


@lru_cache(maxsize=4096)
def _taken_apart(token: str) -> tuple[str, ...]:
    """The known words that a token consists of, longest first word first; or the token itself."""
    known = _vocabulary()
    if token in known or not 5 <= len(token) <= 40 or token in NOT_TO_SPLIT:
        return (token,)
    if token in _index():
        return (token,)
    parts = _split(token, known, 4)
    return tuple(parts) if parts else (token,)


def _split(rest: str, known: frozenset[str], most: int) -> list[str] | None:
    if not rest:
        return []
    if most == 0:
        return None
    for size in range(len(rest), 1, -1):
        if rest[:size] in known and (tail := _split(rest[size:], known, most - 1)) is not None:
            return [rest[:size], *tail]
    return None
