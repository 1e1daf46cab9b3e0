"""Noise: a random number added to each number, drawn once for each row of a release."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from typing import TYPE_CHECKING, get_args

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.kinds import require_fallback, require_number
from veilflow.mask.multiples import exact
from veilflow.mask.outcome import OnInvalid, Outcome, Reason, settle
from veilflow.mask.random_draws import Distribution, draws_from, random_words
from veilflow.mask.registry import CheckedTransform, transform

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["Noise", "add_noise"]


@transform("noise")
@dataclass(frozen=True)
class Noise(CheckedTransform):
    """The number plus noise of ``scale``, clipped to ``lower`` and ``upper``; integers are rounded.

    ``scale`` is Laplace's b, the normal distribution's deviation, or the uniform one's greatest
    amount; with ``relative`` it is a share of the number, and 0 stays 0. The noise is new in each
    release, so who is given many of the same value averages it away. A retry of a run draws the
    same again, but for noise inside ``json`` and ``fields``. No differential privacy is promised:
    the arithmetic is that of doubles (Mironov, "On significance of the least significant bits", CCS
    2012), and nothing bounds what a value adds.
    """

    scale: float
    distribution: Distribution = "laplace"
    relative: bool = False
    lower: float | None = None
    upper: float | None = None
    on_invalid: OnInvalid = "refuse"

    needs_numbers = True
    is_repeatable = False
    is_drawn_by_row = True
    guarantees = Guarantees(
        not_for="numbers released again and again, outliers, and keys: equal values part",
    )

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise ValueError("scale is a positive number")
        if self.distribution not in get_args(Distribution):
            raise ValueError(f"distribution is one of {', '.join(get_args(Distribution))}")
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError("lower is below upper")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        require_number(self.name, input_type)
        output = input_type if pa.types.is_decimal(input_type) else pa.float64()
        if pa.types.is_integer(input_type):
            output = pa.int64()
        require_fallback(self.name, self.on_invalid, output)
        return output

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        drawn = draws_from(self.distribution, random_words(len(values)))
        return *add_noise(self, values, drawn), Reason.NOT_A_NUMBER

    def apply_drawn(self, values: pa.Array, words: npt.NDArray[np.uint64]) -> Outcome:
        made, invalid = add_noise(self, values, draws_from(self.distribution, words))
        return settle(made, invalid, self.on_invalid, self.name, Reason.NOT_A_NUMBER)


def add_noise(
    noise: Noise, values: pa.Array, drawn: npt.NDArray[np.float64]
) -> tuple[pa.Array, pa.BooleanArray]:
    """``values`` with ``noise`` made of one draw each, and which are invalid.

    Invalid is what is no finite number, before or after.
    """
    import numpy as np
    import pyarrow as pa

    output = noise.output_type(values.type)
    numbers = values.cast(pa.float64(), safe=False).fill_null(0.0).to_numpy()
    with np.errstate(invalid="ignore", over="ignore"):
        added = drawn * noise.scale * (np.abs(numbers) if noise.relative else 1.0)
        total = numbers + added
        invalid = ~(np.isfinite(numbers) & np.isfinite(total))
    if pa.types.is_floating(output):
        low = -np.inf if noise.lower is None else noise.lower
        high = np.inf if noise.upper is None else noise.upper
        made = pa.array(np.clip(np.where(invalid, 0.0, total), low, high))
    else:
        sums = [
            None if value is None or wrong else _exact(noise, value, float(amount), output)
            for value, amount, wrong in zip(values.to_pylist(), added, invalid, strict=True)
        ]
        invalid |= np.array([each is None for each in sums], bool) & ~_nulls(values)
        made = pa.array(sums, output)
    return _without(made, invalid | _nulls(values)), pa.array(invalid)


def _exact(noise: Noise, value: float | Decimal, amount: float, output: pa.DataType) -> object:
    """A sum that keeps an integer or a decimal as exact as it was; None if it doesn't fit."""
    import pyarrow as pa

    is_integer = pa.types.is_integer(output)
    unit = Decimal(1).scaleb(0 if is_integer else -output.scale)
    with localcontext(Context(prec=80)):
        total = (Decimal(value) + Decimal(amount)).quantize(unit)
        if noise.lower is not None:
            total = max(total, exact(noise.lower).quantize(unit, ROUND_CEILING))
        if noise.upper is not None:
            total = min(total, exact(noise.upper).quantize(unit, ROUND_FLOOR))
    if is_integer:
        return int(total) if abs(total) < 2**63 else None
    return total if total.adjusted() < output.precision - output.scale else None


def _nulls(values: pa.Array) -> npt.NDArray[np.bool_]:
    nulls: npt.NDArray[np.bool_] = values.is_null().to_numpy(zero_copy_only=False)
    return nulls


def _without(values: pa.Array, missing: npt.NDArray[np.bool_]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pa.array(missing), pa.scalar(None, values.type), values)
