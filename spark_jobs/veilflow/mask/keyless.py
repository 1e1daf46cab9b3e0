"""The simplest transforms: the value goes, stays, or is cut.

Each has a native Spark form in veilflow.spark.native_masks, and a property test holds the two forms
equal. Lengths count Unicode code points, as Spark does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.kinds import require_date
from veilflow.mask.registry import Transform, ValueTransform, transform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Constant", "Drop", "Keep", "Nullify", "Redact", "Truncate"]


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

        if self.length is not None:
            return pa.string()
        require_date(f"truncate to {self.to}", input_type)
        return pa.date32()

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.length is not None:
            return pc.utf8_slice_codeunits(values.cast(pa.string()), 0, self.length)
        return pc.floor_temporal(values.cast(pa.date32()), unit=self.to).cast(pa.date32())
