"""Check digits by name, for types of a user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from veilflow.classify.check_digits import iso_11_2, iso_11_10, verhoeff
from veilflow.classify.checksums import (
    is_aba_routing_number,
    is_iban,
    is_imei,
    is_luhn,
    is_nhs_number,
    is_vin,
)

__all__ = ["CHANCES", "CHECKSUMS", "passes_checksum"]

_SEPARATORS = str.maketrans("", "", " -./_")


def _mod_97_10(text: str) -> bool:
    """ISO 7064 MOD 97-10 with its two check digits last; letters count from 10 on."""
    return len(text) > 2 and int("".join(str(int(char, 36)) for char in text)) % 97 == 1


def _digits_only(test: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: text.isdigit() and len(text) > 1 and test(text)


def _x_last(text: str) -> bool:
    return text[:-1].isdigit() and text[-1] in "0123456789X" and iso_11_2(text)


CHECKSUMS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "luhn": is_luhn,
        "verhoeff": _digits_only(verhoeff),
        "mod_11_10": _digits_only(iso_11_10),
        "mod_11_2": _x_last,
        "mod_97_10": _mod_97_10,
        "aba": is_aba_routing_number,
        "iban": is_iban,
        "imei": is_imei,
        "nhs": is_nhs_number,
        "vin": is_vin,
    }
)
CHANCES: Mapping[str, float] = MappingProxyType(
    {"mod_97_10": 1 / 97, "iban": 1 / 97} | dict.fromkeys(("mod_11_10", "mod_11_2"), 1 / 10)
)
"""How often other values of the same shape pass by luck; one in ten where it isn't said."""


def passes_checksum(name: str, value: str) -> bool:
    """Whether the letters and digits of ``value`` pass the checksum ``name``; separators aside.

    >>> passes_checksum("luhn", "7992-7398-713"), passes_checksum("mod_11_2", "0000-0002-1825-0098")
    (True, False)
    """
    compact = value.translate(_SEPARATORS).upper()
    return compact.isascii() and compact.isalnum() and CHECKSUMS[name](compact)
