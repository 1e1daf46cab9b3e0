"""What makes a name in a text the name of a thing: the words and signs right beside it.

A firm ("Ernst & Young"), a quantity ("Cohen kappa"), goods ("Anton's Cajun Seasoning"), a
place or a dish ("Parque Bolívar"), a plant ("Rosa rugosa"), an abbreviation ("CAS", "Corr."), one
of several brands. Asked of names that no title stands before; who is called like a thing and
stands in such a place is missed for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from veilflow.classify.famous_names import BRANDS, THINGS
from veilflow.classify.headers import fold
from veilflow.classify.known_names import FIRST_NAMES, NAMES, TELLING, wide_names
from veilflow.classify.name_tokens import Token
from veilflow.classify.name_words import FAMILY
from veilflow.classify.plain_words import PLAIN_WORDS, RELATIONS
from veilflow.classify.thing_words import FIRM_WORDS, GOODS, HEADS, LEGAL_FORMS

__all__ = ["is_code", "is_named_thing"]

# What stands before a sign of equality is measured: "Shapiro-Wilk W = 0.95".
_QUANTITY = re.compile(r"(?: [A-Za-z])? ?[=<>\u2264\u2265~\u2248] ?-?[0-9]")
_OWNED = re.compile(
    r"['\u2019]s ([A-Z][^\W\d_]{2,20})(?: ([A-Z][^\W\d_]{2,20}|[^\W\d_A-Z]{2,20}))?"
)
_LATIN_EPITHET = re.compile(
    r" [a-z]{2,16}(?:[ao]sa|osum|osus|[ia]ta|atum|atus|[ia]na|anum|anus|[lnrt]ica|icum|icus|ensis"
    r"|oides|alis|aris|ifolia|iflora|iflorum|escens|gosa|ii)(?![\w-])"
)
_NOUN_AHEAD = re.compile(r" ([^\W\d_A-Z]{2,20})(?!\w| of\b)")
_CODE_AHEAD = re.compile(r" (?:no\.? |nr\.? )?[A-Z]{0,4}[0-9]")
_CODE_SIGN = re.compile(r"[`_={}\[\]]|\(\)|->|::|>>>|;$|#\w|[a-z]\([a-z]")
# Goods are counted, packed and sized; works are read, seen and played.
_OF_A_WORK = re.compile(
    r"\b(?:audio ?books?|e-?books?|paperbacks?|hardbacks?|hardcover|novels?|films?|movies?|albums?"
    r"|vinyl|dvds?|blu-?rays?|soundtracks?|sequel|remake|musicals?|operas?|ballets?|plays?|comics?"
    r"|trilogy|episodes?|set ?list|playlists?|classics|screenplay|libretto|overture|matinees?"
    r"|romane?|h\u00f6rbuch|taschenbuch|roman poche|livre|libro|pel\u00edcula|disco)\b",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(
    r"\b(?:he|she|they|we|i|you|his|her|my|our|your|their|him|them|us|me|who|whose|said|says|asked"
    r"|lives?|lived|born|died|met|called|calls|phoned|wrote|author|actor|actress|director|starring"
    r"|directed|played|written|sung|works?|likes?|loves?|watched|bought|lent|borrowed|returned"
    r"|patient|customer|member|reader|borrower|buyer|seller|von|par|por|di"
    # A sentence is no line of a catalogue.
    r"|is|was|are|were|has|have|had|will|would|can|could|ist|war|hat|est|es|fue)\b",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"\.(?: [a-z0-9(]|,)")
_JOINS = frozenset("and or et und y e oder ou en og och".split())
_APART = (", ", " & ", "; ", " / ")


def is_named_thing(text: str, tokens: Sequence[Token], at: int, size: int) -> bool:
    """Whether what stands beside the words from ``at`` on says that they name a thing."""
    run = tokens[at : at + size]
    end = run[-1].end
    return (
        _is_firm(tokens, at, size)
        or (_counts_as_one(run) and _QUANTITY.match(text, end) is not None)
        or (_is_one_word_or_a_rank(run) and _owns_a_product(text, end))
        or _has_a_head(tokens, at, size)
        or any(not token.is_written_as_name and token.plain not in NAMES for token in run)
        or (size == 1 and _LATIN_EPITHET.match(text, end) is not None)
        or (size == 1 and _is_short_for_something(text, run[0]))
        or _is_followed_by_goods(text, end)
        or _is_of_a_firm(text, tokens, at, size)
        or _are_partners(run)
        or _is_title(text, run[0].start, end)
        or _is_one_of_several_brands(tokens, at, size)
    )


def is_code(text: str, start: int, end: int) -> bool:
    """Whether an identifier stands there: "`Len(3)`", "faker.Name", "grace_period"."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if after[:1] in ("_", "`", "=") or before[-1:] in ("_", "`", "$", "@", "\\"):
        return True
    if after[:1] in ("(", "[") or (before[-1:] == "." and before[:1].isalnum()):
        line = text[text.rfind("\n", 0, start) + 1 : end + 40]
        return _CODE_SIGN.search(line) is not None
    return False


def _counts_as_one(run: Sequence[Token]) -> bool:
    """One word, or one and a letter: "Shapiro-Wilk W"."""
    return all(token.is_initial for token in run[1:])


def _is_one_word_or_a_rank(run: Sequence[Token]) -> bool:
    """ "Anton" or "Chef Anton"; a whole name before "'s Cautionary Tales" is the author's."""
    return len(run) == 1 or (
        len(run) == 2 and run[0].plain not in NAMES and run[0].plain not in wide_names()
    )


def _is_followed_by_goods(text: str, end: int) -> bool:
    following = _NOUN_AHEAD.match(text, end)
    return following is not None and fold(following[1]) in GOODS


def _is_of_a_firm(text: str, tokens: Sequence[Token], at: int, size: int) -> bool:
    """ "Powell Industries", "Hawkins, Inc", "Jack Henry & Associates"."""
    later = [token.plain for token in tokens[at + 1 : at + size]]
    if any(word in FIRM_WORDS and word not in NAMES for word in later):
        return True
    after = tokens[at + size] if at + size < len(tokens) else None
    if after is None or not after.is_capitalised:
        return False
    return (after.gap == " " and after.plain in FIRM_WORDS) or (
        after.gap in (", ", " & ") and after.plain in LEGAL_FORMS
    )


def _are_partners(run: Sequence[Token]) -> bool:
    """ "Fischer Becker Krause": three names, family names first and none of them given.

    A rare given name before two family names ("Isaxbel Hernández Aguilar") is somebody.
    """
    words = [part for token in run for part in token.parts]
    return (
        len(run) > 2
        and words[0] in FAMILY
        and not any(
            len(word) < 3 or word in FIRST_NAMES or (word in wide_names() and word not in FAMILY)
            for word in words
        )
    )


def _is_title(text: str, start: int, end: int) -> bool:
    """Whether the line is of works ("Dorian Gray, paperback") and of nobody who does something."""
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[max(begin, start - 120) : stop if 0 <= stop < end + 120 else end + 120]
    return _OF_A_WORK.search(line) is not None and _OF_SOMEBODY.search(line) is None


def _is_firm(tokens: Sequence[Token], at: int, size: int) -> bool:
    """ "Ernst & Young", "Lea & Perrins"; "Tom & Anna" are a couple."""
    if size > 1:
        return False
    before = tokens[at - 1] if at and tokens[at].gap == " & " else None
    after = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].gap == " & " else None
    other = before or after
    if other is None or not other.is_capitalised:
        return False
    return tokens[at].plain not in FIRST_NAMES or other.plain not in FIRST_NAMES


def _owns_a_product(text: str, end: int) -> bool:
    """ "Anton's Cajun Seasoning": two words with capitals that no note would write so."""
    found = _OWNED.match(text, end)
    if found is None:
        return False
    first, second = found[1].lower(), (found[2] or "").lower()
    if first in THINGS or first in GOODS:
        return True
    if first in PLAIN_WORDS or first in RELATIONS or first in NAMES or first in wide_names():
        return False
    return second in GOODS or second in THINGS or (found[2] or "a")[0].isupper()


def _has_a_head(tokens: Sequence[Token], at: int, size: int) -> bool:
    """ "Parque Simón Bolívar", "Crêpes Suzette"; small "parque" where names of places follow."""
    first = tokens[at].plain
    if size > 1 and first in HEADS and first not in FIRST_NAMES and first not in NAMES:
        return True
    before = tokens[at - 1] if at and tokens[at].gap == " " else None
    if before is not None and before.plain in HEADS and before.plain not in NAMES:
        return before.is_capitalised or before.text != before.plain or not before.text.isascii()
    last = tokens[at + size - 1]
    return size > 1 and last.plain in GOODS and last.plain not in NAMES


def _is_short_for_something(text: str, token: Token) -> bool:
    """ "CAS", "Corr. 1B", "(JOSE)", "Boston, MA": capitals or a point that no name has there."""
    shouting = text.isupper()
    if token.is_capitals and not shouting:
        in_brackets = text[: token.start].endswith("(") and text.startswith(")", token.end)
        if len(token.text) == 2 or in_brackets:
            return True
    if token.plain in TELLING:
        return False
    if token.is_capitals and (not shouting or _CODE_AHEAD.match(text, token.end)):
        return True
    return len(token.text) < 6 and _ABBREVIATED.match(text, token.end) is not None


def _is_one_of_several_brands(tokens: Sequence[Token], at: int, size: int) -> bool:
    """Whether three or more stand in a row, with an "and", of which one is a known brand."""
    left = list(_items(tokens, at, -1))
    right = list(_items(tokens, at + size - 1, 1))
    several = [*left, *right]
    if len(several) < 2 or not any(joined for _, joined in several):
        return False
    return any(words in BRANDS for words, _ in several)


def _items(tokens: Sequence[Token], edge: int, step: int) -> Iterator[tuple[str, bool]]:
    """The capitalised items of a row beyond ``edge``, and whether "and" stands before each."""
    for _ in range(4):
        at, joined = edge + step, False
        if 0 <= at < len(tokens) and tokens[at].plain in _JOINS:
            at, joined = at + step, True
        if not (0 <= at < len(tokens) and tokens[at].is_capitalised):
            return
        gap = tokens[edge if step < 0 else edge + 1].gap
        if gap not in (_APART if not joined else (" ", ", ")):
            return
        first = at
        while 0 <= at + step < len(tokens) and tokens[at + step].is_capitalised:
            if tokens[at if step < 0 else at + step].gap != " ":
                break
            at += step
        low, high = min(first, at), max(first, at)
        yield " ".join(token.plain for token in tokens[low : high + 1]), joined or gap == " & "
        edge = at
