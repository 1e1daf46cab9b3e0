"""What became of a batch of values: the masked ones, and which of them a transform can't treat.

A transform that can meet a value it can't treat (outside its alphabet, too short, no date) says so
by :func:`settle`: it refuses the release, or puts null or "[REDACTED]" in the value's place, as its
``on_invalid`` says. The raw value is never passed through, and how many there were is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, get_args

from veilflow.errors import ReleaseRefused

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ON_INVALID", "REDACTED", "OnInvalid", "Outcome", "Reason", "settle"]

OnInvalid = Literal["refuse", "nullify", "redact"]
ON_INVALID: tuple[str, ...] = get_args(OnInvalid)
REDACTED = "[REDACTED]"


class Reason(StrEnum):
    """Why a value can't be treated. Nobody can put a value into one of these words."""

    UNTREATABLE = "it can't be treated"
    OUTSIDE_ALPHABET = "it has a character outside the alphabet"
    TOO_SHORT = "it is too short"
    TOO_LONG = "it is too long"
    TOO_SMALL_A_DOMAIN = "too few values have its form"
    WRONG_TYPE = "it has another type"
    NOT_A_NUMBER = "it isn't a number"
    NOT_WHOLE = "it isn't a whole number"
    NOT_A_DATE = "it isn't a date"
    OUTSIDE_CALENDAR = "its date would leave the calendar"
    WRONG_FORMAT = "it doesn't have the format"
    WRONG_CHECK_DIGIT = "its check digit is wrong"
    NO_UNIT = "its row has no privacy unit"
    ALONE_IN_GROUP = "its group has nobody else"
    NOT_MADE_HERE = "it wasn't made with this key"


@dataclass(frozen=True)
class Outcome:
    """The output of one batch. ``invalid`` is true where a value couldn't be treated.

    It has no nulls; None stands for none at all. ``values`` holds null or a fixed text there.
    """

    values: pa.Array
    invalid: pa.BooleanArray | None = None

    @property
    def invalid_count(self) -> int:
        """How many values couldn't be treated: a raw-side count, to be coarsened before told."""
        return 0 if self.invalid is None else int(self.invalid.true_count)


def settle(
    values: pa.Array,
    invalid: pa.BooleanArray,
    on_invalid: OnInvalid,
    transform: str,
    reason: Reason = Reason.UNTREATABLE,
) -> Outcome:
    """``values`` with what ``on_invalid`` says where ``invalid`` is true.

    Raises ReleaseRefused, naming ``transform`` and ``reason`` alone, for "refuse". "redact" needs
    an output of text.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    invalid = pc.fill_null(invalid, False)
    if not invalid.true_count:
        return Outcome(values)
    if on_invalid == "refuse":
        raise ReleaseRefused(
            f"{transform} can't treat a value: {Reason(reason).value}.",
            remedy="Mend the source, or add 'on_invalid: nullify' or 'redact' to the transform.",
        )
    put = REDACTED if on_invalid == "redact" else None
    return Outcome(pc.if_else(invalid, pa.scalar(put, values.type), values), invalid)
