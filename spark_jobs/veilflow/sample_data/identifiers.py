"""Numbers and addresses that look real and can't belong to anybody.

- Social security numbers: area 900 to 999, which is never assigned, with groups 01 to 49, which
  keeps them apart from taxpayer numbers (the same areas with groups from 50 on).
- Telephone: 555-0100 to 555-0199, set aside for fiction. So at most 100 lines an area code, and
  many patients share one.
- E-mail: example.com, .org and .net, reserved by RFC 2606.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from veilflow.sample_data.draw import Choice, Ints, chance, either, join, numerals, pool, take

__all__ = ["MAX_DISTINCT", "emails", "mrns", "phone_numbers", "ssns"]

_SSN_GROUPS, _SSN_SERIALS = 49, 9999
MAX_DISTINCT = 100 * _SSN_GROUPS * _SSN_SERIALS
"""More people than this would share social security numbers."""

Words = npt.NDArray[np.uint64]

# before the area code, between it and the line number, after the line number
_PHONE_FORMATS = (
    ("(", ") 555-", ""),
    ("", "-555-", ""),
    ("", ".555.", ""),
    ("+1 ", " 555 ", ""),
    ("", "555", ""),
    ("1-", "-555-", " ext. 2"),
)
_PHONE_CHOICE = (40, 38, 8, 6, 6, 2)


def mrns(numbers: Ints, seed: int) -> pa.Array:
    """Medical record numbers: nine digits, distinct, in no visible order."""
    return numerals(_shuffled(numbers, 10**9, seed, purpose=0), 9)


def ssns(rng: np.random.Generator, numbers: Ints, seed: int) -> pa.Array:
    """Distinct impossible numbers: 91 % with dashes, 8 % without, 1 % with spaces."""
    rest, serial = np.divmod(_shuffled(numbers, MAX_DISTINCT, seed, purpose=1), _SSN_SERIALS)
    area, group = np.divmod(rest, _SSN_GROUPS)
    style = Choice.of([(91, 8, 1)]).draw_many(rng, len(numbers))
    gap = take(pool("-", "", " "), style)
    return join(numerals(area + 900, 3), gap, numerals(group + 1, 2), gap, numerals(serial + 1, 4))


def phone_numbers(rng: np.random.Generator, area: Ints, line: Ints) -> pa.Array:
    """The numbers of these area codes and lines (0 to 99) in six formats."""
    style = Choice.of([_PHONE_CHOICE]).draw_many(rng, len(area))
    before, between, after = (
        take(pool(*pieces), style) for pieces in zip(*_PHONE_FORMATS, strict=True)
    )
    return join(before, numerals(area, 3), between, take(_lines(), line), after)


@cache
def _lines() -> pa.Array:
    return pool(*(f"01{number:02d}" for number in range(100)))


def emails(
    rng: np.random.Generator, given: pa.Array, family: pa.Array, birth_year: Ints
) -> pa.Array:
    """Addresses made of romanised names and two to four digits."""
    rows = len(birth_year)
    u = rng.random(rows)
    initial = pc.utf8_slice_codeunits(given, 0, 1)
    head = either(u < 0.30, initial, either(u < 0.85, given, family))
    tail = either(u < 0.85, family, given)
    gap = take(pool(".", "", "_", "-"), Choice.of([(60, 25, 10, 5)]).draw_many(rng, rows))
    any_number = rng.integers(100, 9999, rows)
    number = np.where(chance(rng, rows, 0.35), birth_year % 100, any_number)
    domain = Choice.of([(70, 15, 15)]).draw_many(rng, rows)
    domains = pool("@example.com", "@example.org", "@example.net")
    return join(head, gap, tail, numerals(number, 2), take(domains, domain))


def _shuffled(numbers: Ints, size: int, seed: int, *, purpose: int) -> Ints:
    """Each number's place in a shuffle of 0 to ``size`` that needs no memory.

    A Feistel network on the next power of four, walked until the value falls inside. Distinct
    numbers get distinct places; nothing here is meant to be secret.
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    state = np.random.SeedSequence(seed, spawn_key=(purpose,)).generate_state(4, np.uint64)
    keys = state.astype(np.uint64)
    places = numbers.astype(np.uint64)
    outside = np.arange(len(places))
    while len(outside):
        places[outside] = _feistel(places[outside], half, keys)
        outside = outside[places[outside] >= size]
    return places.astype(np.int64)


def _feistel(values: Words, half: int, keys: Words) -> Words:
    mask = np.uint64(2**half - 1)
    left, right = values >> np.uint64(half), values & mask
    for key in keys:
        # The golden ratio's odd multiplier, whose high bits depend on all bits below.
        mixed = ((right + key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - half)
        left, right = right, left ^ (mixed & mask)
    return (left << np.uint64(half)) | right
