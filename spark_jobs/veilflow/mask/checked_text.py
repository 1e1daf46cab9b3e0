"""A transform of single texts that can't treat every text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from veilflow.mask.contract import CheckedTransform
from veilflow.mask.outcome import Reason

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CheckedText"]


class CheckedText(CheckedTransform):
    """Subclass and write :meth:`mask`; the output is text.

    Equal values are masked once per batch, so ``mask`` must be a function of the value alone.
    """

    takes_text = True
    reason: ClassVar[Reason] = Reason.WRONG_FORMAT

    def mask(self, value: str) -> str | None:
        """The masked form of one non-null value; None if it can't be treated."""
        raise NotImplementedError

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        import pyarrow as pa
        import pyarrow.compute as pc

        encoded = values.cast(pa.string()).dictionary_encode()
        masked = [None if v is None else self.mask(v) for v in encoded.dictionary.to_pylist()]
        made = pa.array(masked, pa.string()).take(encoded.indices)
        return made, pc.and_not(made.is_null(), values.is_null()), self.reason
