"""The patients table: people as the registration desk wrote them down, mess included."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veilflow.sample_data.dates import BIRTH_FORMATS, format_days
from veilflow.sample_data.draw import Choice, Ints, chance, either, join, pool, take, with_blanks
from veilflow.sample_data.identifiers import phone_numbers, ssns
from veilflow.sample_data.names import name_pools
from veilflow.sample_data.people import ETHNICITIES, People
from veilflow.sample_data.places import places

__all__ = ["PATIENT_SCHEMA", "patients_table"]

_COMPLETE = ("patient_id", "mrn", "full_name")
_NULLABLE = (
    *("email", "phone", "ssn", "birth_date", "sex", "zip_code", "city"),
    *("ethnicity", "insurance", "blood_type", "smoker"),
)
PATIENT_SCHEMA = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in _COMPLETE]
    + [pa.field(name, pa.string()) for name in _NULLABLE]
)

_INSURANCES = ("Private", "Medicare", "Medicaid", "Military", "Self-pay")
_INSURANCE_BY_AGE = (
    (54, 1, 40, 2, 3),  # under 19
    (66, 3, 18, 3, 10),  # under 65
    (7, 86, 3, 3, 1),
)
_BLOOD_TYPES = ("O+", "A+", "B+", "O-", "A-", "AB+", "B-", "AB-")
_BLOOD_SHARES = (37, 33, 9, 7, 7, 4, 2, 1)
_SMOKERS = ("no", "former", "yes")
_SMOKER_BY_AGE = ((100, 0, 0), (72, 13, 15), (52, 38, 10))  # under 15, under 45, older


def patients_table(rng: np.random.Generator, people: People, numbers: Ints, seed: int) -> pa.Table:
    """One row a person, with the messiness that :mod:`veilflow.sample_data` documents."""
    rows = len(people)
    phone = phone_numbers(rng, people.phone_area, people.phone_line)
    columns = [
        people.ids,
        people.mrns,
        _names(rng, people),
        _emails(rng, people),
        with_blanks(rng, phone, 0.04),
        with_blanks(rng, ssns(rng, numbers, seed), 0.06),
        _birth_dates(rng, people.birth_day),
        _sexes(rng, people),
        with_blanks(rng, take(places().zip_codes, people.place), 0.012),
        _cities(rng, take(places().cities, people.place)),
        with_blanks(rng, take(pool(*ETHNICITIES), people.ethnicity), 0.04),
        _insurances(rng, people.age),
        with_blanks(rng, _blood_types(rng, rows), 0.15),
        with_blanks(rng, _smokers(rng, people.age), 0.09),
    ]
    return pa.Table.from_arrays(columns, schema=PATIENT_SCHEMA)


def _names(rng: np.random.Generator, people: People) -> pa.Array:
    rows = len(people)
    middle = take(pool(*"ABCDEFGHIJKLMNOPQRSTUVWXYZ"), rng.integers(0, 26, rows))
    has_middle = chance(rng, rows, 0.12) & name_pools().is_latin[people.culture]
    with_middle = join(people.given, " ", middle, ". ", people.family)
    plain = either(has_middle, with_middle, people.names)
    u = rng.random(rows)
    names = either(u < 0.03, join(people.family, ", ", people.given), plain)
    names = either((u >= 0.03) & (u < 0.06), pc.utf8_upper(plain), names)
    names = either((u >= 0.06) & (u < 0.075), pc.utf8_lower(plain), names)
    names = either((u >= 0.075) & (u < 0.09), pc.utf8_normalize(plain, form="NFD"), names)
    return _with_stray_spaces(rng, names, 0.03)


def _emails(rng: np.random.Generator, people: People) -> pa.Array:
    u = rng.random(len(people))
    column = either(u < 0.04, pc.utf8_title(people.emails), people.emails)
    column = either((u >= 0.04) & (u < 0.05), pc.ascii_upper(people.emails), column)
    column = either((u >= 0.05) & (u < 0.06), join(people.emails, " "), column)
    is_missing = rng.random(len(people)) < np.where(people.age < 75, 0.10, 0.35)
    return either(~is_missing, column, pa.scalar(None, pa.string()))


def _birth_dates(rng: np.random.Generator, birth_day: Ints) -> pa.Array:
    style = Choice.of([(95, 3, 1, 1)]).draw_many(rng, len(birth_day))
    return with_blanks(rng, format_days(birth_day, BIRTH_FORMATS, style), 0.008)


def _sexes(rng: np.random.Generator, people: People) -> pa.Array:
    letter = np.where(people.is_nonbinary, 2, people.body_sex)
    return with_blanks(rng, take(pool("F", "M", "X"), letter), 0.02)


def _cities(rng: np.random.Generator, cities: pa.Array) -> pa.Array:
    u = rng.random(len(cities))
    column = either(u < 0.05, pc.ascii_upper(cities), cities)
    column = either((u >= 0.05) & (u < 0.07), pc.ascii_lower(cities), column)
    return with_blanks(rng, _with_stray_spaces(rng, column, 0.03), 0.012)


def _with_stray_spaces(rng: np.random.Generator, column: pa.Array, share: float) -> pa.Array:
    """In ``share`` of the cells a space before, two after or one doubled inside, a third each."""
    u = rng.random(len(column)) / share
    doubled = pc.replace_substring(column, " ", "  ", max_replacements=1)
    spaced = either((u >= 2 / 3) & (u < 1), doubled, column)
    spaced = either(u < 1 / 3, join(" ", column), spaced)
    return either((u >= 1 / 3) & (u < 2 / 3), join(column, "  "), spaced)


def _insurances(rng: np.random.Generator, age: Ints) -> pa.Array:
    group = np.searchsorted(np.array([19, 65]), age, side="right")
    chosen = Choice.of(_INSURANCE_BY_AGE, shared=True).draw(rng, group)
    column = take(pool(*_INSURANCES), chosen)
    column = either(chance(rng, len(age), 0.02), pc.ascii_upper(column), column)
    return with_blanks(rng, column, 0.03)


def _blood_types(rng: np.random.Generator, rows: int) -> pa.Array:
    return take(pool(*_BLOOD_TYPES), Choice.of([_BLOOD_SHARES]).draw_many(rng, rows))


def _smokers(rng: np.random.Generator, age: Ints) -> pa.Array:
    group = np.searchsorted(np.array([15, 45]), age, side="right")
    return take(pool(*_SMOKERS), Choice.of(_SMOKER_BY_AGE, shared=True).draw(rng, group))
