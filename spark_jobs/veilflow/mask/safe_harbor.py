"""What HIPAA's Safe Harbor leaves of ZIP codes, ages and birth dates (45 CFR 164.514(b)(2)(i)).

(B) takes all but the first three digits of a ZIP code, and these too where 20,000 people or fewer
live under them. (C) takes all of a date but the year, and joins the ages over 89, with every date
element that tells such an age, into one group of 90 or older. Masking these columns doesn't make a
table meet the rule: sixteen other kinds of identifiers have to go, and whoever releases it must
not know how to name anybody in it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from veilflow.mask.checked_text import CheckedText
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.kinds import require_date, require_fallback, require_integer
from veilflow.mask.outcome import OnInvalid, Reason
from veilflow.mask.registry import CheckedTransform, transform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "CENSUSES",
    "OLDEST",
    "ZIP",
    "SafeHarborAge",
    "SafeHarborBirthYear",
    "SafeHarborZip",
    "restricted",
]

CENSUSES = (2000,)
"""The censuses that the data file has a list of."""

OLDEST = 90
"""The age that stands for itself and all above."""

ZIP = "[0-9]{5}(?:-?[0-9]{4})?"
"""Five digits, or nine; whole texts are matched."""

_ZIP = re.compile(ZIP)


@cache
def restricted(census: int) -> frozenset[str]:
    """The three-digit prefixes under which 20,000 people or fewer lived by this census."""
    text = files("veilflow.mask").joinpath("zip3_restricted.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    rows = csv.DictReader(lines)
    return frozenset(row["zip3"] for row in rows if row["census"] == str(census))


@transform("hipaa_zip3")
@dataclass(frozen=True)
class SafeHarborZip(CheckedText):
    """The first three digits of a US ZIP code, 000 where few people live under them.

    ``census`` names the list: 2000 is the one in the guidance of the Department of Health and
    Human Services. The rule asks for current data, so check it against a newer census's ZCTAs.
    Texts that aren't five or nine digits are invalid.
    """

    census: int = 2000
    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        keeps=("prefix",),
        empty="invalid",
        not_for="codes of other countries, and a quasi-identifier that k generalises",
    )

    def __post_init__(self) -> None:
        if self.census not in CENSUSES:
            raise ValueError(f"census is one of {', '.join(map(str, CENSUSES))}")

    def mask(self, value: str) -> str | None:
        if not _ZIP.fullmatch(value):
            return None
        return "000" if value[:3] in restricted(self.census) else value[:3]


@transform("hipaa_age")
@dataclass(frozen=True)
class SafeHarborAge(CheckedTransform):
    """Ages in whole years; 90 stands for 90 or older. A negative age is invalid."""

    on_invalid: OnInvalid = "refuse"

    needs_numbers = True
    guarantees = Guarantees(keeps=("order",), not_for="months or days of age; ages below 90 stay")

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        require_integer(self.name, input_type)
        require_fallback(self.name, self.on_invalid, pa.int32())
        return pa.int32()

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        import pyarrow as pa
        import pyarrow.compute as pc

        invalid = pc.less(values, pa.scalar(0, values.type))
        ages = pc.if_else(pc.greater(values, pa.scalar(OLDEST, values.type)), OLDEST, values)
        return pc.if_else(invalid, 0, ages).cast(pa.int32()), invalid, Reason.UNTREATABLE


@transform("hipaa_birth_year")
@dataclass(frozen=True)
class SafeHarborBirthYear(CheckedTransform):
    """The year of a birth date; the year of ``as_of`` less 90 stands for itself and those before.

    Nobody who is 90 or older on ``as_of`` (YYYY-MM-DD) was born after that year. Those who turn 90
    later in that year share its group. A birth date after ``as_of`` is invalid. Give the day of the
    release, and release again with a new day: the group grows with time.
    """

    as_of: str
    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        keeps=("order",),
        not_for="other dates of people over 89: a visit's year and an age tell the birth year",
    )

    def __post_init__(self) -> None:
        try:
            date.fromisoformat(self.as_of)
        except ValueError:
            raise ValueError("as_of is a day, YYYY-MM-DD") from None

    @property
    def day(self) -> date:
        return date.fromisoformat(self.as_of)

    @property
    def oldest_year(self) -> int:
        return self.day.year - OLDEST

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        require_date(self.name, input_type)
        require_fallback(self.name, self.on_invalid, pa.int32())
        return pa.int32()

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        import pyarrow as pa
        import pyarrow.compute as pc

        days = values.cast(pa.date32(), safe=False)
        invalid = pc.greater(days, pa.scalar(self.day, pa.date32()))
        years = pc.max_element_wise(pc.year(days), self.oldest_year, skip_nulls=False)
        return years.cast(pa.int32()), invalid, Reason.NOT_A_DATE
