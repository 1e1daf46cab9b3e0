"""Names of persons in texts: words that are names somewhere, and words where names stand.

Evidence is a title before ("Dr."), a label ("Patient:", "Signed,"), a relation ("daughter"), a
degree after (", MD"), a verb that people do, or the name lists; ordinary words never count alone.
What has none of these, a rare name in an unusual place, is missed: the recall on a labelled sample
says how often.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from veilflow.classify.entity import Entity
from veilflow.classify.headers import fold
from veilflow.classify.name_context import announced, is_something_else
from veilflow.classify.name_words import CJK_FAMILY, FAMILY, GIVEN, ORDINARY
from veilflow.classify.plain_words import EPONYM_NOUNS, EPONYMS, PLAIN_WORDS, RELATIONS
from veilflow.classify.text_names import DOUBTFUL, MORE_GIVEN
from veilflow.classify.words import CITIES, COUNTRIES

__all__ = ["find_names"]

_GIVEN = GIVEN | (MORE_GIVEN - CITIES - COUNTRIES)
_NAMES = _GIVEN | FAMILY
_TELLING = _NAMES - ORDINARY - PLAIN_WORDS - DOUBTFUL
_POSSIBLE = _NAMES | ORDINARY
_TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor sir herr frau monsieur madame mme mlle senor "
    "senora srta sra signor signora rev nurse sister".split()
)
_LABELS = frozenset("patient pt name client resident surname attending physician doctor".split())
_DEGREES = frozenset("md do rn phd np pa mbbs dds dipl mph frcp msn pharmd lpn".split())
_BEFORE = frozenset(
    """
    signed dictated by with to named called spoke reviewed seen saw referring colleague
    dear regards sincerely witness witnessed told informed per contacted attn cc hi hello
    """.split()
)
_AFTER = frozenset(
    """
    reported reports says said slept denies denied called visited presented presents complains
    complained states stated lives works wishes agreed agrees signed witnessed reviewed recommends
    """.split()
)
_PARTICLES = frozenset(
    "de da do dos das del della di du la le van von der den ter ten bin ibn al el abu bint".split()
)
_SURE = 0.8
# Words with a capital at the start of a sentence, or always, that a verb of persons may follow.
_NEVER = frozenset(
    """
    i he she it they we you who that this these those there here what which when where how why
    if so then thus as at in on of and or but not no yes all both some many most more one two
    everyone everybody someone somebody nobody people english german french spanish italian
    american british european monday tuesday wednesday thursday friday saturday sunday god
    """.split()
)
_PIECE = r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff])+"
_WORD = re.compile(rf"{_PIECE}(?:['\u2019\u2010\u2011.-]{_PIECE})*")
_INITIALS = re.compile(r"(?<!\w)(?:[A-Z]\.[ -]?){2,4}(?!\w)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,12}")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1eff\u0900-\u0dff\u0e00-\u0eff\u1f00-\u1fff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    plain: str
    gap: str  # between it and the word before

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_capitals(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()

    @property
    def is_initial(self) -> bool:
        return len(self.text) == 1 and self.text.isupper()

    @property
    def parts(self) -> list[str]:
        return [part for part in re.split(r"['\u2019\u2010\u2011.-]", self.plain) if part]


def find_names(text: str) -> Iterator[Entity]:
    """The names of persons in ``text``, each whole where its parts stand together."""
    tokens = _tokens(text)
    shouting = sum(t.is_capitals for t in tokens) > len(tokens) // 2
    at = 0
    while at < len(tokens):
        size = _run(tokens, at, shouting)
        if size == 0:
            at += 1
            continue
        run = tokens[at : at + size]
        score = _score(tokens, at, size, shouting)
        if text[run[-1].end : run[-1].end + 1].isdigit():
            score = 0.0
        if score < _SURE and not shouting:
            score = _in_context(text, run, score)
        if score:
            yield Entity(run[0].start, run[-1].end, "person_name", score)
        at += size
    yield from _lower_case(text, tokens)
    yield from _initials(text)
    yield from _other_scripts(text)


def _in_context(text: str, run: Sequence[_Token], score: float) -> float:
    """The score with what stands around counted in."""
    start, end = run[0].start, run[-1].end
    if is_something_else(text, start, end, run[0].parts[0]):
        return 0.0
    plain = all(token.plain in PLAIN_WORDS or token.plain in _NEVER for token in run)
    return score if plain else max(score, announced(text, start, end))


def _tokens(text: str) -> list[_Token]:
    made, end = [], 0
    for found in _WORD.finditer(text):
        made.append(
            _Token(found.start(), found.end(), found[0], fold(found[0]), text[end : found.start()])
        )
        end = found.end()
    return made


def _run(tokens: Sequence[_Token], at: int, shouting: bool) -> int:
    """How many words from ``at`` on may be one name: capitals, initials, particles between."""
    if not _may_be_name(tokens[at], shouting):
        return 0
    size = 1
    while at + size < len(tokens) and size < 6:
        token, gap = tokens[at + size], tokens[at + size].gap
        before = tokens[at + size - 1]
        joins = gap == " " or (gap == ". " and before.is_initial) or (gap == "  ")
        comma = gap == ", " and size == 1 and _is_family_first(before, token)
        if not (joins or comma):
            break
        if token.plain in _PARTICLES and at + size + 1 < len(tokens):
            following = tokens[at + size + 1]
            ahead = following.plain in _PARTICLES or _may_be_name(following, shouting)
            if following.gap == " " and ahead and not token.is_capitals:
                size += 1
                continue
        if not (token.is_initial or _may_be_name(token, shouting)):
            break
        size += 1
    while size > 1 and tokens[at + size - 1].plain in _PARTICLES:
        size -= 1
    return size


def _is_family_first(family: _Token, given: _Token) -> bool:
    """Whether "Doe, Jane" is one name: one of the two is a name that is nothing else."""
    return given.is_capitalised and any(
        part in _TELLING for token in (family, given) for part in token.parts
    )


def _may_be_name(token: _Token, shouting: bool) -> bool:
    if not token.is_capitalised or token.is_initial:
        return False
    if token.plain in PLAIN_WORDS and token.plain not in _POSSIBLE:
        return False
    return not (token.is_capitals and len(token.text) < 3 and token.plain not in _NAMES)


def _score(tokens: Sequence[_Token], at: int, size: int, shouting: bool) -> float:
    """How much speaks for the words being a name; 0 for not enough."""
    run = tokens[at : at + size]
    if all(part in _PARTICLES for token in run for part in token.parts):
        return 0.0
    before = tokens[at - 1] if at else None
    after = tokens[at + size] if at + size < len(tokens) else None
    parts = [part for token in run for part in token.parts]
    telling = [part for part in parts if part in _TELLING]
    known = [part for part in parts if part in _NAMES]
    if after is not None and any(part in EPONYMS for part in parts):
        if after.plain in EPONYM_NOUNS or run[-1].plain.endswith(("'s", "\u2019s")):
            return 0.0
    near = before is not None and "\n" not in run[0].gap and "." not in run[0].gap.strip(". ")
    titled = before is not None and before.plain in _TITLES and before.text != "MX"
    if titled and run[0].gap in (" ", ". ", "."):
        return 0.95
    if after is not None and after.plain in _DEGREES and after.gap in (", ", " "):
        return 0.95
    place = " ".join(part for token in run for part in token.parts)
    if (place in CITIES or place in COUNTRIES) and not _is_labelled(tokens, at):
        return 0.0
    if len(telling) >= 1 and len(known) >= 2:
        return 0.9
    if before is not None and near and _is_labelled(tokens, at):
        return 0.85
    if before is not None and near and before.plain in RELATIONS:
        return 0.85
    if telling:
        return 0.75 if size > 1 else 0.65
    if before is not None and near and before.plain in _BEFORE and size > 1:
        return 0.7
    verb = after is not None and after.plain in _AFTER and after.gap == " "
    # "the European Union agreed": the end of a longer name in capitals isn't a person's.
    longer = before is not None and before.is_capitalised and run[0].gap == " "
    verb = verb and not (longer and before is not None and before.plain not in PLAIN_WORDS)
    if verb and run[0].plain not in PLAIN_WORDS and not shouting:
        return 0.6
    return 0.6 if len(known) >= 2 else 0.0


def _is_labelled(tokens: Sequence[_Token], at: int) -> bool:
    """After "Patient: ", "Pt " or "Name: "."""
    if not at:
        return False
    gap = tokens[at].gap
    return tokens[at - 1].plain in _LABELS and len(gap) <= 3 and "\n" not in gap and "." not in gap


def _lower_case(text: str, tokens: Sequence[_Token]) -> Iterator[Entity]:
    """Names in small letters: two of which both are known, or one after words that announce it."""
    for one, other in zip_longest(tokens, tokens[1:]):
        if one.is_capitalised or one.plain not in _TELLING or len(one.plain) < 3:
            continue
        pair = other is not None and other.gap == " " and other.plain not in PLAIN_WORDS
        pair = pair and other is not None and not other.is_capitalised
        end = other.end if pair and other is not None and len(other.plain) > 2 else one.end
        if announced(text, one.start, end, follows=False):
            yield Entity(one.start, end, "person_name", 0.6)
    for one, other in zip(tokens, tokens[1:], strict=False):
        if one.is_capitalised or other.is_capitalised or other.gap != " ":
            continue
        given, family = one.plain in _GIVEN, other.plain in FAMILY
        if given and family and (one.plain in _TELLING or other.plain in _TELLING):
            if one.plain not in PLAIN_WORDS and other.plain not in PLAIN_WORDS:
                yield Entity(one.start, other.end, "person_name", 0.7)


def _initials(text: str) -> Iterator[Entity]:
    for found in _INITIALS.finditer(text):
        before = fold(text[max(0, found.start() - 12) : found.start()]).split()
        said = before and before[-1].strip(".:,") in (_LABELS | _TITLES)
        yield Entity(found.start(), found.start() + len(found[0].rstrip()), "person_name",
                     0.85 if said else 0.55)  # fmt: skip


def _other_scripts(text: str) -> Iterator[Entity]:
    """In a text of Latin letters, words of another script; in others only Chinese-form names."""
    latin = len(_LATIN.findall(text))
    for found in _CJK.finditer(text):
        mostly_latin = latin > 3 * len(found[0])
        if mostly_latin or (found[0][0] in CJK_FAMILY and len(found[0]) <= 4):
            yield Entity(found.start(), found.end(), "person_name", 0.8 if mostly_latin else 0.6)
    for found in re.finditer(rf"{_PIECE}(?:[ \u30fb\u00b7-]{_PIECE}){{0,3}}", text):
        letters = [char for char in found[0] if char.isalpha()]
        foreign = [char for char in letters if _is_foreign(char)]
        if foreign and latin > len(foreign):
            first, last = found[0].index(foreign[0]), found[0].rindex(foreign[-1])
            yield Entity(found.start() + first, found.start() + last + 1, "person_name", 0.75)


def _is_foreign(char: str) -> bool:
    return "\u0370" <= char <= "\u1cff" or "\u1f00" <= char <= "\u1fff"
