"""Whether a transform takes a column, and the type of what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.errors import PolicyError
from veilflow.mask.contract import Transform
from veilflow.mask.kinds import require_number

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["output_of", "taken_type"]


def taken_type(transform: Transform, kind: pa.DataType) -> pa.DataType:
    """The type that a column of ``kind`` has when the transform is given it."""
    import pyarrow as pa

    # One that doesn't say what comes out takes text and makes text.
    says_nothing = type(transform).output_type is Transform.output_type
    return pa.string() if transform.takes_text or says_nothing else kind


def output_of(place: str, transform: Transform, kind: pa.DataType) -> pa.DataType:
    """The type of the output. Raises PolicyError, naming ``place``, for a type it doesn't take."""
    import pyarrow as pa

    taken = taken_type(transform, kind)
    name = transform.name or type(transform).__name__
    try:
        if transform.needs_numbers:
            require_number(name, kind)
        if type(transform).output_type is Transform.output_type:
            return pa.string()
        return transform.output_type(taken)
    except ValueError as error:
        raise PolicyError(f"{place}: {error}") from None
