"""Keyed pseudonyms: the same value gets the same pseudonym inside a linkage domain, nowhere else.

HMAC-SHA-256 (RFC 2104, FIPS 198-1), truncated. Without the domain's key a pseudonym can't be
computed from a guessed value, nor two domains joined. Not promised: frequencies stay visible (a
value in a tenth of the rows has a pseudonym in a tenth of the rows), and whoever holds the key can
test guesses.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.pseudonym_forms import FORMS, Form
from veilflow.mask.registry import KeyedTransform, transform
from veilflow.mask.remembering import RememberingTransform
from veilflow.mask.utf8 import utf8

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeyedPseudonym", "Pseudonym"]


@transform("pseudonym")
@dataclass(frozen=True)
class Pseudonym(KeyedTransform):
    """A keyed pseudonym of 26 lower-case base-32 characters, or of another ``form`` and ``length``.

    The forms are base32hex (5 bits a character), hex (4), digits (decimal), uuid (version 8, RFC
    9562) and integer (from 0 to 2^63 - 1, in a column of such numbers). With 26 base-32 characters
    (130 bits) two people share one by chance with probability below 1e-20 in a table of a billion;
    with an integer, below 1e-5 in one of ten million.
    """

    conceals = True
    guarantees = Guarantees(
        joins_within="its linkage domain", not_for="values whose frequency names them"
    )

    length: int | None = None
    prefix: str = ""
    form: Form = "base32hex"

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise ValueError(f"form is one of {', '.join(FORMS)}")
        least, usual, most = FORMS[self.form]
        if not least <= (usual if self.length is None else self.length) <= most:
            alone = f"is {usual}" if least == most else f"is from {least} to {most} characters"
            raise ValueError(f"length {alone}")
        if self.prefix and self.form == "integer":
            raise ValueError("an integer has no prefix")

    @property
    def characters(self) -> int:
        """The length of a pseudonym without its prefix."""
        return FORMS[self.form][1] if self.length is None else self.length

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.int64() if self.form == "integer" else pa.string()

    def keyed(self, key: bytes) -> KeyedPseudonym:
        return KeyedPseudonym(key, self)


@dataclass(frozen=True)
class KeyedPseudonym(RememberingTransform):
    """A :class:`Pseudonym` with its key, made on the worker that uses it."""

    key: bytes = field(repr=False)
    rules: Pseudonym

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return self.rules.output_type(input_type)

    def mask(self, value: str) -> str | None:
        import pyarrow as pa

        digest = hmac.digest(self.key, value.encode(), "sha256")
        return self._written(digest, pa.array([True]))[0].as_py()  # type: ignore[no-any-return]

    def anew(self, values: pa.Array) -> pa.Array:
        return self._written(_digests(self.key, values.drop_null()), values.is_valid())

    def _written(self, digests: bytes, is_valid: pa.BooleanArray) -> pa.Array:
        from veilflow.mask.pseudonym_forms import written

        rules = self.rules
        return written(digests, is_valid, rules.form, rules.characters, rules.prefix)


def _digests(key: bytes, values: pa.Array) -> bytes:
    """HMAC-SHA-256 of every value, 32 bytes each, end to end.

    The key is set up once and copied: 0.65 microseconds a value, and hmac.digest takes 1.7.
    """
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.hmac import HMAC

    held, ends = utf8(values)
    data, begun = held.tobytes(), HMAC(key, SHA256()).copy
    made: list[bytes] = []
    add, start = made.append, 0
    for end in ends[1:].tolist():
        one = begun()
        one.update(data[start:end])
        add(one.finalize())
        start = end
    return b"".join(made)
