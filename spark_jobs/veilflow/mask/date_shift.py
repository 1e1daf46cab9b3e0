"""Dates shifted by an amount of their own for each privacy unit, so that intervals stay."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.kinds import require_date, require_fallback
from veilflow.mask.outcome import OnInvalid, Reason
from veilflow.mask.registry import CheckedTransform, KeyedTransform, transform

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["DateShift", "KeyedDateShift", "shift_of"]

By = Literal["days", "seconds"]

_SECONDS = 86_400
# 0001-01-01 and 9999-12-31, in days since 1970: what Spark and Python take for dates.
_FIRST, _LAST = -719_162, 2_932_896


def shift_of(key: bytes, unit: str, most: int) -> int:
    """The shift of ``unit``: from -``most`` to ``most``, never 0, the same wherever the key is.

    HMAC-SHA-256 of the unit, reduced to these 2 * ``most`` numbers. The reduction of 256 bits
    favours none of them by more than 2**-190.
    """
    digest = hmac.digest(key, unit.encode("utf-8", "surrogatepass"), "sha256")
    place = int.from_bytes(digest) % (2 * most)
    return place - most if place < most else place - most + 1


@transform("date_shift")
@dataclass(frozen=True)
class DateShift(KeyedTransform):
    """Each person's dates moved by a secret amount of up to ``max_days``, never by nothing.

    All dates of a person in the columns of one domain move alike, in every table, so the intervals
    between them stay. ``by: seconds`` moves timestamps by seconds instead of whole days, so that
    the time of day goes too. A day is 86,400 seconds: across a change of the clocks the local hour
    moves. A date of nobody's row is invalid, and so is one that would leave the years 1 to 9999.

    Weekdays and seasons blur only as far as the shift reaches, and a person with one date that is
    known elsewhere gives away the shift of all of theirs.
    """

    max_days: int = 365
    by: By = "days"
    on_invalid: OnInvalid = "refuse"

    needs_unit = True
    is_drawn_by_unit = True
    is_pseudonym = False
    takes_text = False
    guarantees = Guarantees(
        reversible_by="whoever holds the masking key, and whoever knows one of a person's dates",
        joins_within="one person's rows: intervals between their dates stay",
        not_for="dates that are public (a death, a birth in a small town), and lone dates",
    )

    def __post_init__(self) -> None:
        if not 1 <= self.max_days <= 36_500:
            raise ValueError("max_days is from 1 to 36500")
        if self.by not in get_args(By):
            raise ValueError(f"by is one of {', '.join(get_args(By))}")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        require_date(self.name, input_type)
        require_fallback(self.name, self.on_invalid, input_type)
        if self.by == "seconds" and not pa.types.is_timestamp(input_type):
            raise ValueError(f"{self.name} by seconds needs timestamps; add 'as: timestamp'")
        return input_type

    def keyed(self, key: bytes) -> KeyedDateShift:
        return KeyedDateShift(key, self.max_days, self.by, self.on_invalid)


@dataclass(frozen=True)
class KeyedDateShift(CheckedTransform):
    """A :class:`DateShift` with its key, made on the worker that uses it."""

    key: bytes = field(repr=False)
    max_days: int
    by: By
    on_invalid: OnInvalid

    needs_unit = True
    name = DateShift.name

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return DateShift(self.max_days, self.by, self.on_invalid).output_type(input_type)

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if units is None:
            raise ValueError("the units of the rows are needed")
        is_date = pa.types.is_date(values.type)
        ticks = 1 if is_date else _ticks(values.type.unit) * _SECONDS
        numbers = values.cast(pa.date32()).cast(pa.int32()) if is_date else values
        numbers = numbers.cast(pa.int64()).fill_null(0).to_numpy()
        shifts = self._shifts(units, ticks)
        shifted = numbers + shifts
        outside = (shifted < _FIRST * ticks) | (shifted >= (_LAST + 1) * ticks)
        # Nanoseconds reach the end of 64 bits before the end of the calendar.
        outside |= (shifted < numbers) != (shifts < 0)
        nobody = pc.and_(units.is_null(), values.is_valid())
        invalid = pc.or_(pc.and_(pa.array(outside), values.is_valid()), nobody)
        missing = pc.or_(invalid, values.is_null()).to_numpy(zero_copy_only=False)
        whole = pa.int32() if is_date else pa.int64()
        made = pa.array(shifted, mask=missing).cast(whole)
        made = made.cast(pa.date32()).cast(values.type) if is_date else made.cast(values.type)
        return made, invalid, Reason.NO_UNIT if nobody.true_count else Reason.OUTSIDE_CALENDAR

    def _shifts(self, units: pa.Array, ticks: int) -> npt.NDArray[np.int64]:
        """By how many ticks of the column's type each row is shifted; 0 for a row of nobody's."""
        import numpy as np
        import pyarrow as pa

        seconds = self.by == "seconds"
        most = self.max_days * (_SECONDS if seconds else 1)
        encoded = units.cast(pa.string()).dictionary_encode()
        of_unit = [shift_of(self.key, unit, most) for unit in encoded.dictionary.to_pylist()]
        shifts = np.array([*of_unit, 0], np.int64) * (ticks // _SECONDS if seconds else ticks)
        of_row: npt.NDArray[np.int64] = shifts[encoded.indices.fill_null(len(of_unit)).to_numpy()]
        return of_row


def _ticks(unit: str) -> int:
    return {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
