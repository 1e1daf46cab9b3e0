"""Every shape in which a value could turn up somewhere: text, numbers and keys as byte patterns."""

from __future__ import annotations

import base64
import html
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["SHORTEST", "Needle", "key_needle", "number_needle", "text_needle"]

#: Shorter patterns would be found by chance: 6 random bytes match once in 280 terabytes.
SHORTEST = 6


@dataclass(frozen=True)
class Needle:
    """A value to look for: ``label`` names it in a finding, ``patterns`` maps bytes to a form."""

    label: str
    patterns: dict[bytes, str]


def text_needle(label: str, text: str) -> Needle:
    """``text`` in any case, in UTF-8 and UTF-16, in hex and base64, and as URL, JSON and HTML."""
    spellings = {"": text, "lower case ": text.lower(), "upper case ": text.upper()}
    return _needle(label, [p for case, one in spellings.items() for p in _text_forms(one, case)])


def number_needle(label: str, number: int) -> Needle:
    """``number`` as digits, grouped, in scientific notation, and as 64-bit integer and double."""
    spelt = {
        "digits": str(number),
        "float": repr(float(number)),
        "scientific": _java_double(number),
        **{
            f"grouped by {mark!r}": f"{number:,}".replace(",", mark)
            for mark in (",", "_", ".", " ")
        },
    }
    forms = [p for name, one in spelt.items() for p in _text_forms(one, f"{name} ")]
    binary = {"little-endian": "<", "big-endian": ">"}
    for order, mark in binary.items():
        forms.append((struct.pack(f"{mark}q", number), f"int64 {order}"))
        forms.append((struct.pack(f"{mark}d", float(number)), f"double {order}"))
    return _needle(label, forms)


def key_needle(label: str, key: bytes) -> Needle:
    """``key`` as bytes, hex, base64, base32, Python's repr and lists of numbers.

    Each half counts by itself, so that a wrapped line or a cut one hides nothing.
    """
    middle = len(key) // 2
    halves = {"first half": key[:middle], "second half": key[middle:]}
    return _needle(label, [p for half, one in halves.items() for p in _key_forms(one, f"{half} ")])


def _needle(label: str, forms: list[tuple[bytes, str]]) -> Needle:
    patterns: dict[bytes, str] = {}
    for pattern, form in forms:
        if len(pattern) < SHORTEST:
            raise ValueError(f"{label}: its {form} form is too short to be told from chance")
        patterns.setdefault(pattern, form)
    return Needle(label, patterns)


def _text_forms(text: str, what: str) -> Iterator[tuple[bytes, str]]:
    raw = text.encode()
    yield raw, f"{what}UTF-8"
    yield text.encode("utf-16-le"), f"{what}UTF-16LE"
    yield text.encode("utf-16-be"), f"{what}UTF-16BE"
    yield quote(text, safe="").encode(), f"{what}URL-quoted"
    yield "".join(f"%{byte:02X}" for byte in raw).encode(), f"{what}URL-quoted throughout"
    yield json.dumps(text)[1:-1].encode(), f"{what}JSON-escaped"
    yield "".join(f"\\u{ord(char):04x}" for char in text).encode(), f"{what}JSON-escaped throughout"
    yield html.escape(text).encode(), f"{what}HTML-escaped"
    yield repr(text)[1:-1].encode(), f"{what}Python repr"
    yield from _encoded(raw, what)


def _key_forms(key: bytes, what: str) -> Iterator[tuple[bytes, str]]:
    yield key, f"{what}raw"
    yield repr(key)[2:-1].encode(), f"{what}Python repr"
    signed = [byte - 256 if byte > 127 else byte for byte in key]
    for name, numbers in {"bytes": list(key), "signed bytes": signed}.items():
        for mark in (", ", ","):
            yield mark.join(map(str, numbers)).encode(), f"{what}list of {name}"
    yield key.hex(":").encode(), f"{what}hex with colons"
    # The last character may depend on what follows.
    yield base64.b32encode(key).rstrip(b"=")[:-1], f"{what}base32"
    yield from _encoded(key, what)


def _encoded(raw: bytes, what: str) -> Iterator[tuple[bytes, str]]:
    yield raw.hex().encode(), f"{what}hex"
    yield raw.hex().upper().encode(), f"{what}hex in capitals"
    for offset in range(3):
        body = _base64_at(raw, offset)
        yield body, f"{what}base64 at {offset}"
        yield body.replace(b"+", b"-").replace(b"/", b"_"), f"{what}URL-safe base64 at {offset}"


def _base64_at(raw: bytes, offset: int) -> bytes:
    """What base64 of anything with ``raw`` at a position of that remainder by 3 must contain."""
    encoded = base64.b64encode(bytes(offset) + raw)
    start = (0, 2, 3)[offset]
    end = len(encoded) - (0, 3, 2)[(offset + len(raw)) % 3]
    return encoded[start:end]


def _java_double(number: int) -> str:
    digits = str(number)
    fraction = digits[1:].rstrip("0") or "0"
    return f"{digits[0]}.{fraction}E{len(digits) - 1}"
