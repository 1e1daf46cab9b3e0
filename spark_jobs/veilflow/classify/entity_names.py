"""Names of persons in texts: words that are names somewhere, and words where names stand.

Evidence is a title before ("Dr."), a label ("Patient:", "Signed,"), a relation ("daughter"), a
degree after (", MD"), a verb that people do, or the name lists; ordinary words never count alone.
What has none of these, a rare name in an unusual place, is missed: the recall on a labelled sample
says how often.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from veilflow.classify.entity import Entity
from veilflow.classify.famous_names import BRANDS
from veilflow.classify.headers import fold
from veilflow.classify.known_names import (
    FIRST_NAMES,
    GIVEN_NAMES,
    NAMES,
    PLACES,
    POSSIBLE,
    TELLING,
    wide_names,
)
from veilflow.classify.name_context import (
    announced,
    is_called,
    is_something_else,
    names_a_thing_by_a_person,
)
from veilflow.classify.name_lists import Word, announces_people, list_size
from veilflow.classify.name_lower_case import find_lower_case_names
from veilflow.classify.name_scripts import find_foreign_names
from veilflow.classify.name_things import is_code, is_named_thing
from veilflow.classify.name_tokens import Token, tokens_of
from veilflow.classify.name_words import FAMILY
from veilflow.classify.plain_words import EPONYM_NOUNS, EPONYMS, PLAIN_WORDS, RELATIONS
from veilflow.classify.text_names import DOUBTFUL
from veilflow.classify.world_names import common_words, plain_names

__all__ = ["find_names"]

_PLACE_FIRST = frozenset(
    "san santa santo sao saint st port puerto porto villa fort mount mont monte lake los las "
    "bad saint-".split()
)
_BEFORE_PLACES = frozenset("in at near from to via of into towards around visit leave".split())
# Capitals of states that are names of persons: alone they are as often the town.
_CAPITALS = frozenset(
    "washington jackson lincoln houston pierre helena olympia augusta dover trenton salem cheyenne "
    "lansing jefferson raleigh".split()
)
# Before a name they say what somebody is: "Producer Ann Lee" is Ann Lee.
_ROLES = frozenset(
    """
    producer director author writer editor singer actor actress composer painter president senator
    congressman congresswoman representative mayor governor minister chancellor judge justice
    chairman chairwoman ceo cfo manager engineer professor lawyer attorney teacher coach captain
    officer detective sergeant lieutenant colonel general inspector principal founder investor
    spokesman spokeswoman spokesperson analyst reporter correspondent defendant plaintiff
    """.split()
)
_TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor sir herr frau monsieur madame mme mlle senor "
    "senora srta sra signor signora rev nurse sister".split()
)
_LABELS = frozenset("patient pt name client resident surname attending physician doctor".split())
_DEGREES = frozenset("md do rn phd np pa mbbs dds dipl mph frcp msn pharmd lpn".split())
_BEFORE = frozenset(
    """
    signed by with per named called spoke reviewed seen saw referring colleague
    dear regards sincerely witness witnessed told informed contacted attn cc hi hello
    """.split()
)
# As often before a thing: "ported to Jetpack Compose".
_TOWARDS = frozenset(["to"])
_AFTER = frozenset(
    """
    reported reports says said slept denies denied called visited presented presents complains
    complained states stated lives works wishes agreed agrees signed witnessed reviewed recommends
    """.split()
)
_PARTICLES = frozenset(
    "de da do dos das del della di du la le van von der den ter ten bin ibn al el abu bint".split()
)
_ANNOUNCED, _SURE, _TITLED = 0.7, 0.8, 0.95
_DIGIT_AHEAD = re.compile(r"-?[0-9]")
# Words with a capital at the start of a sentence, or always, that a verb of persons may follow.
_NEVER = frozenset(
    """
    i he she it they we you who that this these those there here what which when where how why
    if so then thus as at in on of and or but not no yes all both some many most more one two
    everyone everybody someone somebody nobody people english german french spanish italian
    american british european monday tuesday wednesday thursday friday saturday sunday god
    true false none null
    """.split()
)
# "the U.S. market", "Aegon N.V.", "P.O. Box", "Ph.D.".
_ABBREVIATIONS = frozenset(
    """
    us uk un eu uae usa ussr ny nyc la dc nj nv sa bv na ag kg pc po nb ne nw se sw ps pps am pm ad
    bc bce ce cv id iv im er or gp iq tv pr vp hq qa it hr ai eg ie pa ba ma bs ms bsc msc phd md
    rn do np ca st tbd rsvp vip fka aka dba asap faq
    """.split()
)
_LETTERS = re.compile(r"[^A-Za-z]")
_INITIALS = re.compile(r"(?<!\w)(?:[A-Z]\.[ -]?){2,4}(?!\w)")


def find_names(text: str) -> Iterator[Entity]:
    """The names of persons in ``text``, each whole where its parts stand together."""
    tokens = tokens_of(text)
    shouting = sum(t.is_capitals for t in tokens) > len(tokens) // 2
    at = 0
    while at < len(tokens):
        size = _run(tokens, at, shouting)
        if size == 0:
            at += 1
            continue
        run = tokens[at : at + size]
        if len(run) > 1 and run[0].plain in _ROLES:
            at += 1
            continue
        if listed := list_size(tokens, at, _is_single):
            several = _of_list(tokens, at, listed)
            if announces_people(text, run[0].start):
                yield from (Entity(t.start, t.end, "person_name", 0.7) for t in several)
            if announces_people(text, run[0].start) or _are_surnames(several):
                at += listed + (several[-1].gap == " ")
                continue
        score = _score(tokens, at, size, shouting)
        if _DIGIT_AHEAD.match(text, run[-1].end) or _is_brand(tokens, at, size, score):
            at += size
            continue
        if score < _TITLED and not shouting and _is_thing(text, run):
            score = 0.0
        elif score < _TITLED:
            if score < _SURE and not shouting:
                score = _in_context(text, run, score)
                if score < _ANNOUNCED and _is_double_surname(run):
                    score = 0.0
            said = score >= _SURE and ":" in run[0].gap
            if score and (
                (not said and _are_common_words(run)) or is_named_thing(text, tokens, at, size)
            ):
                score = 0.0
        if score and not is_code(text, run[0].start, run[-1].end):
            yield Entity(run[0].start, run[-1].end, "person_name", score)
        at += size
    yield from find_lower_case_names(text, tokens)
    yield from _initials(text)
    yield from find_foreign_names(text)


def _is_single(token: Word) -> bool:
    return isinstance(token, Token) and _may_be_name(token, shouting=False)


def _of_list(tokens: Sequence[Token], at: int, listed: int) -> list[Token]:
    """The words of a list without its "and"."""
    ahead = [token for token in tokens[at : at + listed + 1] if token.plain != "and"]
    return ahead[:listed]


def _are_surnames(several: Sequence[Token]) -> bool:
    """Whether none is a given name alone: "Davis, Reynolds and Williamson" is a firm."""
    return not any(token.plain in GIVEN_NAMES and token.plain not in FAMILY for token in several)


def _is_brand(tokens: Sequence[Token], at: int, size: int, score: float) -> bool:
    """ "Dr. Oetker" with the title before, "Louis Vuitton", and "Bosch" if no title says else."""
    words = " ".join(token.plain for token in tokens[at : at + size]).replace("-", " ").split(" ")
    if at and f"{tokens[at - 1].plain} {words[0]}" in BRANDS:
        return True
    if score < _TITLED and (" ".join(words[:2]) in BRANDS or " ".join(words) in BRANDS):
        return len(words) > 1 or score < _SURE
    named = any(word in NAMES or word in wide_names() for word in words[1:])
    return score < _SURE and words[0] in BRANDS and not named


def _is_thing(text: str, run: Sequence[Token]) -> bool:
    words = [token.plain for token in run]
    return names_a_thing_by_a_person(text, run[0].start, run[-1].end, words)


def _in_context(text: str, run: Sequence[Token], score: float) -> float:
    """The score with what stands around counted in."""
    start, end = run[0].start, run[-1].end
    if is_something_else(text, start, end, run[0].parts[0]):
        return 0.0
    plain = all(token.plain in PLAIN_WORDS or token.plain in _NEVER for token in run)
    called = len(run) == 1 and run[0].is_written_as_name and run[0].plain not in _NEVER
    if called and is_called(text, start, end):
        return (
            score
            if plain and run[0].plain not in POSSIBLE and run[0].plain not in DOUBTFUL
            else max(score, 0.7)
        )
    return score if plain else max(score, announced(text, start, end))


def _run(tokens: Sequence[Token], at: int, shouting: bool) -> int:
    """How many words from ``at`` on may be one name: capitals, initials, particles between."""
    if not _may_be_name(tokens[at], shouting):
        return 0
    size = 1
    while at + size < len(tokens) and size < 6:
        token, gap = tokens[at + size], tokens[at + size].gap
        before = tokens[at + size - 1]
        joins = gap == " " or (gap == ". " and before.is_initial) or (gap == "  ")
        comma = gap == ", " and size == 1 and _is_family_first(tokens, at)
        if comma and not before.is_capitals and _goes_on(tokens, at + size + 1):
            comma = False
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


def _is_double_surname(run: Sequence[Token]) -> bool:
    """ "Mann-Whitney", "Sherwin-Williams": alone, a test or a firm as often as somebody."""
    first, *others = run[0].parts
    alone = len(run) == 1 and "-" in run[0].plain and bool(others)
    return alone and first not in FIRST_NAMES and first not in _PARTICLES


def _are_common_words(run: Sequence[Token]) -> bool:
    """ "World", "Deep Learning": no list has any of them as a name, and any prose has them."""
    return all(
        token.is_initial or (token.plain in common_words() and not _is_known(token))
        for token in run
    )


def _is_known(token: Token) -> bool:
    return any(
        part in FIRST_NAMES or part in FAMILY or part in wide_names() for part in token.parts
    )


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether "A, B" is the start of a list."""
    return at < len(tokens) and (tokens[at].plain == "and" or tokens[at].gap == " & ")


def _is_family_first(tokens: Sequence[Token], at: int) -> bool:
    """Whether "Doe, Jane" is one name: one of the two is a name that is nothing else.

    Not where the first ends a longer item ("German Shepherd, Jack Russell"), nor inside a sentence
    where only the second is a name ("Babel to Swc, Travis to Jenkins").
    """
    family, given = tokens[at], tokens[at + 1]
    state = given.is_capitals and len(given.text) == 2 and not family.is_capitals
    if not given.is_capitalised or family.gap == " & " or state:
        return False
    before = tokens[at - 1] if at and family.gap == " " else None
    if before is not None and before.plain not in _TITLES and before.plain not in _LABELS:
        known = family.plain in NAMES or family.plain in wide_names()
        if before.is_capitalised or not known:
            return False
    return any(part in TELLING for token in (family, given) for part in token.parts)


def _may_be_name(token: Token, shouting: bool) -> bool:
    if not token.is_capitalised or token.is_initial:
        return False
    if token.plain in PLAIN_WORDS and token.plain not in POSSIBLE:
        return False
    return not (token.is_capitals and len(token.text) < 3 and token.plain not in NAMES)


def _score(tokens: Sequence[Token], at: int, size: int, shouting: bool) -> float:
    """How much speaks for the words being a name; 0 for not enough."""
    run = tokens[at : at + size]
    if all(part in _PARTICLES for token in run for part in token.parts):
        return 0.0
    before = tokens[at - 1] if at else None
    after = tokens[at + size] if at + size < len(tokens) else None
    parts = [part for token in run for part in token.parts]
    telling = [part for part in parts if part in TELLING]
    known = [part for part in parts if part in NAMES]
    if after is not None and any(part in EPONYMS for part in parts):
        if after.plain in EPONYM_NOUNS or after.gap.startswith(("'s", "\u2019s")):
            return 0.0
    near = before is not None and "\n" not in run[0].gap and "." not in run[0].gap.strip(". ")
    titled = before is not None and before.plain in _TITLES and before.text != "MX"
    if titled and run[0].gap in (" ", ". ", "."):
        return 0.95
    if after is not None and after.plain in _DEGREES and after.gap in (", ", " "):
        if after.gap == ", " or (after.text[-1].isupper() and not run[-1].is_capitals):
            return 0.95
    place = " ".join(parts)
    is_place = place in PLACES or place in _CAPITALS or parts[0] in _PLACE_FIRST
    if is_place and not _is_labelled(tokens, at):
        return 0.0
    # "Hubbard-Thomas" alone: two family names are a firm as often as a person.
    double = size == 1 and len(parts) > 1 and "-" in run[0].plain
    if double and all(
        part in FAMILY or (part in wide_names() and part not in GIVEN_NAMES) for part in parts
    ):
        return 0.0
    if len(telling) >= 1 and len(known) >= 2:
        return 0.9
    if before is not None and near and _is_labelled(tokens, at):
        return 0.85
    # "daughter Lucy"; not "grandma's Boysenberry Spread", nor "parents=False".
    joined = "=" not in run[0].gap and not run[0].gap.startswith(("'s", "\u2019s"))
    if before is not None and near and joined and before.plain in RELATIONS:
        return 0.85
    if size == 1 and before is not None and run[0].gap == " " and before.plain == "at":
        return 0.0
    if telling:
        return 0.75 if size > 1 else 0.65
    if wide := [
        p for token in run if token.is_written_as_name for p in token.parts if p in wide_names()
    ]:
        return _score_of_wide(before if run[0].gap == " " else None, size, len(wide) + len(known))
    if size > 1 and run[0].plain in FIRST_NAMES and not place.isascii():
        return 0.6
    if before is not None and near and size > 1:
        if before.plain in _BEFORE or (before.plain in _TOWARDS and run[0].plain in plain_names()):
            return 0.7
    verb = after is not None and after.plain in _AFTER and after.gap == " "
    # "the European Union agreed": the end of a longer name in capitals isn't a person's.
    longer = before is not None and before.is_capitalised and run[0].gap == " "
    verb = verb and not (longer and before is not None and before.plain not in PLAIN_WORDS)
    if verb and run[0].plain not in PLAIN_WORDS and not shouting:
        return 0.6
    return 0.6 if len(known) >= 2 else 0.0


def _score_of_wide(before: Token | None, size: int, names: int) -> float:
    """For names that are told by the wide list alone: not where a place would stand."""
    if names > 1:
        return 0.75
    if before is not None and before.plain in _BEFORE_PLACES:
        return 0.0
    return 0.6 if size > 1 else 0.55


def _is_labelled(tokens: Sequence[Token], at: int) -> bool:
    """After "Patient: ", "Pt " or "Name: "."""
    if not at:
        return False
    gap = tokens[at].gap
    return tokens[at - 1].plain in _LABELS and len(gap) <= 3 and "\n" not in gap and "." not in gap


def _initials(text: str) -> Iterator[Entity]:
    """Initials, surer after a label; what the same letters stand for everywhere is none."""
    for found in _INITIALS.finditer(text):
        start, end = found.start(), found.start() + len(found[0].rstrip())
        before = fold(text[max(0, start - 12) : start]).split()
        if before and before[-1].strip(".:,") in (_LABELS | _TITLES):
            yield Entity(start, end, "person_name", 0.85)
        elif _LETTERS.sub("", found[0]).lower() not in _ABBREVIATIONS:
            yield Entity(start, end, "person_name", 0.55)
