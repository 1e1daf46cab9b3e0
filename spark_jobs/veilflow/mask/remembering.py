"""Value transforms that remember what they made, for as long as their worker lives.

Spark's batches have 10,000 rows, so a dictionary of each batch gains nothing in a column with as
many different values. A worker sees many batches of a column, and of later tasks too.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from veilflow.mask.contract import ValueTransform
from veilflow.mask.memo import Memo

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RememberingTransform"]


class RememberingTransform(ValueTransform):
    """A value transform that makes what comes again and again once; write :meth:`made_of`.

    What is remembered, and how much, is said in :mod:`veilflow.mask.memo`. It is in the memory of
    this process alone.
    """

    def made_of(self, values: pa.StringArray) -> pa.Array:
        """The masked forms of ``values``, of which none is null."""
        raise NotImplementedError

    def anew(self, values: pa.Array) -> pa.Array:
        """The masked forms of ``values`` (text), each made now."""
        import pyarrow as pa
        import pyarrow.compute as pc

        made = self.made_of(values.drop_null())
        if not values.null_count:
            return made
        filled = values.is_valid()
        places = pc.subtract(pc.cumulative_sum(filled.cast(pa.int64())), 1)
        return made.take(pc.if_else(filled, places, None))

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        return self._memo.masked(values.cast(pa.string()))

    @cached_property
    def _memo(self) -> Memo:
        return Memo(self.anew)
