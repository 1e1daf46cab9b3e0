"""The notes table: free text that names the patient, for 40 % of the encounters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from string import Formatter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veilflow.sample_data.dates import NOTE_FORMATS, format_days, format_minutes
from veilflow.sample_data.diagnoses import diagnoses
from veilflow.sample_data.draw import Choice, Ints, chance, join, numerals, pool, take
from veilflow.sample_data.encounters import END, Visits, clinicians
from veilflow.sample_data.identifiers import phone_numbers
from veilflow.sample_data.note_templates import TEMPLATES
from veilflow.sample_data.people import FEMALE, MALE, People, given_names
from veilflow.sample_data.places import places

__all__ = ["NOTE_SCHEMA", "NOTE_SHARE", "make_notes"]

NOTE_SCHEMA = pa.schema(
    [
        pa.field(name, pa.string(), nullable=False)
        for name in ("note_id", "encounter_id", "patient_id", "written_at", "text")
    ]
)
NOTE_SHARE = 0.4

_RELATIONS = ("daughter", "wife", "mother", "sister", "son", "husband", "father", "brother")


def make_notes(
    rng: np.random.Generator, people: People, visits: Visits, first: int
) -> tuple[pa.Table, Ints]:
    """The notes of a block, numbered from ``first``, and each one's position in ``visits``."""
    visit = np.flatnonzero(chance(rng, len(visits), NOTE_SHARE))
    patient = visits.patient[visit]
    # Written during the stay or within three hours after it, and before the data ends.
    admitted = visits.admitted[visit]
    longest = np.minimum(visits.discharged[visit] + 180, END) - admitted
    written = admitted + (longest * rng.random(len(visit))).astype(np.int64)
    ids = join("N", numerals(first + np.arange(1, len(visit) + 1), 8))
    columns = [
        ids,
        take(visits.ids, visit),
        take(people.ids, patient),
        format_minutes(written),
        _texts(rng, people, visits, visit, written),
    ]
    return pa.Table.from_arrays(columns, schema=NOTE_SCHEMA), visit


def _texts(
    rng: np.random.Generator, people: People, visits: Visits, visit: Ints, written: Ints
) -> pa.Array:
    """Each note's template, filled; templates are filled one after another and put in order."""
    chosen = Choice.of([[weight for weight, _ in TEMPLATES]]).draw_many(rng, len(visit))
    parts, positions = [], []
    for number, (_, template) in enumerate(TEMPLATES):
        rows = np.flatnonzero(chosen == number)
        slots = _Slots(rng, people, visits, visit[rows], written[rows])
        parts.append(slots.fill(template))
        positions.append(rows)
    order = np.argsort(np.concatenate(positions), kind="stable")
    return take(pa.concat_arrays(parts), order)


class _Slots:
    """The values of a template's slots for some notes; each is made only if it is asked for."""

    def __init__(
        self, rng: np.random.Generator, people: People, visits: Visits, visit: Ints, written: Ints
    ) -> None:
        self._rng = rng
        self.people = people
        self._visits = visits
        self._visit = visit
        self._patient = visits.patient[visit]
        self._diagnosis = visits.diagnosis[visit]
        self._written = written
        self._filled: dict[str, pa.Array] = {}

    def fill(self, template: str) -> pa.Array:
        """The template's text for each note."""
        pieces: list[pa.Array | str] = []
        for literal, slot, _, _ in Formatter().parse(template):
            pieces.append(literal)
            if slot is not None:
                pieces.append(self.value(slot))
        return join(*pieces)

    def value(self, slot: str) -> pa.Array:
        """The slot's values, the same ones at each mention within a note."""
        if slot not in self._filled:
            plain = slot.removesuffix("_capital")
            is_plain = plain == slot
            made = _SLOTS[slot](self) if is_plain else _capitalised(self.value(plain))
            self._filled[slot] = made
        return self._filled[slot]

    def of_patient(self, texts: pa.Array) -> pa.Array:
        return take(texts, self._patient)

    def of_diagnosis(self, texts: pa.Array) -> pa.Array:
        return take(texts, self._diagnosis)

    def of_attending(self, texts: pa.Array) -> pa.Array:
        return take(texts, self._visits.attending[self._visit])

    def date(self, days: Ints) -> pa.Array:
        style = Choice.of([(30, 45, 25)]).draw_many(self._rng, len(days))
        return format_days(days, NOTE_FORMATS, style)

    def number(self, low: int, high: int) -> pa.Array:
        return numerals(self._rng.integers(low, high, len(self._visit)), 1)

    def born(self) -> pa.Array:
        return self.date(self.people.birth_day[self._patient])

    def admitted(self) -> pa.Array:
        return self.date(self._visits.admitted[self._visit] // 1440)

    def discharged(self) -> pa.Array:
        return self.date(self._visits.discharged[self._visit] // 1440)

    def written(self) -> pa.Array:
        return self.date(self._written // 1440)

    def age(self) -> pa.Array:
        days = self._visits.admitted[self._visit] // 1440 - self.people.birth_day[self._patient]
        return numerals((days / 365.25).astype(np.int64), 1)

    def person(self) -> pa.Array:
        return self.of_patient(take(pool("female", "male"), self.people.body_sex))

    def city(self) -> pa.Array:
        return take(places().cities, self.people.place[self._patient])

    def phone(self) -> pa.Array:
        area, line = self.people.phone_area, self.people.phone_line
        return phone_numbers(self._rng, area[self._patient], line[self._patient])

    def temperature(self) -> pa.Array:
        return join(self.number(36, 39), ".", self.number(0, 10))

    @cached_property
    def relation_number(self) -> Ints:
        """A position in ``_RELATIONS``: no husbands for children, no mothers for the old."""
        age = self.people.age[self._patient]
        low, high = np.where(age < 18, 2, 0), np.where(age > 65, 2, 4)
        of_family = self._rng.integers(low, high)
        return of_family + 4 * self._rng.integers(0, 2, len(age))

    def relation(self) -> pa.Array:
        return take(pool(*_RELATIONS), self.relation_number)

    def relative(self) -> pa.Array:
        is_male = self.relation_number >= len(_RELATIONS) // 2
        body_sex = np.where(is_male, MALE, FEMALE)
        given, _ = given_names(self._rng, self.people.culture[self._patient], body_sex)
        return join(given, " ", self.of_patient(self.people.family))


def _capitalised(texts: pa.Array) -> pa.Array:
    """The texts as at the start of a sentence; capitals further on stay."""
    first = pc.utf8_upper(pc.utf8_slice_codeunits(texts, 0, 1))
    return join(first, pc.utf8_slice_codeunits(texts, 1))


_SLOTS: dict[str, Callable[[_Slots], pa.Array]] = {
    "name": lambda slots: slots.of_patient(slots.people.names),
    "NAME": lambda slots: pc.utf8_upper(slots.of_patient(slots.people.names)),
    "given": lambda slots: slots.of_patient(slots.people.given),
    "family": lambda slots: slots.of_patient(slots.people.family),
    "initials": lambda slots: slots.of_patient(slots.people.initials),
    "mrn": lambda slots: slots.of_patient(slots.people.mrns),
    "email": lambda slots: slots.of_patient(slots.people.emails),
    "phone": _Slots.phone,
    "city": _Slots.city,
    "age": _Slots.age,
    "person": _Slots.person,
    "born": _Slots.born,
    "admitted": _Slots.admitted,
    "discharged": _Slots.discharged,
    "written": _Slots.written,
    "diagnosis": lambda slots: slots.of_diagnosis(diagnoses().names),
    "code": lambda slots: slots.of_diagnosis(diagnoses().codes),
    "complaint": lambda slots: slots.of_diagnosis(diagnoses().complaints),
    "treatment": lambda slots: slots.of_diagnosis(diagnoses().treatments),
    "doctor": lambda slots: join("Dr. ", slots.of_attending(clinicians().family)),
    "signature": lambda slots: join(slots.of_attending(clinicians().names), ", MD"),
    "relation": _Slots.relation,
    "relative": _Slots.relative,
    "systolic": lambda slots: slots.number(98, 175),
    "diastolic": lambda slots: slots.number(58, 100),
    "pulse": lambda slots: slots.number(54, 118),
    "temperature": _Slots.temperature,
    "weeks": lambda slots: slots.number(1, 13),
    "hour": lambda slots: slots.number(5, 23),
}
