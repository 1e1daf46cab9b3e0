"""Where patients live: about 300 made-up ZIP codes in 40 three-digit areas.

The digits are plausible and mean nothing: towns and areas are invented. Areas differ in size as
real ones do; three of them (036, 821, 893) are on HIPAA's list of areas with few people, so that a
safe-harbor policy has something to suppress.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from veilflow.sample_data.draw import Choice, Ints, zipf

__all__ = ["Places", "places"]

_AREAS = (
    "606 100 902 770 331 191 852 303 981 482 021 802 631 441 972 787 554 276 462 372 "
    "212 841 708 733 402 682 871 015 294 572 125 497 617 838 592 044 249 893 821 036"
).split()
_HEADS = (
    "Ash Birch Cedar Dun East Fair Glen Harrow Iron Juniper Kings Lake Maple North Oak Pine "
    "Quarry River Stone Thorn Under Vine West Yarrow"
).split()
_TAILS = ("field", "ford", " Falls", "ton", " Springs", "ville", "port", "dale", " Heights")
_CODES_IN_AREA = (17, 13, 11, 10, 9, 9, 8, 8, 8, 8)  # the later areas have 6 or 7 each


@dataclass(frozen=True)
class Places:
    """ZIP codes, each with its town and the three telephone area codes of its area."""

    zip_codes: pa.Array
    cities: pa.Array
    phone_areas: Ints
    choice: Choice


@cache
def places() -> Places:
    """All places, most populous areas first."""
    codes, cities, phones, weights = [], [], [], []
    sizes = zipf(len(_AREAS), 0.85)
    for rank, area in enumerate(_AREAS):
        count = _CODES_IN_AREA[rank] if rank < len(_CODES_IN_AREA) else 6 + rank % 2
        for place in range(count):
            codes.append(f"{area}{(rank * 7 + place * 11 + 1) % 100:02d}")
            cities.append(_town(rank, min(place // 3, 3)))
            phones.append([_phone_area(rank * 3 + line) for line in range(3)])
        weights.append(sizes[rank] * zipf(count, 0.6) / zipf(count, 0.6).sum())
    return Places(
        pa.array(codes, pa.string()),
        pa.array(cities, pa.string()),
        np.array(phones, dtype=np.int64),
        Choice.of([np.concatenate(weights)]),
    )


def _town(area: int, town: int) -> str:
    # 24 and 9 share a factor of 3; stepping the tail by the town keeps neighbours apart.
    return _HEADS[(area * 5 + town * 7) % len(_HEADS)] + _TAILS[(area + town * 4) % len(_TAILS)]


def _phone_area(position: int) -> int:
    """A three-digit area code: no leading 0 or 1, no 9 in the middle, none of the N11 services."""
    codes = [n for n in range(200, 990) if n // 10 % 10 != 9 and n % 100 != 11]
    return codes[position * 5 % len(codes)]
