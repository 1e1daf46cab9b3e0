"""The encounters table: when a patient came, where, what for, how long and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veilflow.sample_data.dates import LAST_DAY, day_number, format_minutes
from veilflow.sample_data.diagnoses import (
    AGE_BANDS,
    AT_BIRTH_WEIGHTS,
    DEPARTMENTS,
    diagnoses,
)
from veilflow.sample_data.draw import (
    Bools,
    Choice,
    Floats,
    Ints,
    chance,
    either,
    join,
    numerals,
    pool,
    take,
    with_blanks,
)
from veilflow.sample_data.names import CULTURES, name_pools
from veilflow.sample_data.people import People

__all__ = ["END", "ENCOUNTER_SCHEMA", "MAX_ENCOUNTERS", "Visits", "clinicians", "make_encounters"]

ENCOUNTER_SCHEMA = pa.schema(
    [
        pa.field("encounter_id", pa.string(), nullable=False),
        pa.field("patient_id", pa.string(), nullable=False),
        pa.field("admitted_at", pa.string(), nullable=False),
        pa.field("discharged_at", pa.string()),
        pa.field("department", pa.string()),
        pa.field("icd10", pa.string()),
        pa.field("length_of_stay", pa.int64()),
        pa.field("total_cost", pa.float64()),
        pa.field("attending", pa.string()),
    ]
)

MAX_ENCOUNTERS = 12
_FIRST_DAY = day_number("2016-01-01")
END = (LAST_DAY + 1) * 1440
"""The minute at which the data ends."""
_CLINICIANS_IN_DEPARTMENT = 4

# Mean encounters in ten years, before the cut at 12, by age today: under 15, 45, 65, older.
_MEAN_ENCOUNTERS = (2.4, 2.4, 3.5, 5.2)
_SPREAD = 1.3  # of the gamma that makes a Poisson count skewed; smaller is more so


@dataclass(frozen=True)
class Visits:
    """What is true of the encounters of a block: one position an encounter, sorted by patient.

    ``patient`` is a position in the block; times are minutes since 1970-01-01T00:00.
    """

    ids: pa.Array
    patient: Ints
    admitted: Ints
    discharged: Ints
    diagnosis: Ints
    attending: Ints

    def __len__(self) -> int:
        return len(self.patient)


def make_encounters(
    rng: np.random.Generator, people: People, first: int
) -> tuple[pa.Table, Visits]:
    """The encounters of a block, numbered from ``first``."""
    patient = np.repeat(np.arange(len(people)), _counts(rng, people.age))
    is_birth, day = _days(rng, people.birth_day, patient)
    age = (day - people.birth_day[patient]) / 365.25
    diagnosis = _diagnoses(rng, people.body_sex[patient], age, patient, is_birth)
    known = diagnoses()
    is_child = age < 15
    department = np.where(
        is_child, known.children_department[diagnosis], known.department[diagnosis]
    )
    admitted, discharged = _times(rng, day, patient, known.stay_days[diagnosis], age)
    attending = department * _CLINICIANS_IN_DEPARTMENT + _one_of_ward(rng, len(patient))
    ids = join("E", numerals(first + np.arange(1, len(patient) + 1), 8))
    visits = Visits(ids, patient, admitted, discharged, diagnosis, attending)
    return _table(rng, people, visits, department), visits


def _counts(rng: np.random.Generator, age: Ints) -> Ints:
    return _count_choice().draw(rng, np.searchsorted(np.array([15, 45, 65]), age, side="right"))


@cache
def _count_choice() -> Choice:
    """Negative binomial weights of 0 to 12 encounters."""
    groups = []
    for mean in _MEAN_ENCOUNTERS:
        odds = mean / (mean + _SPREAD)
        weights = [1.0]
        for count in range(MAX_ENCOUNTERS):
            weights.append(weights[-1] * odds * (_SPREAD + count) / (count + 1))
        groups.append(weights)
    return Choice.of(groups, shared=True)


def _days(rng: np.random.Generator, birth_day: Ints, patient: Ints) -> tuple[Bools, Ints]:
    """Days within ten years, somewhat denser lately, sorted within a patient.

    Most of those who come in their first year were born here: the first claim of the pair.
    """
    born = birth_day[patient]
    start = np.maximum(born, _FIRST_DAY)
    day = LAST_DAY - ((LAST_DAY - start) * rng.random(len(patient)) ** 1.2).astype(np.int64)
    # 2**20 days are more than any date here: one sort orders by patient and then by day.
    day = np.sort(patient * 2**20 + day) % 2**20
    is_first = np.append(True, patient[1:] != patient[:-1])[: len(patient)]
    is_birth = is_first & (day - born < 365) & (born >= _FIRST_DAY) & chance(rng, len(day), 0.7)
    return is_birth, np.where(is_birth, born, day)


def _diagnoses(
    rng: np.random.Generator, body_sex: Ints, age: Floats, patient: Ints, is_birth: Bools
) -> Ints:
    """Codes by sex and age; 35 % of the later encounters are for the first one's chronic code."""
    band = np.searchsorted(np.array(AGE_BANDS), age, side="right")
    fresh = diagnoses().choice.draw(rng, body_sex * (len(AGE_BANDS) + 1) + band)
    newborn = Choice.of([AT_BIRTH_WEIGHTS]).draw_many(rng, len(fresh))
    fresh = np.where(is_birth, newborn, fresh)
    first = np.searchsorted(patient, patient, side="left")
    again = diagnoses().is_chronic[fresh[first]] & chance(rng, len(patient), 0.35)
    return np.where(again, fresh[first], fresh)


def _times(
    rng: np.random.Generator, day: Ints, patient: Ints, stay_days: Floats, age: Floats
) -> tuple[Ints, Ints]:
    rows = len(day)
    is_inpatient = stay_days > 0
    minute = np.where(is_inpatient, rng.random(rows) * 1440, 420 + rng.random(rows) * 600)
    admitted = _sorted_within(patient, day * 1440 + minute.astype(np.int64))
    days = stay_days * np.exp(rng.normal(-0.15, 0.6, rows)) * np.where(age > 75, 1.3, 1.0)
    hours = np.where(is_inpatient, days * 24 + 2, 0.3 + rng.random(rows) * 5)
    # Nobody is admitted again before being discharged.
    following = np.append(admitted[1:], 0)
    is_last = np.append(patient[1:] != patient[:-1], True)[:rows]
    longest = np.where(is_last, 300 * 1440, following - admitted)
    return admitted, admitted + np.minimum((hours * 60).astype(np.int64), longest)


def _sorted_within(patient: Ints, minutes: Ints) -> Ints:
    return np.sort(patient * 2**32 + minutes) % 2**32


def _one_of_ward(rng: np.random.Generator, rows: int) -> Ints:
    return rng.integers(0, _CLINICIANS_IN_DEPARTMENT, rows)


def _table(rng: np.random.Generator, people: People, visits: Visits, department: Ints) -> pa.Table:
    rows = len(visits)
    has_left = visits.discharged < END
    nothing = pa.scalar(None, pa.string())
    stay = visits.discharged // 1440 - visits.admitted // 1440
    columns = [
        visits.ids,
        take(people.ids, visits.patient),
        format_minutes(visits.admitted),
        with_blanks(rng, either(has_left, format_minutes(visits.discharged), nothing), 0.005),
        with_blanks(rng, take(pool(*DEPARTMENTS), department), 0.005),
        _codes(rng, visits.diagnosis),
        pa.array(stay, mask=~has_left),
        _costs(rng, visits.diagnosis, stay, has_left),
        with_blanks(rng, _attending(rng, visits.attending, rows), 0.01),
    ]
    return pa.Table.from_arrays(columns, schema=ENCOUNTER_SCHEMA)


def _codes(rng: np.random.Generator, diagnosis: Ints) -> pa.Array:
    codes = diagnoses().codes
    dotless = pc.replace_substring(codes, ".", "")
    column = take(
        pa.concat_arrays([codes, dotless]),
        diagnosis + len(codes) * chance(rng, len(diagnosis), 0.02),
    )
    return with_blanks(rng, column, 0.01)


def _costs(rng: np.random.Generator, diagnosis: Ints, stay: Ints, has_left: Bools) -> pa.Array:
    """Lognormal around the visit's cost plus 2,400 for each night; null while still billed."""
    middle = diagnoses().visit_cost[diagnosis] + 2400.0 * stay
    cost = np.round(middle * np.exp(rng.normal(0.0, 0.55, len(diagnosis))), 2)
    return pa.array(cost, mask=~has_left | chance(rng, len(diagnosis), 0.02))


def _attending(rng: np.random.Generator, attending: Ints, rows: int) -> pa.Array:
    style = Choice.of([(85, 10, 5)]).draw_many(rng, rows)
    return take(_written_clinicians(), style * len(clinicians().family) + attending)


@dataclass(frozen=True)
class Clinicians:
    """The hospital's clinicians, four a department; the same ones whatever the seed."""

    names: pa.Array
    family: pa.Array


@cache
def clinicians() -> Clinicians:
    """Names picked evenly from those that are written in Latin letters."""
    pools = name_pools()
    cultures = [n for n, culture in enumerate(CULTURES) if culture.is_latin]
    rows = len(DEPARTMENTS) * _CLINICIANS_IN_DEPARTMENT
    rng = np.random.Generator(np.random.PCG64(2016))
    culture = np.where(
        chance(rng, rows, 0.5),
        cultures[0],
        np.array(cultures)[rng.integers(0, len(cultures), rows)],
    )
    given = take(pools.given, pools.given_choice.draw(rng, culture * 2 + np.arange(rows) % 2))
    family = take(pools.family, pools.family_choice.draw(rng, culture))
    return Clinicians(join(given, " ", family), family)


@cache
def _written_clinicians() -> pa.Array:
    staff = clinicians()
    formal = join("Dr. ", staff.names)
    listed = join(pc.utf8_upper(staff.family), ", MD")
    return pa.concat_arrays([formal, listed, join(staff.names, " MD")])
