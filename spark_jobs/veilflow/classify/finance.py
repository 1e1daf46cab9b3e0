"""Cards, accounts and amounts."""

from __future__ import annotations

import re

from veilflow.classify.checksums import is_aba_routing_number, is_iban, is_payment_card
from veilflow.classify.detector import DIGITS, NUMERIC, Detector, pattern

__all__ = ["DETECTORS"]

_ISO_COUNTRIES = (
    "AD|AE|AF|AG|AL|AM|AO|AR|AT|AU|AW|AZ|BA|BB|BD|BE|BF|BG|BH|BI|BJ|BM|BN|BO|BR|BS|BT|BW|BY|BZ|CA|"
    "CD|CF|CG|CH|CI|CL|CM|CN|CO|CR|CU|CV|CY|CZ|DE|DJ|DK|DM|DO|DZ|EC|EE|EG|ER|ES|ET|FI|FJ|FR|GA|GB|"
    "GD|GE|GH|GI|GM|GN|GQ|GR|GT|GW|GY|HK|HN|HR|HT|HU|ID|IE|IL|IN|IQ|IR|IS|IT|JM|JO|JP|KE|KG|KH|KR|"
    "KW|KY|KZ|LA|LB|LI|LK|LR|LS|LT|LU|LV|LY|MA|MC|MD|ME|MG|MK|ML|MM|MN|MO|MR|MT|MU|MV|MW|MX|MY|MZ|"
    "NA|NE|NG|NI|NL|NO|NP|NZ|OM|PA|PE|PH|PK|PL|PR|PS|PT|PY|QA|RO|RS|RU|RW|SA|SC|SD|SE|SG|SI|SK|SL|"
    "SM|SN|SO|SR|SV|SY|TD|TG|TH|TJ|TM|TN|TR|TT|TW|TZ|UA|UG|US|UY|UZ|VA|VE|VN|XK|YE|ZA|ZM|ZW"
)
_SWIFT = re.compile(rf"[A-Z]{{4}}(?:{_ISO_COUNTRIES})[A-Z0-9]{{2}}(?:[A-Z0-9]{{3}})?")


def is_swift(value: str) -> bool:
    """Eight or eleven capitals and digits with a country in the middle (ISO 9362)."""
    return _SWIFT.fullmatch(value) is not None


_CURRENCY = r"(?:[$€£¥₹₽₺₩₪]|usd|eur|gbp|chf|inr|jpy|us\$|kr|zł|р\.|rs(?:\.|(?= )))"
_FIGURE = r"[0-9]{1,15}(?:[ ,.'][0-9]{3}){0,5}(?:[.,][0-9]{1,4})?"
_COMPUTED = r"[0-9]{1,15}\.[0-9]{5,20}"
is_priced = pattern(rf"[(-]{{0,2}}(?:{_CURRENCY}[ ]?-?{_FIGURE}|{_FIGURE}[ ]?{_CURRENCY})[)]?")
is_figure = pattern(
    rf"[(+-]{{0,2}}{_CURRENCY}?[ ]?-?{_FIGURE}[ ]?{_CURRENCY}?(?:[ ]?[km])?[)]?|-?{_COMPUTED}"
)
is_bracket = pattern(
    rf"(?:(?:<=?|>=?|≤|≥|under|over|below|above|less than|more than|up to)"
    rf"[ ]?{_CURRENCY}?[ ]?{_FIGURE}[ ]?k?"
    rf"|{_CURRENCY}?[ ]?{_FIGURE}[ ]?k?[ ]?(?:-|–|to)[ ]?{_CURRENCY}?[ ]?{_FIGURE}[ ]?k?"
    rf"|{_CURRENCY}?[ ]?{_FIGURE}[ ]?k?[ ]?\+|low|medium|middle|high|very low|very high)"
)
_looks_like_card = pattern(r"(?:[0-9xX*]{4}[ -]?){3,4}[0-9]{1,4}|[0-9]{13,19}|[0-9]{4}")
_looks_like_iban = pattern(r"[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{1,4}){3,8}")
_looks_like_account = pattern(r"(?=[^0-9]{0,20}[0-9])[A-Z0-9][A-Z0-9 ./-]{3,33}")

DETECTORS = (
    Detector("iban_code", is_iban, 95, alone=0.98, alone_share=0.15, named=_looks_like_iban,
             chance=0.01, characters=DIGITS, lengths=(15, 42),
             alone_not_kinds=NUMERIC),
    Detector("credit_card_number", is_payment_card, 93, alone=0.96, alone_share=0.3, chance=0.03,
             named=_looks_like_card, characters=DIGITS, lengths=(4, 24),
             alone_lengths=(13, 24)),
    Detector("swift_code", is_swift, 78, alone=0.82, alone_share=0.9, chance=0.2,
             lengths=(8, 11), alone_characters="ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    Detector("bank_routing_number", is_aba_routing_number, 62,
             named=pattern(r"[0-9]{2}[0-9 -]{4,9}|[A-Z]{4}0[A-Z0-9]{6}"),
             characters=DIGITS, lengths=(6, 12)),
    Detector("bank_account_number", _looks_like_account, 61, named_share=0.7,
             characters=DIGITS, lengths=(4, 34),
             not_kinds=("date",)),
    Detector("amount", is_priced, 40, alone=0.7, named=is_figure, named_share=0.7, ceiling=0.75,
             characters=DIGITS, lengths=(1, 30), not_kinds=("date",),
             alone_characters="$€£¥₹₽₺₩₪uUeEgGcCnNjJpPrRzZрР", alone_not_kinds=NUMERIC),
    Detector("income_bracket", is_bracket, 44, named_share=0.7, lengths=(2, 40),
             not_kinds=("date", "integer", "decimal")),
)  # fmt: skip
