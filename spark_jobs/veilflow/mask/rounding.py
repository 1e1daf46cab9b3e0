"""Numbers made coarse: the nearest multiple of a step, or the lower end of an interval.

Integers stay integers (64 bits) and decimals stay decimals, both exactly; floats stay floats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.kinds import DECIMAL_DIGITS, require_fallback, require_number, require_whole
from veilflow.mask.multiples import decimal_size, exact, multiples
from veilflow.mask.outcome import OnInvalid, Reason
from veilflow.mask.registry import CheckedTransform, transform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Bucket", "Round", "multiple_type"]


def multiple_type(
    name: str, step: float, on_invalid: OnInvalid, input_type: pa.DataType
) -> pa.DataType:
    """The type that holds every multiple of ``step`` next to a number of ``input_type``.

    Raises ValueError for what isn't a number, for a fraction as a step among integers, and for
    decimals that would need too many digits.
    """
    import pyarrow as pa

    require_number(name, input_type)
    output = pa.float64()
    if pa.types.is_integer(input_type):
        require_whole(name, exact(step), input_type)
        output = pa.int64()
    elif pa.types.is_decimal(input_type):
        size, scale = decimal_size(input_type.precision, input_type.scale, exact(step))
        if size > DECIMAL_DIGITS:
            raise ValueError(f"{name} needs decimals of fewer digits than {input_type}")
        output = pa.decimal128(size, scale)
    require_fallback(name, on_invalid, output)
    return output


@transform("round")
@dataclass(frozen=True)
class Round(CheckedTransform):
    """The nearest multiple of ``to`` (halves away from zero); sums stay about right.

    NaN and infinity are invalid, and so is a number whose multiple leaves the type.
    """

    to: float
    on_invalid: OnInvalid = "refuse"

    needs_numbers = True
    guarantees = Guarantees(
        keeps=("order",),
        not_for="amounts that are rare at any step: a single salary of 900,000 stays one",
    )

    def __post_init__(self) -> None:
        if not (math.isfinite(self.to) and self.to > 0):
            raise ValueError("to is a positive number")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return multiple_type(self.name, self.to, self.on_invalid, input_type)

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        made, invalid = multiples(
            values, exact(self.to), self.output_type(values.type), nearest=True
        )
        return made, invalid, Reason.NOT_A_NUMBER


@transform("bucket")
@dataclass(frozen=True)
class Bucket(CheckedTransform):
    """The lower end of the interval of ``width`` that holds the number.

    NaN and infinity are invalid, and so is a number whose interval begins outside the type.
    """

    width: float
    on_invalid: OnInvalid = "refuse"

    needs_numbers = True
    guarantees = Guarantees(
        keeps=("order",),
        not_for="a quasi-identifier, whose hierarchy chooses the width that k needs",
    )

    def __post_init__(self) -> None:
        if not (math.isfinite(self.width) and self.width > 0):
            raise ValueError("width is a positive number")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return multiple_type(self.name, self.width, self.on_invalid, input_type)

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        made, invalid = multiples(
            values, exact(self.width), self.output_type(values.type), nearest=False
        )
        return made, invalid, Reason.NOT_A_NUMBER
