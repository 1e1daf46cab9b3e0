"""What stands around a name in a text: words that announce one, and what rules one out."""

from __future__ import annotations

import re

__all__ = ["announced", "is_something_else"]

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
    r"| (?:is|was) (?:[0-9]{1,3} (?:years|yo|y/o)|born|admitted|seen|discharged|referred|married"
    r"|well|unwell|alert|stable|allergic|pregnant|reviewed|examined|treated|transferred|hired)\b"
    r")",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r",? (?:Ltd|Inc|LLC|LLP|PLC|Plc|GmbH|AG|SA|Corp|Corporation|Co|Company|Group|Holdings?|Bank"
    r"|Partners|Associates|Institute|University|College|School|Hospital|Clinic|Foundation"
    r"|Technologies|Solutions|Systems|Software|Services|Industries|Enterprises|Consulting"
    r"|Airport|Station|Street|Road|Avenue|Bridge|Park|Museum|Hotel|Restaurant)\b"
)
_MODEL = re.compile(
    r"[ -](?:v?[0-9]{1,4}\.[0-9]|[0-9]{3,5}[A-Za-z]{0,2}(?![\w -]|/)|[0-9]{3,5}[A-Z]\b|"
    r"[A-Z]{1,3}[0-9]{1,5}\b|(?:[0-9]{2,4} )?[0-9]{2,3}[a-z]{1}(?<![yYmf])\b)"
)
_NUMBER_BEFORE = re.compile(r"(?<![\w.:/-])[0-9]{1,5}[A-Za-z]?,?[ ]$")
_NUMBER_AFTER = re.compile(r",? (?:[0-9]{1,5}[A-Za-z]?|s/n)(?![\w/:]|\.[0-9])")
_ARTICLE = re.compile(r"(?:^|[^\w'])(?:the|a|an|this|every|each|our|your|old|new)[ ]$", re.I)
_KIN = re.compile(
    r"[ ](?:family|household|twins|sisters?|brothers?|boys?|girls?|baby|child(?:ren)?|couple"
    r"|residence|home|estate)\b"
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
    return 0.6 if follows and _PERSON_VERB.match(text, end) else 0.0


def is_something_else(text: str, start: int, end: int, first: str) -> bool:
    """A street, a firm, a product or a thing with an article; asked where the name lists doubt."""
    before = text[max(0, start - _LOOK) : start]
    if _NUMBER_BEFORE.search(before) and (first in _STREET_WORD or _NUMBER_AFTER.match(text, end)):
        return True
    if first in _STREET_WORD and _NUMBER_AFTER.match(text, end):
        return True
    if _FIRM.match(text, end) or _MODEL.match(text, end):
        return True
    return _ARTICLE.search(before) is not None and not _KIN.match(text, end)
