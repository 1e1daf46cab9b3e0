"""The hospital's tables, made in blocks of patients that don't depend on one another's size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from veilflow.sample_data.draw import stream
from veilflow.sample_data.encounters import ENCOUNTER_SCHEMA, make_encounters
from veilflow.sample_data.notes import NOTE_SCHEMA, make_notes
from veilflow.sample_data.patients import PATIENT_SCHEMA, patients_table
from veilflow.sample_data.people import make_people

__all__ = ["BLOCK", "GENERATOR_VERSION", "SCHEMAS", "Block", "make_blocks"]

GENERATOR_VERSION = 1
"""Raised with every change that alters a byte of the output."""

BLOCK = 10_000
"""Patients made at once: many enough for vectors, few enough to stay in the processor's cache."""

SCHEMAS: dict[str, pa.Schema] = {
    "patients": PATIENT_SCHEMA,
    "encounters": ENCOUNTER_SCHEMA,
    "notes": NOTE_SCHEMA,
}


@dataclass(frozen=True)
class Block:
    """The tables of up to :data:`BLOCK` consecutive patients."""

    patients: pa.Table
    encounters: pa.Table
    notes: pa.Table


def make_blocks(rows: int, seed: int) -> Iterator[Block]:
    """Blocks of ``rows`` patients altogether; none for no rows.

    A block is always made whole and then cut, so the first N patients with their encounters and
    notes are the same for every ``rows`` of at least N.
    """
    encounters = notes = 0
    for number, first in enumerate(range(0, rows, BLOCK)):
        block = _make_block(number, seed, encounters, notes, min(BLOCK, rows - first))
        encounters += len(block.encounters)
        notes += len(block.notes)
        yield block


def _make_block(number: int, seed: int, encounters: int, notes: int, keep: int) -> Block:
    """The first ``keep`` patients of a block; ``encounters`` and ``notes`` came before it."""
    numbers = np.arange(number * BLOCK, (number + 1) * BLOCK, dtype=np.int64)
    people = make_people(stream(seed, number, 0), numbers, seed)
    patients = patients_table(stream(seed, number, 1), people, numbers, seed)
    all_encounters, visits = make_encounters(stream(seed, number, 2), people, encounters)
    all_notes, visit = make_notes(stream(seed, number, 3), people, visits, notes)
    kept_visits = int(np.searchsorted(visits.patient, keep))
    return Block(
        patients.slice(0, keep),
        all_encounters.slice(0, kept_visits),
        all_notes.slice(0, int(np.searchsorted(visit, kept_visits))),
    )
