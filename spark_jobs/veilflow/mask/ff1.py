"""FF1, format-preserving encryption of NIST SP 800-38G, section 5, on many values at once.

Digits of one radix in, as many digits of it out. A round encrypts the blocks of all values with one
call of AES. Numbers of up to 48 bits a half stay in NumPy's integers, longer ones in Python's.

Limits: a radix from 2 to 65,536 and at least 2 digits, of which there must be 100 values by the
standard. Its revision 1 asks for 1,000,000, which whoever calls this enforces: a smaller domain can
be listed. FF3 isn't here; it was withdrawn. Not promised: that equal values look different. They
don't under one key and tweak, so frequencies stay visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from veilflow.mask.aes_blocks import AesBlocks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Digits = NDArray[Any]
    Numbers = Any

__all__ = ["LEAST_DOMAIN", "LEAST_DOMAIN_OF_ALL", "FF1"]

LEAST_DOMAIN = 1_000_000
LEAST_DOMAIN_OF_ALL = 100
_ROUNDS = 10
_NATIVE_BITS = 48  # leaves 16 bits of 64 to shift in, so that a 96-bit number is reduced in steps
_CHUNK_ROWS = 8192  # what a round touches stays in a core's second-level cache


class FF1:
    """FF1 with one AES key (16, 24 or 32 bytes) and one radix."""

    def __init__(self, key: bytes, radix: int) -> None:
        if not 2 <= radix <= 1 << 16:
            raise ValueError("radix is from 2 to 65,536")
        self.radix = radix
        # Each block stands alone here: FF1 itself chains them (CBC-MAC) over its ten rounds.
        self.aes = AesBlocks(key)

    def encrypt(self, digits: Digits, tweak: bytes | NDArray[np.uint8] = b"") -> Digits:
        """``digits`` (a row a value, all of one length) encrypted; the same shape and type.

        ``tweak`` is one for all rows, or a matrix with a row for each.
        """
        return self._crypt(digits, tweak, "encrypt")

    def decrypt(self, digits: Digits, tweak: bytes | NDArray[np.uint8] = b"") -> Digits:
        """The inverse of :meth:`encrypt`."""
        return self._crypt(digits, tweak, "decrypt")

    def _crypt(
        self,
        digits: Digits,
        tweak: bytes | NDArray[np.uint8],
        direction: Literal["encrypt", "decrypt"],
    ) -> Digits:
        import numpy as np

        rows, length = digits.shape
        if length < 2 or self.radix**length < LEAST_DOMAIN_OF_ALL:
            raise ValueError("FF1 needs 2 digits and 100 values at least")
        shared = isinstance(tweak, bytes)
        tweaks = np.frombuffer(tweak, np.uint8)[None, :] if isinstance(tweak, bytes) else tweak
        shape = _Shape.of(self.radix, length, tweaks.shape[1])
        made = np.empty_like(digits)
        for start in range(0, rows, _CHUNK_ROWS):
            part = slice(start, start + _CHUNK_ROWS)
            own = tweaks if shared else tweaks[part]
            made[part] = self._chunk(digits[part], shape, own, direction)
        return made

    def _chunk(
        self,
        digits: Digits,
        shape: _Shape,
        tweaks: NDArray[np.uint8],
        direction: Literal["encrypt", "decrypt"],
    ) -> Digits:
        """Feistel rounds on the numbers of both halves, which are written as digits at the end."""
        import numpy as np

        rounds = _NativeRounds if shape.is_native else _LongRounds
        feistel = rounds(self, shape, tweaks, len(digits))
        left = _number(digits[:, : shape.left], self.radix, shape.is_native)
        right = _number(digits[:, shape.left :], self.radix, shape.is_native)
        if direction == "encrypt":
            for index in range(_ROUNDS):
                modulus = shape.moduli[index % 2]
                left, right = right, feistel.add(left, feistel.number(index, right), modulus)
        else:
            for index in reversed(range(_ROUNDS)):
                modulus = shape.moduli[index % 2]
                left, right = feistel.subtract(right, feistel.number(index, left), modulus), left
        made = np.empty_like(digits)
        _write_digits(left, self.radix, made[:, : shape.left])
        _write_digits(right, self.radix, made[:, shape.left :])
        return made


@dataclass(frozen=True)
class _Shape:
    """The standard's numbers for one radix, length and tweak length, by its letters.

    ``left`` is u, ``number_bytes`` b, ``round_bytes`` d; ``moduli`` are radix^u and radix^v,
    ``padding`` the zeros between tweak and round, ``first`` the block P.
    """

    left: int
    number_bytes: int
    round_bytes: int
    moduli: tuple[int, int]
    padding: int
    first: bytes

    @classmethod
    def of(cls, radix: int, length: int, tweak_length: int) -> _Shape:
        left, right = length // 2, length - length // 2
        number_bytes = (((radix**right) - 1).bit_length() + 7) // 8
        first = (
            bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([_ROUNDS, left % 256])
            + length.to_bytes(4, "big") + tweak_length.to_bytes(4, "big")
        )  # fmt: skip
        return cls(
            left=left,
            number_bytes=number_bytes,
            round_bytes=4 * -(-number_bytes // 4) + 4,
            moduli=(radix**left, radix**right),
            padding=(-tweak_length - number_bytes - 1) % 16,
            first=first,
        )

    @property
    def is_native(self) -> bool:
        """Whether both halves are numbers of at most 48 bits."""
        return self.moduli[1] <= 1 << _NATIVE_BITS

    def before_number(self, tweaks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Q up to the round's number, with a zero for the round: all that a round doesn't change.

        The number itself is zeros, too.
        """
        import numpy as np

        rest = np.zeros((len(tweaks), self.padding + 1 + self.number_bytes), np.uint8)
        return np.concatenate([tweaks, rest], axis=1)


class _NativeRounds:
    """The round function on numbers of up to 48 bits: what varies is in the last block's half."""

    def __init__(self, cipher: FF1, shape: _Shape, tweaks: NDArray[np.uint8], rows: int) -> None:
        import numpy as np

        self._cipher, self._shape = cipher, shape
        chained = _chain(cipher, shape, shape.before_number(tweaks)[:, :-16])
        last = chained ^ shape.before_number(tweaks)[:, -16:]
        words = np.ascontiguousarray(last).view(">u8").astype(np.uint64)
        self._low = words[:, 1]
        self._block = np.empty((rows, 2), ">u8")
        self._high = words[:, 0]

    def number(self, index: int, numbers: Numbers) -> Numbers:
        """y of round ``index`` for every row, reduced later."""
        import numpy as np

        self._block[:, 0] = self._high
        placed = np.uint64(index << (8 * self._shape.number_bytes))
        self._block[:, 1] = (self._low ^ placed) ^ numbers
        done = self._cipher.aes.encrypt(self._block.view(np.uint8)).view(">u8")
        first = done[:, 0].astype(np.uint64)
        modulus = np.uint64(self._shape.moduli[index % 2])
        reduced = _modulo(first, modulus)
        if self._shape.round_bytes == 8:
            return reduced
        second = done[:, 1].astype(np.uint64)
        sixteen, mask = np.uint64(16), np.uint64(0xFFFF)
        for down in (np.uint64(48), np.uint64(32)):
            reduced = _modulo((reduced << sixteen) | ((second >> down) & mask), modulus)
        return reduced

    @staticmethod
    def add(numbers: Numbers, more: Numbers, modulus: int) -> Numbers:
        import numpy as np

        total = numbers + more
        # Below the modulus the difference wraps to a huge number: the smaller is the remainder.
        return np.minimum(total, total - np.uint64(modulus))

    @staticmethod
    def subtract(numbers: Numbers, less: Numbers, modulus: int) -> Numbers:
        import numpy as np

        return _NativeRounds.add(numbers, np.uint64(modulus) - less, modulus)


class _LongRounds:
    """The round function on Python's integers, for strings of any length."""

    def __init__(self, cipher: FF1, shape: _Shape, tweaks: NDArray[np.uint8], rows: int) -> None:
        import numpy as np

        self._cipher, self._shape = cipher, shape
        before = shape.before_number(tweaks)
        self._query = np.broadcast_to(before, (rows, before.shape[1])).copy()

    def number(self, index: int, numbers: Numbers) -> Numbers:
        """y of round ``index`` for every row."""
        import numpy as np

        width, length = self._shape.number_bytes, self._shape.round_bytes
        packed = b"".join([number.to_bytes(width, "big") for number in numbers])
        self._query[:, -width:] = np.frombuffer(packed, np.uint8).reshape(-1, width)
        self._query[:, -width - 1] = index
        state = _chain(self._cipher, self._shape, self._query)
        parts = [state]
        for block in range(1, -(-length // 16)):
            counter = np.frombuffer(block.to_bytes(16, "big"), np.uint8)
            parts.append(self._cipher.aes.encrypt(np.ascontiguousarray(state ^ counter)))
        drawn = np.ascontiguousarray(np.concatenate(parts, axis=1)[:, :length]).tobytes()
        made = np.empty(len(numbers), object)
        made[:] = [
            int.from_bytes(drawn[at : at + length], "big") for at in range(0, len(drawn), length)
        ]
        return made

    @staticmethod
    def add(numbers: Numbers, more: Numbers, modulus: int) -> Numbers:
        return (numbers + more) % modulus

    @staticmethod
    def subtract(numbers: Numbers, less: Numbers, modulus: int) -> Numbers:
        return (numbers - less) % modulus


def _chain(cipher: FF1, shape: _Shape, query: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """CBC-MAC of P and each row of ``query`` (whole blocks), a block a row."""
    import numpy as np

    state = cipher.aes.encrypt(np.frombuffer(shape.first, np.uint8).reshape(1, 16))
    state = np.broadcast_to(state, (len(query), 16))
    for at in range(0, query.shape[1], 16):
        state = cipher.aes.encrypt(np.ascontiguousarray(state ^ query[:, at : at + 16]))
    return state


def _modulo(numbers: Numbers, modulus: np.uint64) -> Numbers:
    """NumPy divides by one number with multiplications, and takes remainders with divisions."""
    return numbers - (numbers // modulus) * modulus


def _number(digits: Digits, radix: int, is_native: bool) -> Numbers:
    """NUM of each row: the number that its digits write, the first one counting most."""
    import numpy as np

    together = _digits_in_word(radix)
    total: Any = None
    for start in range(0, digits.shape[1], together):
        part = digits[:, start : start + together]
        number = part[:, 0].astype(np.uint64)
        for column in range(1, part.shape[1]):
            number *= np.uint64(radix)
            number += part[:, column]
        if total is None:
            total = number if is_native else number.astype(object)
        else:
            total = total * (radix ** part.shape[1]) + number
    return total


def _write_digits(numbers: Numbers, radix: int, into: Digits) -> None:
    """STR of each number, as many digits as ``into`` has columns."""
    import numpy as np

    together = _digits_in_word(radix)
    columns = into.shape[1]
    for stop in range(columns, 0, -together):
        start = max(0, stop - together)
        rest: Any = numbers
        if start:
            rest, numbers = numbers % radix ** (stop - start), numbers // radix ** (stop - start)
        word = rest.astype(np.uint64)
        for column in range(stop - 1, start - 1, -1):
            above = word // np.uint64(radix)
            into[:, column] = word - above * np.uint64(radix)
            word = above


def _digits_in_word(radix: int) -> int:
    """How many digits of ``radix`` always fit into 63 bits."""
    return 63 // (radix - 1).bit_length()
