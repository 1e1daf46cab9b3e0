"""What stands around a name in a text: words that announce one, and what rules one out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from veilflow.classify.famous_names import THINGS, VERB_NAMES
from veilflow.classify.headers import fold

__all__ = ["announced", "is_called", "is_something_else", "names_a_thing_by_a_person"]

_LOOK = 48

_ANNOUNCE = re.compile(
    r"(?:"
    r"\b(?:maiden |last |first |sur|full |middle )?name(?:d|s)?(?: is| was)?\s{0,2}[:=]?"
    r"|\b(?:calls?|called) (?:me|him|her|them|us)"
    r"|\b(?:i am|i'm|this is|my name's|mein name ist|me llamo|je m'appelle|mi chiamo)"
    r"|\b(?:said|says|asked|asks|replied|answered|wrote|shouted|whispered|told|thanks|thank you),?"
    r"|\b(?:directed|written|produced|performed|composed|painted|signed|authored|edited) by"
    r"|\b(?:starring|featuring|director|producer|author|actor|actress|singer|president|senator"
    r"|minister|chancellor|ceo|cfo|manager|professor|lawyer|attorney|teacher|coach|captain)"
    r"|\b(?:letter|call|e-?mail|message|note|referral|report|results?|reply|gift) from"
    r"|\b(?:appointment|refill|prescription|script|results?|message|call|letter|note|booking|"
    r"reservation|room|visit|referral|consent|labs?|medication|asked|arranged|looking|waiting) for"
    r"|\b(?:married to|follow(?:ing)? up with|met with|spoke (?:to|with)|speak (?:to|with)"
    r"|meeting with|lives with|care of|c/o|attn\.?:?|on behalf of|guardian of)"
    r")\s{0,2}$",
    re.IGNORECASE,
)
# "had given Chise his address": who gets something of somebody's is somebody.
_GIVES = re.compile(r"\b(?:gave|given|gives|showed|shown|lent|handed|owes|owed|promised) $")
_OF_HIS = re.compile(r" (?:his|her|their|my|our) [a-z]")
_CALLED = re.compile(
    r"\b(?:calls?|called|named|named it|call it)(?: (?:me|him|her|them|us))? $"
    r"|\bname(?:'s| is| was) $",
    re.IGNORECASE,
)
_SPEECH = re.compile(r" ?: ?\\?[\"\u201c\u00ab\u201e]")
_FIELD = re.compile(
    r"(?:^|[\n|;,])[ \t]{0,8}(?:(?:patient|client|customer|employee|contact|full|first|last|"
    r"given|family|account|card ?holder)[ _-]?)?(?:name|surname|nom|nombre|naam|nome)[ \t]{0,4}"
    r"[:=][ \t]{0,20}$",
    re.IGNORECASE,
)
_PERSON_VERB = re.compile(
    r"(?: (?:had|has|have) (?:given|been|said|told|asked|gone|come|taken|written)"
    r"| (?:said|says|asked|asks|replied|wrote|writes|explained|explains|told|spent|lives|lived"
    r"|thinks|thought|knows|knew|wants|wanted|loves|likes|visited|works|worked|married|studied"
    r"|graduated|died|points? out|pointed|noted|argued|laughed|smiled|grew up|moved)\b"
    r"| (?:is|was) (?:a|an|aged) [0-9]{1,3}\b"
    r"| (?:is|comes|came) from [A-Z]"
    r"| (?:is|was) (?:[0-9]{1,3} (?:years|yo|y/o)|born|admitted|seen|discharged|referred|married"
    r"|well|unwell|alert|stable|allergic|pregnant|reviewed|examined|treated|transferred|hired)\b"
    r")"
)
_FIRM = re.compile(
    r",? (?:& )?(?:Ltd|Inc|LLC|LLP|PLC|Plc|GmbH|AG|SA|Corp|Corporation|Co|Company|Group|Holdings?"
    r"|Bank|Partners|Associates|Institute|University|College|School|Hospital|Clinic|Foundation"
    r"|Technologies|Solutions|Systems|Software|Services|Industries|Enterprises|Consulting"
    r"|Airport|Station|Street|Road|Avenue|Bridge|Park|Museum|Hotel|Restaurant)\b"
)
_MODEL = re.compile(
    r"[ -](?:v?[0-9]{1,4}\.[0-9]|[0-9]{3,5}[A-Za-z]{0,2}(?![\w -]|/)|[0-9]{3,5}[A-Z]\b|"
    r"[A-Z]{1,3}[0-9]{1,5}\b|(?:[0-9]{2,4} )?[0-9]{2,3}[a-z]{1}(?<![yYmf])\b)"
)
_NUMBER_BEFORE = re.compile(r"(?<![\w.:/-])[0-9]{1,5}[A-Za-z]?,?[ ]$")
# "lives at 87 Jakobi 69, Laane": the number of a house, then the town; but "visit 3, Garcia".
_TOWN_BEFORE = re.compile(
    r"(?<![^\W\d_])(?!(?:visits?|cases?|orders?|rooms?|beds?|wards?|patients?|notes?|pages?|days?"
    r"|weeks?|numbers?|nos?|calls?|tickets?|rows?|lines?|seats?|tables?|steps?|bays?|slots?|desks?"
    r"|ext|gates?|tests?|items?|grades?|class|versions?|at|on|in|of|to|from)\b)"
    r"[^\W\d_]{2,40}\.? [0-9]{1,4}[a-z]?, $",
    re.IGNORECASE,
)
_NUMBER_AFTER = re.compile(r",? (?:[0-9]{1,5}[A-Za-z]?|s/n)(?![\w/:]|\.[0-9])")
_ARTICLE = re.compile(
    r"(?:^|[^\w'])(?:the|a|an|this|every|each|our|your|old|new|der|die|das|le|les|il|lo)[ ]$", re.I
)
_ARTICLE_ALONE = re.compile(r"(?:^|[^\w'])(the|an?)[ ]$", re.I)
_ONE_MORE_WORD = re.compile(r"[ ]([^\W\d_A-Z][\w-]{1,20})")
_KIN = re.compile(
    r"[ ](?:family|household|twins|sisters?|brothers?|boys?|girls?|baby|child(?:ren)?|couple"
    r"|residence|home|estate|novels?|biography|trial|case|marriage|wedding|funeral|clan)\b"
)
_SAINT = re.compile(r"\b(?:St|Saint|Sankt|San|Santa|Santo)\.? $")
_SURNAMES = frozenset(
    "lane park lake law bond street court bay mount hall bar saw coat drill steel cell lamp".split()
)
_DETERMINERS = frozenset("the a an your his her its their this that up out off down".split())
_VERBS = frozenset(
    "is was has had who and or said says that will would can died from in at".split()
)
_STREET_WORD = frozenset(
    "rua rue via calle avenida avenue av boulevard bd plaza piazza praca chemin allee viale corso "
    "travessa largo paseo camino carrer place strada ulica ul cesta c rambla ronda estrada passeig "
    "san santa santo saint st".split()
)


def announced(text: str, start: int, end: int, *, follows: bool = True) -> float:
    """How strongly the surroundings say that a person's name stands there; 0 for not at all."""
    before = text[max(0, start - _LOOK) : start]
    if _FIELD.search(before):
        return 0.85
    if _ANNOUNCE.search(before):
        return 0.7
    if follows and _GIVES.search(before) and _OF_HIS.match(text, end):
        return 0.7
    return 0.6 if follows and _PERSON_VERB.match(text, end) else 0.0


def is_called(text: str, start: int, end: int) -> bool:
    """Whether a given name stands there, even one that is a plain word too: "call me Mark".

    So it is where somebody speaks, as in plays, and where somebody is spoken to.
    """
    before = text[max(0, start - _LOOK) : start]
    speaks = before[-1:] in ("", "\n") and _SPEECH.match(text, end) is not None
    spoken_to = before.endswith(", ") and text[end : end + 1] == "!"
    return speaks or spoken_to or _CALLED.search(before) is not None


def is_something_else(text: str, start: int, end: int, first: str) -> bool:
    """A street, a firm, a product or a thing with an article; asked where the name lists doubt."""
    before = text[max(0, start - _LOOK) : start]
    if _NUMBER_BEFORE.search(before) and (first in _STREET_WORD or _NUMBER_AFTER.match(text, end)):
        return True
    if first in _STREET_WORD and _NUMBER_AFTER.match(text, end):
        return True
    if _TOWN_BEFORE.search(before):
        return True
    if _FIRM.match(text, end) or _MODEL.match(text, end):
        return True
    return _ARTICLE.search(before) is not None and not _KIN.match(text, end)


def names_a_thing_by_a_person(text: str, start: int, end: int, words: Sequence[str]) -> bool:
    """Whether a thing is called after somebody: "the John Lewis sale", "Johnson Controls".

    Asked of every name that no title or label stands before; ``words`` are its folded words.
    """
    if len(words) > 1 and words[-1] in THINGS and words[-1] not in _SURNAMES:
        return True
    before, following = text[max(0, start - _LOOK) : start], _ONE_MORE_WORD.match(text, end)
    if _SAINT.search(before):
        return True
    if following is None or _KIN.match(text, end):
        return False
    noun = fold(following[1])
    if len(words) == 1:
        return noun in THINGS or (words[0] in VERB_NAMES and noun in _DETERMINERS)
    article = _ARTICLE_ALONE.search(before)
    # "A John Smith called" is somebody; "the John Smith ..." is hardly ever.
    is_the = article is not None and article[1].lower() == "the"
    return noun in THINGS or is_the or (article is not None and noun not in _VERBS)
