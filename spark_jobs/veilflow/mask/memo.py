"""What was made of the values that come again, kept across batches.

A batch of 10,000 rows of a column with 10,000 different values has 6,300 of them: masking each once
a batch saves little, once a worker a hundredfold. Values are looked up by Arrow, none of them
becomes a Python object. A column whose values don't come again costs one look in sixteen batches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Memo"]

_MOST_KNOWN = 32_768  # Arrow makes its table of the known values anew for each batch.
_LEAST_USE = 0.3  # the share of a batch that must be spared work
_LOOK_AGAIN = 16


class Memo:
    """Remembers ``mask``, a function of single values, for arrays of one type of text.

    Holds raw values in this process's memory, as many as :data:`_MOST_KNOWN` and a batch; when it
    is full it begins anew. ``mask`` must give an array of the length of what it is given.
    """

    def __init__(self, mask: Callable[[pa.Array], pa.Array]) -> None:
        self._mask = mask
        self._known: tuple[pa.Array, pa.Array] | None = None
        self._skip = 0

    def masked(self, values: pa.Array) -> pa.Array:
        """``mask(values)``, with as little of it done anew as pays."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self._skip:
            self._skip -= 1
            return self._mask(values)
        known = self._known
        places = pc.index_in(values, value_set=known[0]) if known else pa.nulls(len(values))
        new = pc.unique(values.filter(pc.and_(pc.is_null(places), values.is_valid())))
        if not len(new) and known:
            return known[1].take(places)
        if len(new) > (1 - _LEAST_USE) * len(values):
            # Nearly all new: remember these alone, and look later whether they come again.
            self._skip = _LOOK_AGAIN if known else 0
            known, new = None, pc.unique(values.drop_null())
        elif known and len(known[0]) + len(new) > _MOST_KNOWN:
            known, new = None, pc.unique(values.drop_null())
        made = self._mask(new)
        if known:
            new, made = pa.concat_arrays([known[0], new]), pa.concat_arrays([known[1], made])
        self._known = new, made
        return made.take(pc.index_in(values, value_set=new))

    @property
    def known(self) -> int:
        """How many values are remembered."""
        return 0 if self._known is None else len(self._known[0])
