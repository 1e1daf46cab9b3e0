"""Value transforms that remember what they made, for as long as their worker lives.

Spark's batches have 10,000 rows, so a dictionary of each batch gains nothing in a column with as
many different values. A worker sees many batches of a column, and of later tasks too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from veilflow.mask.contract import ValueTransform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RememberingTransform"]

_LARGEST = 50_000  # some 12 MB of short texts
_TRIED = 50_000


class RememberingTransform(ValueTransform):
    """A value transform that makes what comes again and again once; write :meth:`mask_many`.

    At most 50,000 values are remembered, and none of a column whose values hardly repeat, since
    that costs more than it saves. They are in the memory of this process alone.
    """

    def mask_many(self, values: list[bytes]) -> pa.Array:
        """The masked forms (text, no null) of different values, given as UTF-8."""
        raise NotImplementedError

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        encoded = values.cast(pa.string()).dictionary_encode()
        texts = encoded.dictionary.cast(pa.binary()).to_pylist()
        return self._memory.made(texts, self.mask_many).take(encoded.indices)

    @cached_property
    def _memory(self) -> _Memory:
        return _Memory()


class _Memory:
    def __init__(self) -> None:
        self.known: dict[bytes, str] = {}
        self.asked = self.unknown = 0
        self.is_worth_it = True

    def made(self, values: list[bytes], make: Callable[[list[bytes]], pa.Array]) -> pa.Array:
        import pyarrow as pa

        if not self.is_worth_it:
            return make(values)
        known = self.known
        new = [value for value in values if value not in known]
        if len(known) + len(new) > _LARGEST:
            known.clear()
            new = values
        known.update(zip(new, make(new).to_pylist(), strict=True))
        self.asked += len(values)
        self.unknown += len(new)
        found = pa.array([known[value] for value in values], pa.string())
        self.is_worth_it = self.asked < _TRIED or 2 * self.unknown < self.asked
        if not self.is_worth_it:
            known.clear()
        return found
