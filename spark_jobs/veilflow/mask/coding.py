"""Top and bottom coding: numbers beyond a limit become one, so that extremes name nobody."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.kinds import require_fallback, require_integer, require_number, require_whole
from veilflow.mask.multiples import exact
from veilflow.mask.outcome import OnInvalid, Reason
from veilflow.mask.registry import CheckedTransform, transform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BottomCode", "Coding", "TopCode"]


@dataclass(frozen=True)
class Coding(CheckedTransform):
    """What both codings share. NaN is on no side of a limit, so it is invalid."""

    at: float
    label: str | None = None
    on_invalid: OnInvalid = "refuse"

    needs_numbers = True
    is_top: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not math.isfinite(self.at):
            raise ValueError("at is a number")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        require_number(self.name, input_type)
        if self.label is not None:
            require_integer(f"{self.name} with a label", input_type)
        self.limit(input_type)
        output = input_type if self.label is None else pa.string()
        require_fallback(self.name, self.on_invalid, output)
        return output

    def limit(self, kind: pa.DataType) -> pa.Scalar:
        """``at`` in the column's type. Raises ValueError if it doesn't fit in it."""
        import pyarrow as pa

        limit = exact(self.at)
        given: object = limit if pa.types.is_decimal(kind) else self.at
        if pa.types.is_integer(kind):
            require_whole(self.name, limit, kind)
            given = int(limit)
        try:
            return pa.scalar(given, kind)
        except (pa.ArrowInvalid, OverflowError):
            raise ValueError(f"{self.name}: 'at' doesn't fit a column of {kind}") from None

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        limit = self.limit(values.type)
        invalid = pa.array(np.zeros(len(values), bool))
        if pa.types.is_floating(values.type):
            invalid = pc.is_nan(values)
        beyond = (pc.greater_equal if self.is_top else pc.less_equal)(values, limit)
        if self.label is None:
            return pc.if_else(beyond, limit, values), invalid, Reason.NOT_A_NUMBER
        texts = values.cast(pa.string())
        return pc.if_else(beyond, self.label, texts), invalid, Reason.NOT_A_NUMBER


@transform("top_code")
@dataclass(frozen=True)
class TopCode(Coding):
    """Numbers from ``at`` upwards become ``at``, or the ``label`` ("90+") in a column of text."""

    guarantees = Guarantees(
        keeps=("order",), not_for="rare numbers below the limit: they come out as they are"
    )


@transform("bottom_code")
@dataclass(frozen=True)
class BottomCode(Coding):
    """Numbers from ``at`` downwards become ``at``, or the ``label`` in a column of text."""

    guarantees = Guarantees(
        keeps=("order",), not_for="rare numbers above the limit: they come out as they are"
    )
    is_top: ClassVar[bool] = False
