"""The people behind a block of patients: what is true of them, before anybody wrote it down.

Notes tell from these facts, so a text may know what the tables have lost: a phone number that is
null, a name without the typing error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veilflow.sample_data.dates import LAST_DAY, january_first, year_of
from veilflow.sample_data.draw import (
    Bools,
    Choice,
    Ints,
    chance,
    either,
    join,
    numerals,
    pool,
    take,
)
from veilflow.sample_data.identifiers import emails, mrns
from veilflow.sample_data.names import CULTURES, name_pools
from veilflow.sample_data.places import places

__all__ = ["ETHNICITIES", "FEMALE", "MALE", "People", "given_names", "make_people"]

FEMALE, MALE = 0, 1

# Patients in each five years of age from 0 to 104: a hospital's, so older than a country's.
_AGE_WEIGHTS = (58, 52, 52, 54, 58, 62, 66, 66, 64, 62, 66, 72, 78, 76, 66, 50, 34, 22, 10, 3, 0.6)

# Share of the patients, and the languages that their names come from.
_ETHNICITIES: dict[str, tuple[float, str]] = {
    "White": (
        0.56,
        "english 66 german 8 french 5 slavic 6 nordic 4 cyrillic 3 greek 2 turkish 2 "
        "arabic-latin 2 arabic 2",
    ),
    "Hispanic or Latino": (0.19, "spanish 88 portuguese 7 english 5"),
    "Black or African American": (0.13, "english 84 french 6 west-african 9 arabic-latin 1"),
    "Asian": (
        0.065,
        "chinese-latin 20 chinese 11 indian 22 devanagari 4 vietnamese 17 korean-latin 10 "
        "korean 6 japanese 10",
    ),
    "Two or more races": (0.03, "english 70 spanish 20 japanese 5 korean-latin 5"),
    "American Indian or Alaska Native": (0.01, "english 90 spanish 10"),
    "Native Hawaiian or Pacific Islander": (0.003, "english 90 japanese 10"),
    "Other": (0.012, "arabic 30 arabic-latin 40 turkish 30"),
}
ETHNICITIES = tuple(_ETHNICITIES)


@dataclass(frozen=True)
class People:
    """One position a patient in every array.

    ``names`` are whole names in the order their language writes them; ``body_sex`` (FEMALE or MALE)
    decides names and diagnoses also where the table says X or nothing; ``ethnicity`` is a position
    in :data:`ETHNICITIES` and ``place`` one in :func:`veilflow.sample_data.places.places`.
    """

    ids: pa.Array
    mrns: pa.Array
    names: pa.Array
    given: pa.Array
    family: pa.Array
    initials: pa.Array
    emails: pa.Array
    age: Ints
    birth_day: Ints
    body_sex: Ints
    is_nonbinary: Bools
    ethnicity: Ints
    culture: Ints
    place: Ints
    phone_area: Ints
    phone_line: Ints

    def __len__(self) -> int:
        return len(self.age)


def make_people(rng: np.random.Generator, numbers: Ints, seed: int) -> People:
    """The patients of these running numbers (from 0)."""
    rows = len(numbers)
    age, birth_day = _ages(rng, rows)
    female_share = np.where(age < 15, 0.49, np.where(age < 70, 0.515, 0.52 + (age - 70) / 200))
    body_sex = np.where(rng.random(rows) < female_share, FEMALE, MALE)
    ethnicity = _ethnicity_choice().draw_many(rng, rows)
    culture = _culture_choice().draw(rng, ethnicity)
    given, given_roman = given_names(rng, culture, body_sex)
    family, family_roman = _family_names(rng, culture)
    place = places().choice.draw_many(rng, rows)
    area, line = _phone_lines(rng, place)
    return People(
        ids=join("P", numerals(numbers + 1, 7)),
        mrns=mrns(numbers, seed),
        names=_in_order(given, family, culture),
        given=given,
        family=family,
        initials=_initials(given_roman, family_roman),
        emails=emails(rng, given_roman, family_roman, year_of(birth_day)),
        age=age,
        birth_day=birth_day,
        body_sex=body_sex,
        is_nonbinary=chance(rng, rows, 0.008),
        ethnicity=ethnicity,
        culture=culture,
        place=place,
        phone_area=area,
        phone_line=line,
    )


def given_names(
    rng: np.random.Generator, culture: Ints, body_sex: Ints
) -> tuple[pa.Array, pa.Array]:
    """A given name for each row, and its romanised form."""
    pools = name_pools()
    chosen = pools.given_choice.draw(rng, culture * 2 + body_sex)
    return take(pools.given, chosen), take(pools.given_roman, chosen)


def _ages(rng: np.random.Generator, rows: int) -> tuple[Ints, Ints]:
    fives = Choice.of([_AGE_WEIGHTS]).draw_many(rng, rows)
    years = fives * 5 + rng.random(rows) * 5
    birth_day = LAST_DAY - (years * 365.25).astype(np.int64)
    # A birthday that nobody knows is entered as the first of January.
    birth_day = np.where(chance(rng, rows, 0.01), january_first(birth_day), birth_day)
    return ((LAST_DAY - birth_day) / 365.25).astype(np.int64), birth_day


@cache
def _ethnicity_choice() -> Choice:
    return Choice.of([[share for share, _ in _ETHNICITIES.values()]])


@cache
def _culture_choice() -> Choice:
    order = {culture.name: position for position, culture in enumerate(CULTURES)}
    groups = np.zeros((len(_ETHNICITIES), len(CULTURES)))
    for row, (_, text) in zip(groups, _ETHNICITIES.values(), strict=True):
        words = text.split()
        for name, weight in zip(words[::2], words[1::2], strict=True):
            row[order[name]] = float(weight)
    return Choice.of(list(groups), shared=True)


def _family_names(rng: np.random.Generator, culture: Ints) -> tuple[pa.Array, pa.Array]:
    pools = name_pools()
    chosen = pools.family_choice.draw(rng, culture)
    family = take(pools.family, chosen)
    second = take(pools.family, pools.family_choice.draw(rng, culture))
    gap = take(pool(" ", "-"), rng.integers(0, 2, len(culture)))
    has_two = rng.random(len(culture)) < pools.second_family[culture]
    return either(has_two, join(family, gap, second), family), take(pools.family_roman, chosen)


def _in_order(given: pa.Array, family: pa.Array, culture: Ints) -> pa.Array:
    first = name_pools().family_first[culture]
    joint = take(name_pools().joint, culture)
    return join(either(first, family, given), joint, either(first, given, family))


def _initials(given_roman: pa.Array, family_roman: pa.Array) -> pa.Array:
    first, last = (
        pc.ascii_upper(pc.utf8_slice_codeunits(name, 0, 1)) for name in (given_roman, family_roman)
    )
    return join(first, ".", last, ".")


def _phone_lines(rng: np.random.Generator, place: Ints) -> tuple[Ints, Ints]:
    """Area code and line; 15 % kept the area code of where they lived before."""
    rows = len(place)
    elsewhere = rng.integers(0, len(places().phone_areas), rows)
    home = np.where(chance(rng, rows, 0.15), elsewhere, place)
    return places().phone_areas[home, rng.integers(0, 3, rows)], rng.integers(0, 100, rows)
