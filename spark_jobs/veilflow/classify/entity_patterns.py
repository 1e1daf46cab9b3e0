"""Entities in texts that have a form: addresses, numbers with check digits, numbers after a word.

A pattern's candidate counts if its validator agrees; words before it raise its score or decide
what it is. Repetitions are bounded and a text is taken in pieces, so no text makes matching slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from veilflow.classify.checksums import (
    is_iban,
    is_imei,
    is_nhs_number,
    is_payment_card,
    is_ssn,
    is_vin,
)
from veilflow.classify.contact import is_formatted_phone
from veilflow.classify.devices import is_ip, is_mac
from veilflow.classify.entity import Entity
from veilflow.classify.headers import fold
from veilflow.classify.secret_forms import SECRET_FORM
from veilflow.classify.temporal import is_date
from veilflow.classify.text_dates import find_dates, find_partial_dates
from veilflow.classify.words import STREET

__all__ = ["find_patterned"]

_CONTEXT = 40
_ENDS = "(?![\\w])"


@dataclass(frozen=True)
class _Pattern:
    """One form: its expression, what it is, how sure, and which words before it matter.

    With ``context`` it counts only after one of these words (unless ``score`` is given); with both
    the words raise the score. ``after`` says the same of words that follow. ``against`` are words
    before it, or what stands around it, that make it something else.
    """

    type: str
    expression: re.Pattern[str]
    score: float = 0.0
    accepts: Callable[[str], bool] = lambda text: True
    context: re.Pattern[str] | None = None
    with_context: float = 0.95
    after: re.Pattern[str] | None = None
    against: re.Pattern[str] | None = None


def _p(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _words(words: str) -> re.Pattern[str]:
    """One of the words, and at most a few characters or words between it and what follows."""
    return _p(
        rf"(?:^|[^a-z0-9_])(?:{words})\b[^a-z0-9]{{0,4}}(?:(?:is|was|no|"
        rf"number|nr|code|here)\b[^a-z0-9]{{0,4}}){{0,3}}$"
    )


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


_PHONE_WORDS = _words(
    r"tel|phone|telephone|call|fax|mobile|cell|ph(?=[.:])|"
    r"pager|contact|ring|callback|at|telefon|tel[ée]fono"
)
# What follows a number in an address block: "030 1234 office", "555-0101-Fax".
_PHONE_LABELS = _p(
    r"[ ,;:(/-]{1,3}(?:office|home|work|mobile|cell(?:ular)?|fax|phone|tel|landline|mob|handy|"
    r"privat|dienstlich|portable|bureau|oficina|casa)\b"
)
_SSN_WORDS = _words(r"ssn|social security|soc\.? sec|ss")
_CODE_WORDS = _words(
    r"order|invoice|part|item|sku|isbn|issn|doi|ref|reference|ticket|batch|lot|model|serial|"
    r"catalogue|catalog|article|tracking|purchase order|po|build|window|score|range|"
    r"manifest|docket|consignment|waybill|quote|delivery note|requisition|pallet|tender|permit"
)
_VERSION_WORDS = _p(
    r"(?:(?:^|[^a-z])(?:version|versions|v|ver|vers|build|release|firmware|driver|kernel|chapter|"
    r"section|sections|sec|clause|article|table|figure|fig|appendix|paragraph|protocol|python|"
    r"java|schema|api|sdk|patch|update|upgrade to|"
    r"patched to|updated to|upgraded to|downgraded to|rom(?: is)?|bios|replaces|supersedes)"
    r"[ .:=]{0,2}|[<>=~^]=?[ ]?|\u00a7[ ]?)$"
)
# "Python 3.12.4 or 3.9.19": the second is a version because the first is.
_SECOND_VERSION = _p(
    r"(?:^|[^a-z])(?:version|v|release|firmware|kernel|python|java|node|upgrade to|downgrade from)"
    r"[ .:]{0,2}[0-9]{1,3}(?:\.[0-9]{1,6}){1,3}[^.;\n]{0,24}$"
)
# Written like a phone number with a trunk zero, but a time window or a number of another kind.
_LIKE_OTHERS = re.compile(
    r"[0-2][0-9][0-5][0-9]-[0-2][0-9][0-5][0-9]|[0-9]{3}-[0-9]{2}-[0-9]{4}|"
    r"[0-9]{18,}"
)
_DECIMALS = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}-[0-9]{1,3}\.[0-9]{1,3}")
_STANDARDS = _words(r"iso|iec|en|din|rfc|ieee|astm|bs|ansi|cve|cwe")
_UNIT = (
    r" ?(?:%|\u00b0|[\u20ac$\u00a3]|eur|usd|gbp|chf|lit(?:re|er)s?|units?|rows?|bytes?|"
    r"[kmgt]i?b\b|people|inhabitants|steps|times|hours?|minutes?|seconds?|days?|years?|k?m\b|k?g\b|ml\b|mm\b|"
    r"tons?|tonnes?|barrels|requests|visitors|votes|copies|dollars?|euros?|pounds?)"
)
_EXTENSION = r"(?:\s{0,2}(?:x|ext\.?|#)\s{0,2}[0-9]{1,6})?"
_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"
_NUMBER_GAPS = r"(?:[ ./()-]{0,3}[0-9]{1,8}){1,6}"

_PATTERNS = (
    _Pattern(
        "email_address", _p(rf"{_LOCAL}@(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_][\w-]{{1,23}}"), 0.99
    ),
    _Pattern(
        "email_address",
        _p(r"[\w.+-]{1,64} ?[\[(]at[\])] ?[\w-]{1,63}(?: ?[\[(]dot[\])] ?|\.)[a-z]{2,24}"),
        0.9,
    ),
    _Pattern(
        "url",
        _p(
            r"(?:https?|ftp)://[^\s<>\"]{3,1000}|"
            r"\bwww\.[\w.-]{3,200}\.[a-z]{2,24}(?:/[^\s]{0,500})?"
        ),
        0.9,
    ),
    _Pattern(
        "ssn",
        _p(r"(?<![\w-])[0-9]{3}([- ])[0-9]{2}\1[0-9]{4}(?![\w-])"),
        0.0,
        lambda text: not text.startswith("000"),
        _SSN_WORDS,
    ),
    _Pattern(
        "ssn",
        _p(r"(?<![\w-])[0-9]{3}([- ])[0-9]{2}\1[0-9]{4}(?![\w-])"),
        0.7,
        is_ssn,
        against=_CODE_WORDS,
    ),
    _Pattern(
        "ssn",
        _p(r"(?<![\w-])[0-9]{9}(?![\w-])"),
        0.0,
        is_ssn,
        _SSN_WORDS,
    ),
    _Pattern(
        "credit_card_number",
        _p(r"(?<![\w-])[0-9](?:[ -]?[0-9]){12,18}(?![\w-])"),
        0.9,
        is_payment_card,
    ),
    _Pattern(
        "iban_code", _p(r"(?<!\w)[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{2,4}){3,9}(?!\w)"), 0.95, is_iban
    ),
    _Pattern(
        "ip_address",
        _p(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.]*[0-9])"),
        0.8,
        is_ip,
        against=_VERSION_WORDS,
    ),
    _Pattern(
        "ip_address",
        _p(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])"),
        0.8,
        lambda text: len(text) > 8 and is_ip(text),
    ),
    _Pattern(
        "mac_address", _p(r"(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])"), 0.9, is_mac
    ),
    _Pattern("vin", _p(r"(?<!\w)[a-hj-npr-z0-9]{17}(?!\w)"), 0.85, is_vin),
    _Pattern("imei", _p(r"(?<!\w)[0-9]{15}(?!\w)"), 0.7, is_imei),
    _Pattern(
        "nhs_number",
        _p(r"(?<![\w-])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![\w-])"),
        0.0,
        is_nhs_number,
        _words(r"nhs"),
    ),
    _Pattern(
        "medical_record_number",
        _p(r"(?<!\w)(?:[a-z]{1,3}[- ]?)?[0-9](?:[ -]?[0-9]){3,13}(?!\w)"),
        0.0,
        context=_words(
            r"mrn|mr|medical record|record|chart|patient id|"
            r"pt id|hospital no|case no|fallnummer|patient no|pid"
        ),
    ),
    _Pattern(
        "health_plan_number",
        _p(r"(?<!\w)(?:[a-z]{1,4}[- ]?)?[0-9](?:[ -]?[0-9]){4,13}(?!\w)"),
        0.0,
        context=_words(r"insurance id|member id|policy|plan id|group no|medicare|medicaid|hicn"),
    ),
    _Pattern(
        "passport_number",
        _p(r"(?<!\w)[a-z]{0,2}[0-9]{6,9}(?!\w)"),
        0.0,
        context=_words(r"passport|pass no"),
    ),
    _Pattern(
        "drivers_license",
        _p(r"(?<!\w)[a-z]{0,3}[0-9][0-9a-z-]{4,14}(?!\w)"),
        0.0,
        context=_words(r"driver'?s? licen[sc]e|driving licen[sc]e|dl"),
    ),
    _Pattern(
        "bank_account_number",
        _p(r"(?<!\w)[0-9](?:[ -]?[0-9]){5,16}(?!\w)"),
        0.0,
        context=_words(r"account|acct|a/c|routing|konto"),
    ),
    _Pattern(
        "license_plate",
        _p(r"(?<!\w)[a-z0-9]{1,4}[ ·-]?[a-z0-9]{1,4}[ -]?[0-9]{1,4}(?!\w)"),
        0.0,
        lambda text: _digits(text) >= 1,
        _words(r"licen[sc]e plate|number plate|plate|registration|kennzeichen"),
    ),
    _Pattern(
        "phone_number",
        _p(rf"(?<![\w.])(?:(?:\+|00) ?)?\(?[0-9]{{1,5}}\)?{_NUMBER_GAPS}{_EXTENSION}(?!\w)"),
        0.8,
        lambda text: is_formatted_phone(text) and _LIKE_OTHERS.fullmatch(text) is None,
        _PHONE_WORDS,
        against=_CODE_WORDS,
    ),
    _Pattern(
        "phone_number",
        _p(
            rf"(?<![\w.+-])(?:\+?1[ .-])?(?:[0-9]{{3}}([.-])[0-9]{{3}}\1|\([0-9]{{3}}\) ?"
            rf"[0-9]{{3}}[ .-])[0-9]{{4}}{_EXTENSION}(?![\w-])"
        ),
        0.6,
        against=_CODE_WORDS,
    ),
    _Pattern(
        "phone_number",
        _p(rf"(?<![\w.])(?:\+ ?)?\(?[0-9]{{1,5}}\)?{_NUMBER_GAPS}{_EXTENSION}(?!\w|[-.][0-9])"),
        0.0,
        lambda text: 6 <= _digits(text) <= 20 and not (is_date(text) or _DECIMALS.fullmatch(text)),
        _PHONE_WORDS,
        0.85,
        after=_PHONE_LABELS,
    ),
    _Pattern(
        "generic_id",
        _p(rf"(?<![\w.,])[0-9]{{7,18}}(?![\w]|[.,][0-9]|{_UNIT})"),
        0.6,
    ),
    _Pattern(
        "generic_id",
        _p(
            r"(?<![\w.-])(?=[a-z]{0,6}[0-9])(?=[0-9]{0,10}[a-z-])"
            r"[a-z]{0,6}-?[0-9]{5,14}[a-z]?(?![\w])"
        ),
        0.6,
        against=_STANDARDS,
    ),
    _Pattern(
        "generic_id",
        _p(r"(?<!\w)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\w)"),
        0.9,
    ),
    _Pattern(
        "username",
        _p(r"(?<!\w)@?[a-z][a-z0-9._-]{2,38}"),
        0.0,
        context=_p(
            r"(?:^|[^a-z0-9])(?:user ?name|user|login|user ?id|twitter|instagram|handle)"
            r"\s{0,2}[:=]\s{0,2}$"
        ),
    ),
    _Pattern(
        "secret",
        _p(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,30}KEY-----"
            rf"|(?<![\w/-])(?:{SECRET_FORM})"
        ),
        0.99,
    ),
    _Pattern(
        "zipcode",
        _p(r"(?<![\w-])[0-9]{5}(?:-[0-9]{4})?(?![\w-])"),
        0.0,
        context=_words(r"zip|zip ?code|postcode|postal code|plz"),
    ),
    _Pattern("zipcode", _p(r"(?<=, [A-Z]{2} )[0-9]{5}(?:-[0-9]{4})?(?!\w)"), 0.8),
    _Pattern(
        "age",
        _p(r"(?<!\w)[0-9]{1,3}[- ]?(?:year[- ]old|years old|years of age|y/?o\b|yr[- ]old)"),
        0.8,
    ),
)

# "password authentication failed" tells none: a bare word needs a sign before it.
_PASSWORD = _p(
    r"(?<![a-z0-9_])(?:password|passwort|pwd|passcode|mot de passe)\b"
    r"([\s:=\"'-]{0,4}(?:(?:is|was|no|number|nr|code|here)\b[\s:=\"'-]{0,4}){0,3})([^\s]{6,64})"
)
_SIGNS = frozenset("0123456789!$%&*?#@^+")
_BORN = re.compile(
    r"(?:^|[^a-z])(?:born(?: on)?|d\.?o\.?b\.?|date of birth|birth ?date|birthday|geboren|geb\.?|"
    r"n[eé]e? le|nacid[oa](?: el)?)[^a-z0-9]{0,4}$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:T|,? (?:at )?)(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]{1,9})?)?"
    r"(?: ?[ap]\.?m\b\.?)?(?: ?(?:Z|UTC|GMT)\b| ?[+-][0-9]{2}:?[0-9]{2}(?![0-9]))?",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(
    r"(?<![\w.])[0-9]{1,5}[a-z]?,? (?:[nsew]\.? )?"
    r"((?:[^\W\d_][\w'.-]{0,25} ){0,4}[^\W\d_][\w'-]{1,25})\b\.?",
    re.IGNORECASE,
)
_STREET_FIRST = re.compile(
    r"(?<!\w)[A-Z\u00c0-\u00dc][\w'.-]{1,25}(?:[ -][A-Z\u00c0-\u00dc]?[\w'.-]{1,25})"
    r"{0,3} [0-9]{1,4}[a-z]?(?!\w)"
)
_STREET_ENDINGS = ("strasse", "straat", "gasse", "allee", "platz", "laan", "plein", "gracht", "weg",
                   "gatan", "vagen", "gade", "vej", "damm", "ufer")  # fmt: skip
_PO_BOX = re.compile(r"(?<!\w)p\.? ?o\.? ?box [0-9]{1,7}", re.IGNORECASE)
# Words that streets are called and that are as often something else after a number.
_LOOSE = frozenset("st dr court place park square row walk loop route close unit ct pl sq way la "
                   "str ring via bd rue run view plaza extension ridge suite".split())  # fmt: skip


def find_patterned(text: str) -> Iterator[Entity]:
    """Everything in ``text`` that has a form, overlapping where it may be several things."""
    for form in _PATTERNS:
        for found in form.expression.finditer(text):
            if not form.accepts(found[0]):
                continue
            before = text[max(0, found.start() - _CONTEXT) : found.start()]
            if form.against is not None and form.against.search(before):
                continue
            said = form.context is not None and form.context.search(before) is not None
            said = said or (form.after is not None and bool(form.after.match(text, found.end())))
            score = max(form.score, form.with_context if said else 0.0)
            if score:
                yield Entity(found.start(), found.end(), form.type, score)
    for found in _PASSWORD.finditer(text):
        told = any(sign in found[1].lower() for sign in (":", "=", "is", "was"))
        if told or not _SIGNS.isdisjoint(found[2]):
            yield Entity(*found.span(2), "secret", 0.95)
    yield from _dates(text)
    yield from _streets(text)


def _dates(text: str) -> Iterator[Entity]:
    for start, day_end, _ in find_dates(text):
        before = text[max(0, start - _CONTEXT) : start]
        if _VERSION_WORDS.search(before) or _SECOND_VERSION.search(before):
            continue
        time = _TIME.match(text, day_end)
        end = day_end if time is None else time.end()
        yield Entity(start, end, "date", 0.8)
        after = text[end : end + 1]
        # "JANE DOE (1957-03-21)": after a name in brackets it is when somebody was born.
        bracketed = before.endswith("(") and after == ")" and before[:-1].rstrip()[-1:].isalpha()
        if _BORN.search(before) or bracketed:
            yield Entity(start, end, "date_of_birth", 0.9)
    for found in find_partial_dates(text):
        yield Entity(*found, "date", 0.6)


def _streets(text: str) -> Iterator[Entity]:
    for found in _PO_BOX.finditer(text):
        yield Entity(found.start(), found.end(), "street_address", 0.9)
    for found in _NUMBER_FIRST.finditer(text):
        words = found[1].split(" ")
        for place, word in enumerate(words):
            plain = fold(word).strip(".,")
            if place and plain in STREET and words[place - 1][:1].isupper():
                is_name = plain not in _LOOSE or words[place][:1].isupper()
                if is_name:
                    end = found.start(1) + len(" ".join(words[: place + 1]))
                    yield Entity(found.start(), end, "street_address", 0.85)
                    break
    for found in _STREET_FIRST.finditer(text):
        street = [fold(word).strip(".,") for word in re.findall(r"[^\W\d_]+", found[0])]
        if any(len(word) > 5 and word.endswith(_STREET_ENDINGS) for word in street):
            yield Entity(found.start(), found.end(), "street_address", 0.85)
