"""Where a text names the people whom the tables know, in whatever form.

A word counts as a part of a name if it is spelt like one (case and accents apart), like several
written together, or is one edit from one. A part that is also an ordinary word, is short, or has
an edit counts only with further evidence: another part beside it, a title or label before it, or
a capital where a sentence doesn't ask for one. Initials count beside a part, with dots, or after
a title or label.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from veilflow.classify.name_words import TITLES
from veilflow.classify.plain_words import EPONYM_NOUNS, EPONYMS, PLAIN_WORDS
from veilflow.classify.words import MONTHS
from veilflow.mask.text.edits import is_one_edit
from veilflow.mask.text.folding import Folded
from veilflow.mask.text.spans import Span
from veilflow.mask.text.terms import PARTICLES, PersonTerms

__all__ = ["find_people"]

_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u109f\u1780-\u17ff])+")
_DOTTED = re.compile(r"(?<!\w)[^\W\d_]\. ?[^\W\d_]\.(?: ?[^\W\d_]\.)?(?!\w)")
_LEADING_INITIAL = re.compile(r"(?<!\w)([^\W\d_])(?:\. ?|['\u2019] ?| )$")
_TRAILING_INITIAL = re.compile(r"(,? )([^\W\d_])(\.?)(?!\w)")
_LAST_WORD = re.compile(r"([^\W\d_]+)['\u2019]?\.?:?\s*$")
_NEXT_WORD = re.compile(r"\W{0,3}([^\W_]+)")
_BETWEEN = re.compile(
    r"[\s,.\u2010-\u2015'\u2019\u00b7\u30fb-]{0,4}(?:[^\W\d_](?:['\u2019.]\s?|[\s-]{1,2}))?"
)
# A person is introduced: "Brown, 62", "BROWN (1957-03-21)", or the name has its line for itself.
_INTRODUCED = re.compile(r"(?:, ?[0-9]| ?\(| *(?:\n|$))")
_DAY_BEFORE = re.compile(r"[0-9](?:st|nd|rd|th)?\.? $")
_ENDS = re.compile(r"[.!?:;\n\r|]|^\s*$")
_MARKS = TITLES | frozenset(
    "pt patient patientin patienten name names surname client resident given family first last "
    "fornavn nom nombre nome naam called".split()
)
_VERBS = frozenset(
    "is was has had will says said reports reported denies denied states stated presents presented "
    "complains complained slept called visited asked agreed came lives works wishes feels felt "
    "remains does did can reviewed recommends still and to".split()
)
_BEFORE_MONTH = frozenset(
    "in on since until till of by from during early late mid last next this through to before "
    "after and between every".split()
)
_MOST_INITIALS = 3
_JOINED_SCRIPTS = "\u3040"  # where the scripts without blanks between words begin
_LEAST_EDITED, _LEAST_EDITED_ALONE = 4, 4


@dataclass(slots=True)
class _Hit:
    """A word that may be a part of somebody's name. ``is_sure`` needs nothing beside it."""

    start: int
    end: int
    person: int
    is_sure: bool
    is_capitalised: bool


def find_people(text: Folded, people: Sequence[PersonTerms]) -> Iterator[Span]:
    """The places of each person's names; neighbouring parts of one name are one place."""
    if not people:
        return
    hits = _hits(text, people)
    for run in _runs(text, hits):
        person = people[run[0].person]
        start, end = _with_initials(text, run[0].start, run[-1].end, person)
        has_initial = (start, end) != (run[0].start, run[-1].end) and run[0].is_capitalised
        if has_initial or any(hit.is_sure for hit in run) or _is_whole(run):
            yield _span(text, start, end, person)
    for person in people:
        yield from _initials(text, person)
        yield from _compact(text, person)


def _span(text: Folded, start: int, end: int, person: PersonTerms) -> Span:
    first, last = text.span(start, end)
    return Span(first, last, "person_name", person.entity, True)


def _hits(text: Folded, people: Sequence[PersonTerms]) -> list[_Hit]:
    meanings: dict[str, tuple[int, str] | None] = {}
    found = []
    for match in _WORD.finditer(text.text):
        word = match[0]
        if word in meanings:
            meaning = meanings[word]
        else:
            meaning = meanings[word] = _meaning(word, people)
        if meaning is not None:
            found.append(_hit(text, match.start(), match.end(), meaning, people[meaning[0]]))
    return found


def _meaning(word: str, people: Sequence[PersonTerms]) -> tuple[int, str] | None:
    """The first person whom the word may name, and how: exact, joined or edited."""
    if len(word) > 60 or (len(word) < 2 and word < _JOINED_SCRIPTS):
        return None
    for place, person in enumerate(people):
        if word in person.parts:
            return place, "particle" if word in PARTICLES else "exact"
    for place, person in enumerate(people):
        if word in person.joined:
            return place, "joined"
    if word in PLAIN_WORDS or len(word) < _LEAST_EDITED - 1:
        return None
    for place, person in enumerate(people):
        for part in person.parts:
            if len(part) >= _LEAST_EDITED and is_one_edit(word, part):
                return place, "edited"
        if any(len(whole) > 7 and is_one_edit(word, whole) for whole in person.joined):
            return place, "edited"
    return None


def _hit(text: Folded, start: int, end: int, meaning: tuple[int, str], person: PersonTerms) -> _Hit:
    place, how = meaning
    first, last = text.span(start, end)
    raw = text.source[first:last]
    capital = raw[:1].isupper() or not raw[:1].islower()
    hit = _Hit(start, end, place, False, capital)
    word = text.text[start:end]
    if how == "particle":
        return hit
    before = text.text[max(0, start - 24) : start]
    said = _LAST_WORD.search(before)
    previous = said[1] if said else ""
    if capital and previous in _MARKS and "\n" not in before[said.end(1) if said else 0 :]:
        hit.is_sure = True
    elif _is_eponym(text, word, end) and not person.is_own:
        return hit
    elif how == "joined":
        hit.is_sure = True
    elif how == "exact" and _is_telling(word):
        hit.is_sure = True
    elif capital:
        hit.is_sure = _stands_out(text, word, start, end, how, before, previous)
    return hit


def _is_telling(word: str) -> bool:
    """Whether a part of a name is nothing else; of scripts without blanks any word of its own."""
    return word >= _JOINED_SCRIPTS or (len(word) > 2 and word not in PLAIN_WORDS)


def _stands_out(
    text: Folded, word: str, start: int, end: int, how: str, before: str, previous: str
) -> bool:
    """Whether a capital says that an ordinary, short or edited word is a name here."""
    following = _NEXT_WORD.match(text.text, end)
    after = following[1] if following else ""
    if how == "edited" and len(word) < _LEAST_EDITED_ALONE:
        return False
    is_dated = after[:1].isdigit() or _DAY_BEFORE.search(before) is not None
    if word in MONTHS and (previous in _BEFORE_MONTH or is_dated):
        return False
    if _INTRODUCED.match(text.text, end):
        return True
    if _is_among_capitals(text, start, end):
        return False
    ends = _ENDS.search(before[len(before.rstrip(" ")) - 1 :] if before.strip(" ") else before)
    at_start = not before.strip() or ends is not None or "\n" in before[-2:]
    if at_start:
        return after in _VERBS or (how == "edited" and len(word) > 6)
    return True


def _is_among_capitals(text: Folded, start: int, end: int) -> bool:
    """Whether the word is in capitals, and what is around it too: then its capital says nothing."""
    first, last = text.span(start, end)
    around = text.source[max(0, first - 20) : first] + text.source[last : last + 20]
    return text.source[first:last].isupper() and (around.isupper() or last - first < 3)


def _is_eponym(text: Folded, word: str, end: int) -> bool:
    if word not in EPONYMS:
        return False
    after = text.text[end : end + 30]
    words = [found[0] for found in _WORD.finditer(after)]
    return any(noun in EPONYM_NOUNS for noun in words[:3])


def _runs(text: Folded, hits: Sequence[_Hit]) -> Iterator[list[_Hit]]:
    """Hits of one person that stand beside each other, with at most an initial between them."""
    run: list[_Hit] = []
    for hit in hits:
        if run and hit.person == run[-1].person and _are_joined(text, run[-1].end, hit.start):
            run.append(hit)
            continue
        if run:
            yield run
        run = [hit]
    if run:
        yield run


def _are_joined(text: Folded, end: int, start: int) -> bool:
    if start - end > 8:
        return False
    gap = text.text[end:start]
    if "\n\n" in gap:
        return False
    return _BETWEEN.fullmatch(gap) is not None


def _is_whole(run: Sequence[_Hit]) -> bool:
    """Two parts or more, of which one has a capital: an ordinary word is a name beside another."""
    return len(run) > 1 and sum(hit.is_capitalised for hit in run) >= 1


def _with_initials(text: Folded, start: int, end: int, person: PersonTerms) -> tuple[int, int]:
    """The run with an initial before it ("J. Doe") or after it ("Doe, J.")."""
    for _ in range(_MOST_INITIALS):
        before = _LEADING_INITIAL.search(text.text, max(0, start - 4), start)
        if not before or not _is_initial(text, before.start(1), before[0], person):
            break
        start = before.start(1)
    after = _TRAILING_INITIAL.match(text.text, end)
    if after and (after[3] or "," in after[1]):
        first, last = text.span(after.start(2), after.end(2))
        if text.source[first:last].isupper() and after[2] in person.initials:
            end = after.end()
    return start, end


def _is_initial(text: Folded, at: int, said: str, person: PersonTerms) -> bool:
    first, last = text.span(at, at + 1)
    if not text.source[first:last].isupper():
        return False
    return said[0] in person.initials or said[0] in person.parts


def _initials(text: Folded, person: PersonTerms) -> Iterator[Span]:
    """Two or three initials with dots ("J.D."), or without them after a title or label."""
    if len(person.initials) < 2:
        return
    own = Counter(person.initials)
    for found in _DOTTED.finditer(text.text):
        letters = [char for char in found[0] if char.isalpha()]
        first, last = text.span(found.start(), found.end())
        if text.source[first:last].upper() == text.source[first:last] and Counter(letters) <= own:
            if not re.search(r"[0-9] ?$", text.text[max(0, found.start() - 2) : found.start()]):
                yield _span(text, found.start(), found.end(), person)
    if not person.is_own:
        return
    for found in re.finditer(r"(?<!\w)(?:pt|patient|mr|mrs|ms|client)\.?:? ([a-z]{2,3})(?![\w/])",
                             text.text):  # fmt: skip
        first, last = text.span(found.start(1), found.end(1))
        if text.source[first:last].isupper() and Counter(found[1]) <= own:
            yield _span(text, found.start(1), found.end(1), person)


def _compact(text: Folded, person: PersonTerms) -> Iterator[Span]:
    for form in person.compact:
        pattern = r"[\s\u00b7\u30fb]?".join(map(re.escape, form))
        for found in re.finditer(pattern, text.text):
            yield _span(text, found.start(), found.end(), person)
