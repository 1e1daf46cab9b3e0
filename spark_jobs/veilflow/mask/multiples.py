"""Multiples of a step next to a number: the arithmetic of ``round`` and ``bucket``.

Integers (64 bits) and decimals are exact. Binary floats give the multiple as near as a double comes
to it: the double 0.3 lies below three times the double 0.1. Halves go away from zero. What has no
such multiple in the output's type (an overflow, NaN, infinity) is invalid.
"""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["FLOAT_MULTIPLES", "decimal_size", "exact", "multiples"]

FLOAT_MULTIPLES = 2.0**53
"""From here on not every whole number is a double; a float with so many steps is invalid."""


def exact(parameter: float) -> Decimal:
    """A number (also a whole one) as the policy wrote it: 0.1 is a tenth."""
    return Decimal(str(parameter))


def decimal_size(precision: int, scale: int, step: Decimal) -> tuple[int, int]:
    """Precision and scale that hold every multiple of ``step`` next to a decimal of such a size."""
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    fraction = max(scale, -exponent)
    return max(precision - scale, step.adjusted() + 1, 0) + 1 + fraction, fraction


def multiples(
    values: pa.Array, step: Decimal, output: pa.DataType, *, nearest: bool
) -> tuple[pa.Array, pa.BooleanArray]:
    """For each number the multiple at or below it, or the nearest one, and which are invalid."""
    import pyarrow as pa

    if pa.types.is_integer(output):
        return _integers(values, int(step), nearest)
    if pa.types.is_decimal(output):
        return _decimals(values, step, output, nearest)
    return _floats(values, float(step), nearest)


def _integers(values: pa.Array, step: int, nearest: bool) -> tuple[pa.Array, pa.BooleanArray]:
    import numpy as np
    import pyarrow as pa

    numbers = values.cast(pa.int64()).fill_null(0).to_numpy()
    above = np.mod(numbers, step)
    with np.errstate(over="ignore"):
        below, beyond = numbers - above, numbers + (step - above)
    up = np.zeros(len(numbers), bool)
    if nearest:
        up = (above > step - above) | ((above == step - above) & (numbers >= 0))
    invalid = np.where(up, beyond < numbers, below > numbers)
    return _array(np.where(up, beyond, below), values), pa.array(invalid)


def _decimals(
    values: pa.Array, step: Decimal, output: pa.DataType, nearest: bool
) -> tuple[pa.Array, pa.BooleanArray]:
    import numpy as np
    import pyarrow as pa

    encoded = values.dictionary_encode()
    with localcontext(Context(prec=100)):
        made = [_decimal(number, step, nearest) for number in encoded.dictionary.to_pylist()]
    invalid = pa.array(np.zeros(len(values), bool))
    return pa.array(made, output).take(encoded.indices), invalid


def _decimal(number: Decimal, step: Decimal, nearest: bool) -> Decimal:
    whole = (number / step).to_integral_value("ROUND_HALF_UP" if nearest else "ROUND_FLOOR")
    return whole * step


def _floats(values: pa.Array, step: float, nearest: bool) -> tuple[pa.Array, pa.BooleanArray]:
    import numpy as np
    import pyarrow as pa

    scaled = values.cast(pa.float64()).fill_null(0.0).to_numpy() / step
    invalid = ~(np.abs(scaled) < FLOAT_MULTIPLES)
    scaled = np.where(invalid, 0.0, scaled)
    whole = np.sign(scaled) * np.floor(np.abs(scaled) + 0.5) if nearest else np.floor(scaled)
    return _array(whole * step, values), pa.array(invalid)


def _array(made: npt.NDArray[np.generic], values: pa.Array) -> pa.Array:
    """``made``, with null where ``values`` has it."""
    import pyarrow as pa

    return pa.array(made, mask=values.is_null().to_numpy(zero_copy_only=False))
