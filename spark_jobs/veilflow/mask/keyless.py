"""The keyless transforms. Each has a native Spark form in veilflow.spark.native_masks.

A property test holds the two forms equal. Lengths count Unicode code points, as Spark does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import Transform, ValueTransform, transform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Bucket",
    "Constant",
    "Drop",
    "Keep",
    "Nullify",
    "Partial",
    "Redact",
    "Round",
    "Truncate",
]


@transform("drop")
@dataclass(frozen=True)
class Drop(Transform):
    """The column doesn't exist in the output."""

    conceals = True
    guarantees = Guarantees(null="gone", empty="gone")


@transform("keep")
@dataclass(frozen=True)
class Keep(Transform):
    """The value as it is; nothing is protected."""

    guarantees = Guarantees(
        "everybody", "everything", ("everything",), not_for="identifiers and quasi-identifiers"
    )

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return input_type

    def apply(self, values: pa.Array) -> pa.Array:
        return values


@transform("nullify")
@dataclass(frozen=True)
class Nullify(Transform):
    """Null in every row; the column keeps its name and type."""

    conceals = True
    guarantees = Guarantees(empty="null")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return input_type

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        return pa.nulls(len(values), values.type)


@transform("constant")
@dataclass(frozen=True)
class Constant(ValueTransform):
    """The same text in every row that had a value; whether there was one stays visible."""

    conceals = True
    guarantees = Guarantees()

    value: str

    def mask(self, value: str) -> str | None:
        return self.value


@transform("redact")
@dataclass(frozen=True)
class Redact(ValueTransform):
    """ "[REDACTED]" in every row that had a value; whether there was one stays visible."""

    conceals = True
    guarantees = Guarantees()

    def mask(self, value: str) -> str | None:
        return "[REDACTED]"


@transform("partial")
@dataclass(frozen=True)
class Partial(ValueTransform):
    """The first and last characters, the rest filled; the length stays visible.

    A value that is no longer than what would be kept is filled entirely.
    """

    guarantees = Guarantees(
        keeps=("length", "prefix", "suffix"), empty="stays empty", not_for="short codes"
    )

    keep_first: int = 0
    keep_last: int = 0
    fill: str = "*"

    def __post_init__(self) -> None:
        if min(self.keep_first, self.keep_last) < 0 or self.keep_first + self.keep_last == 0:
            raise ValueError("keep_first and keep_last are 0 or more, one of them at least 1")
        if len(self.fill) != 1:
            raise ValueError("fill is one character")

    def mask(self, value: str) -> str | None:
        hidden = len(value) - self.keep_first - self.keep_last
        if hidden <= 0:
            return self.fill * len(value)
        end = value[len(value) - self.keep_last :]
        return value[: self.keep_first] + self.fill * hidden + end


@transform("truncate")
@dataclass(frozen=True)
class Truncate(Transform):
    """The first ``length`` characters of a text, or a date or timestamp cut to month or year."""

    guarantees = Guarantees(keeps=("prefix",), empty="stays empty", not_for="short codes")

    length: int | None = None
    to: Literal["day", "month", "year"] | None = None

    def __post_init__(self) -> None:
        if (self.length is None) == (self.to is None):
            raise ValueError("give either length (texts) or to (dates: day, month, year)")
        if self.length is not None and self.length < 1:
            raise ValueError("length is at least 1")
        if self.to is not None and self.to not in ("day", "month", "year"):
            raise ValueError("to is day, month or year")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string() if self.length is not None else pa.date32()

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.length is not None:
            return pc.utf8_slice_codeunits(values.cast(pa.string()), 0, self.length)
        return pc.floor_temporal(values.cast(pa.date32()), unit=self.to).cast(pa.date32())


@transform("round")
@dataclass(frozen=True)
class Round(Transform):
    """The nearest multiple of ``to`` (halves away from zero); sums stay about right."""

    guarantees = Guarantees(keeps=("order",), not_for="text; outliers")

    to: float
    needs_numbers = True

    def __post_init__(self) -> None:
        if not self.to > 0:
            raise ValueError("to is a positive number")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.float64()

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        scaled = pc.divide(values.cast(pa.float64()), self.to)
        away = pc.multiply(pc.sign(scaled), pc.floor(pc.add(pc.abs(scaled), 0.5)))
        return pc.multiply(away, self.to)


@transform("bucket")
@dataclass(frozen=True)
class Bucket(Transform):
    """The lower end of the interval of ``width`` that holds the number."""

    guarantees = Guarantees(keeps=("order",), not_for="text; outliers")

    width: float
    needs_numbers = True

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError("width is a positive number")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.float64()

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.multiply(pc.floor(pc.divide(values.cast(pa.float64()), self.width)), self.width)
