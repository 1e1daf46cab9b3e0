"""A sensitive column whose values lie in many parts, each judged against the whole table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.sensitive import SensitiveColumn
from veilflow.anonymize.sensitive_values import counted_lines

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PartColumn"]

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class PartColumn:
    """The values of the whole table by number, as ``texts``, and what ``column`` knows of them.

    It holds values of the data: it travels encrypted, and is never part of a plan.
    """

    texts: pa.Array
    column: SensitiveColumn

    @classmethod
    def of_table(cls, column: SensitiveColumn, texts: pa.Array) -> PartColumn:
        """From the column over all classes; value ``n`` is the text at place ``n``."""
        nobody = counted_lines(np.zeros(0, np.int64), np.zeros(0, np.int32), column.totals[:0], 0)
        return cls(texts, replace(column, lines=nobody, whole=column.totals))

    def within(self, combo: Int64, texts: pa.Array, people: Int64) -> SensitiveColumn:
        """The column over the combinations of one part: ``people`` of ``combo`` have ``texts``."""
        import pyarrow.compute as pc

        places = pc.index_in(texts, value_set=self.texts)
        numbers = places.to_numpy(zero_copy_only=False).astype(np.int32)
        lines = counted_lines(combo, numbers, people, self.column.values)
        return replace(self.column, lines=lines)
