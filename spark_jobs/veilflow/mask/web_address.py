"""Web addresses that keep the scheme and the host, or the part of the host that is registered.

User names, ports, paths, queries and fragments go. The registered part is found by a rule and not
by the Public Suffix List: the last two labels, or three where the last has two letters and the one
before is a customary second level (co.uk). Where the rule errs it keeps fewer labels than a
registration has (jane.example.mod.xx becomes mod.xx), or, for a second level that anybody may
register, one label more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from veilflow.mask.checked_text import CheckedText
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import OnInvalid
from veilflow.mask.registry import transform

__all__ = ["REGISTERED", "URL", "KeptHost", "Url"]

KeptHost = Literal["host", "site"]

URL = (
    r"([A-Za-z][A-Za-z0-9+.-]{0,30})://(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?"
    r"((?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.){0,20}[A-Za-z][A-Za-z0-9-]{0,62})"
    r"(?::[0-9]{0,5})?(?:[/?#][\s\S]*)?"
)
"""Scheme and host of a web address, for Python and for Java; whole texts are matched."""

REGISTERED = (
    r"(?:[^.]+\.(?:ac|co|com|edu|go|gob|gov|gouv|mil|ne|net|nhs|nom|or|org|sch)\.[a-z]{2}"
    r"|[^.]+\.[^.]+|[^.]+)$"
)
"""The registered part, at the end of a host in lower case."""

_URL, _REGISTERED = re.compile(URL), re.compile(REGISTERED)


@transform("url")
@dataclass(frozen=True)
class Url(CheckedText):
    """scheme://host (``keep: host``), or the registered part of the host (``site``).

    A host name can name a person; ``site`` leaves out what stands before the registered part. What
    isn't a web address with a host name in ASCII is invalid: relative addresses, IP addresses.
    """

    keep: KeptHost = "host"
    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        keeps=("prefix",),
        empty="invalid",
        not_for="hosts that name a person, and schemes that aren't of the web",
    )

    def __post_init__(self) -> None:
        if self.keep not in get_args(KeptHost):
            raise ValueError(f"keep is one of {', '.join(get_args(KeptHost))}")

    def mask(self, value: str) -> str | None:
        match = _URL.fullmatch(value)
        if match is None:
            return None
        scheme, host = match[1].lower(), match[2].lower()
        if self.keep == "site":
            found = _REGISTERED.search(host)
            assert found is not None
            host = found[0]
        return f"{scheme}://{host}"
