"""Format-preserving encryption of text by FF1: digits stay digits, and separators where they are.

Each value's characters of the alphabet are encrypted together; a value of n characters becomes one
of n characters. Characters that are kept, by ``keep_first`` and ``keep_last``, are part of the
tweak: the middle of a card number isn't encrypted alike for two banks. Linkage domains have keys of
their own. Not promised: whoever can list a small domain and count frequencies learns as from any
pseudonym, and length, separators and what is kept stay visible.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from veilflow.mask.alphabet import Alphabet
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import OnInvalid, Reason, settle
from veilflow.mask.registry import CheckedTransform, KeyedTransform, transform

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from veilflow.mask.characters import Characters
    from veilflow.mask.ff1 import FF1

__all__ = ["Fpe", "KeyedFpe"]

_MOST_TWEAK = 1024


@transform("fpe")
@dataclass(frozen=True)
class Fpe(KeyedTransform):
    """FF1 over ``alphabet``, a name (digits, letters, alphanumerics, ...) or its characters.

    Characters of ``separators`` stay where they are; any other outside the alphabet makes the value
    untreatable, as a wrong check digit does where ``luhn`` asks for one. Values of which there are
    fewer than 1,000,000 of their length are untreatable unless ``small_domain`` says in words why
    not. It never is enough for fewer than 100.
    """

    alphabet: str = "digits"
    keep_first: int = 0
    keep_last: int = 0
    luhn: bool = False
    separators: str = " -./"
    tweak: str = ""
    small_domain: str = ""
    on_invalid: OnInvalid = "refuse"

    conceals = True
    guarantees = Guarantees(
        reversible_by="whoever holds the masking key",
        joins_within="its linkage domain",
        keeps=("length", "alphabet", "format"),
        empty="can't be treated",
        not_for="values whose frequency names them; fewer than a million possible values",
    )

    def __post_init__(self) -> None:
        alphabet = Alphabet.named(self.alphabet)
        if min(self.keep_first, self.keep_last) < 0:
            raise ValueError("keep_first and keep_last are 0 or more")
        if self.luhn and (self.keep_last or alphabet.characters != "0123456789"):
            raise ValueError("luhn makes the last digit anew: it needs digits and no keep_last")
        if len(self.tweak.encode()) > _MOST_TWEAK:
            raise ValueError(f"tweak has at most {_MOST_TWEAK} bytes")
        if self.small_domain and len(self.small_domain.split()) < 3:
            raise ValueError("small_domain says in words why so few values may be encrypted")

    def keyed(self, key: bytes) -> KeyedFpe:
        return KeyedFpe(key, self, self.on_invalid)


@dataclass(frozen=True)
class KeyedFpe(CheckedTransform):
    """A :class:`Fpe` with its key, made on the worker that uses it."""

    key: bytes = field(repr=False)
    rules: Fpe
    on_invalid: OnInvalid = "refuse"

    name = Fpe.name
    conceals = True
    takes_text = True

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        return self._crypt(values, "encrypt")

    def reveal(self, values: pa.Array) -> pa.Array:
        """The values that became ``values``; null for a text that can't have been made here.

        A wrong key gives wrong values of the same form: FF1 authenticates nothing.
        """
        revealed, invalid, reason = self._crypt(values, "decrypt")
        return settle(revealed, invalid, "nullify", self.name, reason).values

    @cached_property
    def _alphabet(self) -> Alphabet:
        return Alphabet.named(self.rules.alphabet)

    @cached_property
    def _ff1(self) -> FF1:
        from veilflow.mask.ff1 import FF1

        return FF1(self.key, self._alphabet.radix)

    def _crypt(
        self, values: pa.Array, direction: Literal["encrypt", "decrypt"]
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        from veilflow.mask.characters import Characters

        column = Characters.of(values, wide=not self._alphabet.is_ascii)
        digits = self._alphabet.digits(column.codes)
        symbols = digits != self._alphabet.none
        lengths = column.lengths
        filled = column.is_valid.to_numpy(zero_copy_only=False)
        width = int(lengths.max(initial=0))
        if width and symbols.all() and (lengths[filled] == width).all():
            # The common case: nothing but the alphabet, and one length. No places to look up.
            matrix, wrong, reason = self._matrix(digits.reshape(-1, width), direction)
            made = self._alphabet.codes(matrix).reshape(-1).astype(column.codes.dtype, copy=False)
            is_bad = np.zeros(len(filled), np.bool_)
            is_bad[filled] = wrong
        else:
            made, is_bad, reason = self._by_length(column, digits, symbols, filled, direction)
        invalid = pc.and_(pa.array(is_bad), column.is_valid)
        return column.with_codes(made).to_arrow(), invalid, reason

    def _by_length(
        self,
        column: Characters,
        digits: NDArray[Any],
        symbols: NDArray[np.bool_],
        filled: NDArray[np.bool_],
        direction: Literal["encrypt", "decrypt"],
    ) -> tuple[NDArray[Any], NDArray[np.bool_], Reason]:
        """Encrypt together the rows that have the same number of symbols."""
        import numpy as np

        made = column.codes.copy()
        foreign = ~symbols & ~np.isin(column.codes, [ord(one) for one in self.rules.separators])
        symbols_before = np.concatenate([[0], np.cumsum(symbols)])[column.starts]
        is_bad = np.diff(np.concatenate([[0], np.cumsum(foreign)])[column.starts]) > 0
        reason = Reason.OUTSIDE_ALPHABET
        counts, first = np.diff(symbols_before), symbols_before[:-1]
        places = np.flatnonzero(symbols)
        fit = filled & ~is_bad
        for count in np.unique(counts[fit]):
            rows = np.flatnonzero(fit & (counts == count))
            at = places[first[rows][:, None] + np.arange(count)]
            matrix, wrong, why = self._matrix(digits[at], direction)
            made[at] = self._alphabet.codes(matrix)
            if wrong.any():
                is_bad[rows[wrong]] = True
                reason = why
        return made, is_bad, reason

    def _matrix(
        self, digits: NDArray[Any], direction: Literal["encrypt", "decrypt"]
    ) -> tuple[NDArray[Any], NDArray[np.bool_], Reason]:
        """Rows of one length encrypted, which of them can't be, and why."""
        import numpy as np

        from veilflow.mask.ff1 import LEAST_DOMAIN, LEAST_DOMAIN_OF_ALL
        from veilflow.mask.luhn import check_digits

        rows, length = digits.shape
        start, stop = self.rules.keep_first, length - self.rules.keep_last - self.rules.luhn
        least = LEAST_DOMAIN_OF_ALL if self.rules.small_domain else LEAST_DOMAIN
        if stop - start < 2 or self._alphabet.radix ** (stop - start) < least:
            reason = Reason.TOO_SMALL_A_DOMAIN if stop - start >= 2 else Reason.TOO_SHORT
            return digits, np.ones(rows, np.bool_), reason
        made = digits.copy()
        tweak = self._tweak(digits, start, length - self.rules.keep_last)
        made[:, start:stop] = getattr(self._ff1, direction)(digits[:, start:stop], tweak)
        wrong = np.zeros(rows, np.bool_)
        if self.rules.luhn:
            wrong = check_digits(digits[:, :-1]) != digits[:, -1]
            made[:, -1] = check_digits(made[:, :-1])
        return made, wrong, Reason.WRONG_CHECK_DIGIT

    def _tweak(self, digits: NDArray[Any], start: int, stop: int) -> bytes | NDArray[np.uint8]:
        """The policy's tweak, followed by what is kept of each value."""
        import numpy as np

        given = self.rules.tweak.encode()
        kept = np.concatenate([digits[:, :start], digits[:, stop:]], axis=1)
        if not kept.shape[1]:
            return given
        packed = np.ascontiguousarray(kept.astype(">u2")).view(np.uint8)
        same = np.broadcast_to(np.frombuffer(given, np.uint8), (len(digits), len(given)))
        return np.concatenate([same, packed], axis=1)
