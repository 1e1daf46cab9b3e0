"""Alphabets of format-preserving encryption: which characters are replaced, and by which."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ALPHABETS", "Alphabet"]

ALPHABETS = {
    "digits": string.digits,
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "alphanumerics": string.digits + string.ascii_letters,
    "lower_alphanumerics": string.digits + string.ascii_lowercase,
    "upper_alphanumerics": string.digits + string.ascii_uppercase,
    "hex": "0123456789abcdef",
}
_MOST = 65_535  # FF1 allows one more, which here says that a character isn't in the alphabet.


@dataclass(frozen=True)
class Alphabet:
    """Different characters; the place of one is its digit."""

    characters: str

    @classmethod
    def named(cls, name: str) -> Alphabet:
        """One of :data:`ALPHABETS`, or the characters of ``name`` themselves."""
        return cls(ALPHABETS.get(name, name))

    def __post_init__(self) -> None:
        if not 2 <= len(self.characters) <= _MOST:
            raise ValueError(f"an alphabet has from 2 to {_MOST:,} characters")
        if len(set(self.characters)) < len(self.characters):
            names = ", ".join(ALPHABETS)
            raise ValueError(f"a character is twice in the alphabet; by name there are {names}")
        if any(0xD800 <= ord(one) < 0xE000 for one in self.characters):
            raise ValueError("half a surrogate pair isn't a character")

    @property
    def radix(self) -> int:
        return len(self.characters)

    @cached_property
    def is_ascii(self) -> bool:
        return self.characters.isascii()

    @property
    def none(self) -> int:
        """What stands for a character that isn't in the alphabet."""
        return 0xFF if self.radix < 0xFF else 0xFFFF

    def digits(self, codes: NDArray[Any]) -> NDArray[Any]:
        """The digit of each code point, :attr:`none` for one that isn't in the alphabet."""
        found: NDArray[Any] = _table(self.characters, self.none, codes.dtype.itemsize > 1)[codes]
        return found

    def codes(self, digits: NDArray[Any]) -> NDArray[Any]:
        """The code point of each digit."""
        import numpy as np

        kind = np.uint8 if self.is_ascii else np.uint32
        found: NDArray[Any] = np.array([ord(one) for one in self.characters], kind)[digits]
        return found


@lru_cache(maxsize=32)
def _table(characters: str, none: int, wide: bool) -> NDArray[Any]:
    import numpy as np

    kind = np.uint8 if none == 0xFF else np.uint16
    table = np.full(0x110000 if wide else 256, none, kind)
    for digit, character in enumerate(characters):
        if ord(character) < len(table):
            table[ord(character)] = digit
    return table
