"""Names of persons, and of the organisations they belong to."""

from __future__ import annotations

import re

from veilflow.classify.detector import Detector
from veilflow.classify.headers import fold
from veilflow.classify.name_words import FAMILY, TITLES
from veilflow.classify.words import CITIES, COUNTRIES, FLAGS, MONTHS, ORGANIZATION, STREET
from veilflow.classify.world_names import ascii_names, is_cjk_name, is_telling_name

__all__ = ["DETECTORS", "is_person_name"]

_WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|['’.\-\u0300-\u036f\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f])*"
)
_NAME_TEXT = re.compile(r"[^0-9@:;/\\|<>=%&+*$€£!?#_\[\]{}\"\n\t]{1,80}")
_PARTICLES = frozenset(
    "de da do dos das del della di du la le van von der den ter ten bin ibn al el abu bint e y zu "
    "af av st o".split()
)
_CJK = re.compile(r"[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]{2,8}")
_SLAVIC = re.compile(
    r"(?:ович|евич|ич|овна|евна|ична|инична|ов|ова|ев|ева|ин|ина|ский|ская|енко|чук|юк|дзе|швили|ян)"
    r"(?: |$)",
    re.IGNORECASE,
)
_NOT_NAMES = ORGANIZATION | FLAGS | frozenset(
    "north south east west central unknown other test admin user system name the and of for with "
    "in on at to no not street road type status level high low medium red blue green black white "
    "yellow total value".split()
)  # fmt: skip


def _words(value: str) -> list[str]:
    if value.isascii():
        return [bare for word in _WORD.findall(value.lower()) if (bare := word.strip(".'-"))]
    return [folded for word in _WORD.findall(value) if (folded := fold(word).strip(".'’-"))]


def has_name_shape(value: str) -> bool:
    """One to six words of letters, as names are written; no digits and no symbols.

    Airlines write one stroke between family and given name, exports an underscore for a blank.
    """
    value = value.replace("/", " ", 1).replace("_", " ")
    if not _NAME_TEXT.fullmatch(value):
        return False
    words = _words(value)
    return 1 <= len(words) <= 7 and not any(word in FLAGS for word in words)


def is_person_name(value: str) -> bool:
    """A full name (or a name with a title), at least a third of it common names somewhere.

    One word passes if it is a common name and not also a city, a country or a month.
    """
    value = value.replace("/", " ", 1).replace("_", " ")
    if not _NAME_TEXT.fullmatch(value):
        return False
    if not value.isascii():
        if _CJK.fullmatch(compact := value.replace(" ", "").replace("·", "")):
            return is_cjk_name(compact)
        if _SLAVIC.search(value):
            return 2 <= len(value.split()) <= 4
    words = _words(value)
    titled = bool(words) and words[0] in TITLES
    names = [word for word in words if word not in TITLES and word not in _PARTICLES]
    if not 1 <= len(names) <= 5 or any(w in _NOT_NAMES for w in names) or fold(value) in CITIES:
        return False
    if len(names) == 1:
        return titled or (len(words) == 1 and _is_telling_word(names[0]))
    if names[-1] in STREET and names[-1] not in FAMILY:
        return False
    if titled and _is_capitalised(value):
        return True
    full = [word for word in names if len(word) > 1]
    known = sum(map(_is_name_word, full))
    return known > 0 and 3 * known >= len(full)


def _is_name_word(word: str) -> bool:
    return any(map(is_telling_name, word.split("-")))


def _is_telling_word(word: str) -> bool:
    ambiguous = word in CITIES or word in COUNTRIES or word in MONTHS
    return not ambiguous and len(word) > 2 and _is_name_word(word)


def _is_capitalised(value: str) -> bool:
    return not value.islower()


def _may_be_names(words: frozenset[str]) -> bool:
    """Whether one word is a name or a title; other alphabets are always looked at."""
    names = ascii_names()
    return not (
        names.isdisjoint(words) and TITLES.isdisjoint(words) and all(map(str.isascii, words))
    )


_SUFFIX = frozenset(
    "inc incorporated ltd limited llc llp plc corp corporation gmbh ag kg ohg sarl sas srl spa bv "
    "nv oy oyj aps pty pvt holdings group groupe gruppe university universitat hospital clinic "
    "foundation stiftung association verein bank ministry banco banca banque sa sl slu lda ltda "
    "kft zrt doo snc coop scrl company corporation enterprises trust authority cooperative".split()
)


def is_organization(value: str) -> bool:
    """A text with a word such as Inc, GmbH, University or Hospital."""
    if " " not in value:
        return False
    words = [word.replace(".", "") for word in _words(value)]
    return len(words) <= 12 and not _SUFFIX.isdisjoint(words)


def is_possible_organization(value: str) -> bool:
    """Short text with letters: what a column called "employer" holds."""
    letters = sum(char.isalpha() for char in value)
    if value.islower() and not value.isalpha() and " " not in value:
        return False
    return 2 <= len(value) <= 120 and letters >= len(value) * 0.5 and fold(value) not in FLAGS


DETECTORS = (
    Detector("person_name", is_person_name, 58, some_word=_may_be_names, alone=0.93,
             alone_share=0.6, chance=0.08,
             named=has_name_shape, named_share=0.5, hinted_share=0.35, lengths=(1, 80),
             not_kinds=("integer", "decimal", "date")),
    Detector("organization_name", is_organization, 50,
             some_word=lambda words: not _SUFFIX.isdisjoint(words), alone=0.7, alone_share=0.4,
             chance=0.05,
             named=is_possible_organization, named_share=0.6, hinted_share=0.4,
             ceiling=0.78, lengths=(2, 120),
             not_kinds=("integer", "decimal", "date")),
)  # fmt: skip
