"""E-mail addresses that keep the useful part: the domain, or its last label.

An address here is a local part, one @ and a domain of at least two labels of letters, digits and
hyphens, in ASCII; quoted local parts and address literals (RFC 5321, 4.1.2 and 4.1.3) are not, and
are invalid. Domains are written in lower case, which means the same (RFC 5321, 2.4).
"""

from __future__ import annotations

import hmac
import re
from base64 import b32hexencode
from dataclasses import dataclass, field
from typing import Literal, get_args

from veilflow.mask.checked_text import CheckedText
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import OnInvalid
from veilflow.mask.registry import KeyedTransform, transform

__all__ = ["ADDRESS", "HIDDEN", "Email", "EmailPseudonym", "KeyedEmailPseudonym", "KeptDomain"]

KeptDomain = Literal["domain", "tld", "nothing"]

ADDRESS = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
"""One regular expression for Python and for Java; whole texts are matched."""

HIDDEN = "***"
"""Stands for a local part, or for labels of a domain, of any length."""

_ADDRESS = re.compile(ADDRESS)


def kept_domain(domain: str, keep: KeptDomain) -> str:
    if keep == "domain":
        return domain
    return f"{HIDDEN}.{domain.rpartition('.')[2]}" if keep == "tld" else HIDDEN


@transform("email")
@dataclass(frozen=True)
class Email(CheckedText):
    """***@ and the domain (``keep: domain``), its last label (``tld``), or *** (``nothing``).

    Three asterisks whatever the length. A domain of one person's own names that person.
    """

    keep: KeptDomain = "domain"
    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        keeps=("suffix",),
        empty="invalid",
        not_for="domains with few people, and where rows have to be joined",
    )

    def __post_init__(self) -> None:
        if self.keep not in get_args(KeptDomain):
            raise ValueError(f"keep is one of {', '.join(get_args(KeptDomain))}")

    def mask(self, value: str) -> str | None:
        if not _ADDRESS.fullmatch(value):
            return None
        return f"{HIDDEN}@{kept_domain(value.rpartition('@')[2].lower(), self.keep)}"


@transform("email_pseudonym")
@dataclass(frozen=True)
class EmailPseudonym(KeyedTransform):
    """A keyed pseudonym of the whole address as local part, and the domain that ``keep`` leaves.

    The same address in any case gets the same pseudonym: HMAC-SHA-256, cut to ``length`` characters
    of base 32. ``keep: tld`` writes de.invalid for any domain in .de, ``nothing`` masked.invalid:
    well-formed addresses that reach nobody (RFC 2606, 2).
    """

    length: int = 26
    keep: KeptDomain = "domain"
    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        joins_within="the linkage domain, whatever the case of the letters",
        keeps=("suffix",),
        empty="invalid",
        not_for="domains with few people, and sending mail to",
    )

    def __post_init__(self) -> None:
        if not 16 <= self.length <= 51:
            raise ValueError("length is from 16 to 51 characters")
        if self.keep not in get_args(KeptDomain):
            raise ValueError(f"keep is one of {', '.join(get_args(KeptDomain))}")

    def keyed(self, key: bytes) -> KeyedEmailPseudonym:
        return KeyedEmailPseudonym(key, self.length, self.keep, self.on_invalid)


@dataclass(frozen=True)
class KeyedEmailPseudonym(CheckedText):
    """An :class:`EmailPseudonym` with its key, made on the worker that uses it."""

    key: bytes = field(repr=False)
    length: int
    keep: KeptDomain
    on_invalid: OnInvalid

    name = EmailPseudonym.name

    def mask(self, value: str) -> str | None:
        if not _ADDRESS.fullmatch(value):
            return None
        lowered = value.lower()
        digest = hmac.digest(self.key, lowered.encode(), "sha256")
        local = b32hexencode(digest).decode()[: self.length].lower()
        domain = lowered.rpartition("@")[2]
        if self.keep == "domain":
            return f"{local}@{domain}"
        told = domain.rpartition(".")[2] if self.keep == "tld" else "masked"
        return f"{local}@{told}.invalid"
