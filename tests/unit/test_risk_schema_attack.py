"""What a name may spell, and what it may not."""

from __future__ import annotations

import pytest
from veilflow.risk.schema_attack import SchemaFindings, spellings


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("visits_of_ada_lovelace", "ada lovelace"),
        ("visitsOfAdaLovelace", "Ada Lovelace"),
        ("AdaLovelace", "AdaLovelace"),
        ("releases/ada.lovelace/part-0", "ada.lovelace"),
        ("by-p-00042", "p-00042"),
        ("ada@example.org", "ada@example.org"),
        ("Nightingale, Florence", "Nightingale, Florence"),
        ("mail of ada at example.org", "example.org"),
        ("mrn_123-45-6789_visits", "123-45-6789"),
    ],
)
def test_hits(name: str, spelt: str) -> None:
    assert spelt in spellings(name)


@pytest.mark.parametrize(
    ("case", "name", "not_spelt"),
    [
        ("part of a word", "readalovelacenow", "adalovelace"),
        ("another order of words", "lovelace_ada", "ada lovelace"),
        ("a word between", "ada_of_lovelace", "ada lovelace"),
        ("too short", "visits_of_ada", "ada"),
    ],
)
def test_near_misses(case: str, name: str, not_spelt: str) -> None:
    assert not_spelt not in spellings(name)


def test_a_long_note_costs_little() -> None:
    assert len(spellings("ward note, nothing else " * 10_000)) < 200_000


def test_empty_names() -> None:
    assert spellings("") == spellings("  ") == spellings("_") == ()


def test_places_are_added_up() -> None:
    found = SchemaFindings(identifiers=2, empty_categories=1, row_labels=True)
    assert found.places == 4
    assert "no cell" in found.attacker
