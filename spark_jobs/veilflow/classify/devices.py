"""Networks, devices, vehicles and secrets."""

from __future__ import annotations

import ipaddress
import re

from veilflow.classify.checksums import is_imei, is_vin
from veilflow.classify.detector import DIGITS, NUMERIC, Detector, pattern
from veilflow.classify.secret_forms import SECRET_FORM

__all__ = ["DETECTORS", "WITH_SCHEME"]

_V4 = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?::[0-9]{1,5}|/[0-9]{1,2})?")


def is_possible_ip(value: str) -> bool:
    """An IPv4 address (also with port or prefix length) or an IPv6 address."""
    text = value.strip("[]")
    if _V4.fullmatch(text):
        text = re.split("[:/]", text)[0]
    elif text.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(text.split("%")[0].split("/")[0])
    except ValueError:
        return False
    return True


def is_ip(value: str) -> bool:
    """An IP address that isn't just as well a version number such as 1.12.0.3."""
    if not is_possible_ip(value):
        return False
    return ":" in value or any(int(part) > 31 for part in re.split(r"[./]", value)[:4])


is_mac = pattern(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}")
_mac_named = pattern(
    r"[0-9a-f]{12}|[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}"
)

_TLD = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|me|tv|xyz|online|site|shop|cloud|eu|uk|"
    "de|fr|es|it|nl|be|ch|at|pl|se|no|dk|fi|ie|pt|cz|ru|ua|tr|gr|us|ca|mx|br|ar|cl|au|nz|jp|cn|kr|"
    "in|za|ng|ke|il|sg|hk"
)
is_url = pattern(
    rf"(?:https?|ftp|wss?)://[^\s]{{3,1990}}|www\.[\w.-]{{3,200}}\.[a-z]{{2,24}}(?:[/?#][^\s]{{0,1700}})?"
    rf"|(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,5}}(?:{_TLD})(?::[0-9]{{2,5}})?(?:[/?#][^\s]{{0,1700}})?"
)
is_url_with_scheme = pattern(r"(?:https?|ftp|wss?)://[^\s]{3,1990}")
is_telling_plate = pattern(
    r"[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{4}|[0-9]{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}"
    r"|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?[0-9]{1,4}|[A-Z]{2}[0-9]{2} ?[A-Z]{3}"
    r"|[A-Z]{2}[ -]?[0-9]{3}[ -]?[A-Z]{2}|[A-Z]{3}-[0-9]{3,4}|[A-Z]{3}[0-9][A-Z][0-9]{2}"
)
is_plate = pattern(r"(?=[^0-9]{0,8}[0-9])[A-ZÄÖÜ0-9]{1,4}[ ·-]?[A-Z0-9]{1,4}[ -]?[A-Z0-9]{0,5}")

is_secret = pattern(SECRET_FORM)
_dense = pattern(r"[^\s]{6,2040}|[0-9]{3,5}")


def is_possible_secret(value: str) -> bool:
    """What a column called "password" or "cvv" holds: six or more characters, or a short PIN."""
    return _dense(value)


WITH_SCHEME = Detector("url", is_url_with_scheme, 80, alone=0.93, alone_share=0.3,
                       characters=":", lengths=(8, 2048), not_kinds=("decimal", "date"),
                       alone_not_kinds=NUMERIC)  # fmt: skip
"""One such URL is no chance, while one "a.io" may be."""

DETECTORS = (
    Detector("secret", is_secret, 96, alone=0.97, alone_share=0.2, named=is_possible_secret,
             named_share=0.7, lengths=(3, 2048), not_kinds=("date",),
             alone_lengths=(15, 2048), alone_not_kinds=NUMERIC),
    Detector("ip_address", is_ip, 88, alone=0.95, alone_share=0.5, named=is_possible_ip,
             characters=".:", lengths=(3, 50), not_kinds=("date", "decimal")),
    Detector("mac_address", is_mac, 90, alone=0.96, alone_share=0.5, named=_mac_named,
             lengths=(12, 17),
             alone_characters=":-.", alone_lengths=(14, 17)),
    Detector("imei", is_imei, 86, alone=0.85, alone_share=0.9, chance=0.1,
             named=pattern(r"[0-9]{15,17}|[0-9]{2}-?[0-9]{6}-?[0-9]{6}-?[0-9]{1,2}"),
             characters=DIGITS, lengths=(15, 20)),
    Detector("vin", is_vin, 90, alone=0.95, alone_share=0.5, chance=0.1,
             named=pattern(r"[A-HJ-NPR-Z0-9]{8,17}"), characters=DIGITS, lengths=(8, 17),
             alone_lengths=(17, 17)),
    Detector("license_plate", is_plate, 55, named_share=0.6, hinted=is_telling_plate,
             characters=DIGITS, lengths=(3, 12), not_kinds=("date", "decimal")),
    Detector("url", is_url, 80, alone=0.93, alone_share=0.3, chance=0.01, characters=".",
             lengths=(4, 2048), not_kinds=("decimal", "date"),
             alone_not_kinds=NUMERIC),
)  # fmt: skip
