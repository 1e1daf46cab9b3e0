"""Consistent realistic fakes: the same value, or the same person, gets the same fake in a domain.

An HMAC-SHA-256 of the value (or of the row's privacy unit) under the domain's key draws numbers;
they choose from lists (:mod:`veilflow.mask.fake_words`) and from ranges that nobody has
(:mod:`veilflow.mask.fake_numbers`). Without the key nobody can tell which fake is whose.

Not promised: uniqueness. Two people may share a fake: of n different values about n²/2S pairs do,
with S from a few hundred (telephones of some countries) to 10 billion (e-mail addresses). Use
``pseudonym`` where identity must be kept. A fake may by chance be the name of a real person, also
of one in the data.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from veilflow.mask.contract import KeyedTransform, Transform
from veilflow.mask.fake_forms import DRAWN, KINDS, Gender, Kind, made
from veilflow.mask.fake_numbers import PHONE_LOCALES
from veilflow.mask.fake_words import LOCALES
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import Outcome
from veilflow.mask.registry import transform

if TYPE_CHECKING:
    import pyarrow as pa

    from veilflow.mask.fake_numbers import Draws

__all__ = ["Fake", "KeyedFake", "draws_of"]

_ATTEMPTS = 16  # the chance that all of them draw the row's own value is that of a list of one


@transform("fake")
@dataclass(frozen=True)
class Fake(KeyedTransform):
    """A fake of ``kind`` in the form of ``locale``: the same value gets the same fake.

    ``by: unit`` gives all rows of a person the same fake, whatever they hold. The fake is never the
    row's own value. Names may be of one ``gender``.
    """

    kind: Kind
    locale: str = "en_US"
    by: Literal["value", "unit"] = "value"
    gender: Gender | None = None

    conceals: ClassVar[bool] = True
    guarantees: ClassVar[Guarantees] = Guarantees(
        joins_within="its linkage domain, but for collisions",
        keeps=(),
        empty="like any value",
        not_for="keys, or anything that must stay different for different people",
    )

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        if self.locale not in LOCALES:
            raise ValueError(f"locale is one of {', '.join(LOCALES)}")
        if self.by not in ("value", "unit"):
            raise ValueError("by is value or unit")
        if self.gender is not None and self.gender not in get_args(Gender):
            raise ValueError("gender is female or male")
        if self.kind == "phone" and self.locale not in PHONE_LOCALES:
            raise ValueError(
                f"no telephone numbers of {self.locale} are set aside for fiction; "
                f"there are some of {', '.join(PHONE_LOCALES)}"
            )
        if self.kind == "ssn" and self.locale != "en_US":
            raise ValueError("ssn is a number of en_US")
        if self.by == "unit":
            object.__setattr__(self, "needs_unit", True)

    def keyed(self, key: bytes) -> KeyedFake:
        return KeyedFake(self, key)


@dataclass(frozen=True)
class KeyedFake(Transform):
    """A :class:`Fake` with its key, on the worker that uses it."""

    rules: Fake
    key: bytes = field(repr=False)

    takes_text = True
    conceals = True

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def apply(self, values: pa.Array) -> pa.Array:
        return self.apply_counted(values).values

    def apply_counted(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        """The fakes. A row without a unit is faked by its value."""
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = values.cast(pa.string())
        if self.rules.by == "unit" and units is not None:
            whose = pc.binary_join_element_wise("unit", units.cast(pa.string()), "\x00")
            seeds = pc.coalesce(whose, pc.binary_join_element_wise("value", texts, "\x00"))
            encoded = pa.StructArray.from_arrays([texts, seeds], names=["text", "seed"])
            return Outcome(self._fakes(encoded.field("text"), encoded.field("seed")))
        encoded = texts.dictionary_encode()
        own = encoded.dictionary
        fakes = self._fakes(own, pc.binary_join_element_wise("value", own, "\x00"))
        return Outcome(fakes.take(encoded.indices))

    def _fakes(self, own: pa.Array, seeds: pa.Array) -> pa.Array:
        """One fake a row, drawn again where it is the row's own value; null for null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        fakes = self._drawn(seeds, 0)
        plain = _compared(own)
        for attempt in range(1, _ATTEMPTS):
            again = pc.fill_null(pc.equal(_compared(fakes), plain), False)
            if not again.true_count:
                break
            others = self._drawn(seeds.filter(again), attempt)
            fakes = pc.replace_with_mask(fakes, again, others)
        return pc.if_else(pc.is_valid(own), fakes, pa.scalar(None, pa.string()))

    def _drawn(self, seeds: pa.Array, attempt: int) -> pa.Array:
        rules = self.rules
        return made(rules.kind, rules.locale, rules.gender, draws_of(self.key, seeds, attempt))


def draws_of(key: bytes, seeds: pa.Array, attempt: int) -> Draws:
    """DRAWN numbers of 32 bits for each seed, by HMAC-SHA-256 under the key."""
    import numpy as np

    end = attempt.to_bytes(1, "big")
    digests = b"".join(
        hmac.digest(key, (seed or "").encode("utf-8", "surrogatepass") + end, "sha256")
        for seed in seeds.to_pylist()
    )
    return np.frombuffer(digests, dtype=">u4").reshape(-1, DRAWN).astype(np.uint32)


def _compared(values: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.utf8_lower(pc.utf8_trim_whitespace(values))
