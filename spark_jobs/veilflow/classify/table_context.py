"""What the other columns of a table say about one: a "name" beside a birth date is a person's.

A column that is called just "name" may hold persons, firms, products or places, and where its
values are on no list, nothing in it tells which. Its neighbours do: what only people have (a birth
date, a gender, a religion) in two columns or more, or a column of given or family names.
"""

from __future__ import annotations

from collections.abc import Sequence

from veilflow.classify.column import ColumnVerdict
from veilflow.classify.contradictions import STRONG
from veilflow.classify.headers import header_hints, tokens_of
from veilflow.classify.people import has_name_shape
from veilflow.classify.taxonomy import NONE, TAXONOMY
from veilflow.classify.values import Profile

__all__ = ["NAME_SHAPED", "in_context", "is_name_shaped"]

NAME_SHAPED = "the values are written like names, and are on no list"
"""The evidence of a column called "name" that its neighbours may explain."""

_OF_PEOPLE = frozenset(
    "date_of_birth age gender marital_status ethnic_group religion nationality ssn nhs_number "
    "medical_record_number passport_number drivers_license blood_type education".split()
)
_NAMES = frozenset("name names nom nombre nome naam navn namn nimi first last".split())
_SHAPED = 0.8
_SCORE = 0.7
_TELLING = 2


def is_name_shaped(name: str, seen: Profile) -> bool:
    """Whether a column that is called a name and no more has texts written like names."""
    tokens = tokens_of(name)
    if len(tokens) != 1 or tokens[0] not in _NAMES or seen.kind != "text":
        return False
    return sum(map(has_name_shape, seen.values)) >= _SHAPED * len(seen.values)


def in_context(verdicts: Sequence[ColumnVerdict]) -> tuple[ColumnVerdict, ...]:
    """The verdicts on a table's columns, with names of persons where the table is about people."""
    if not any(NAME_SHAPED in verdict.evidence for verdict in verdicts):
        return tuple(verdicts)
    return tuple(map(_of_a_person, verdicts)) if _is_about_people(verdicts) else tuple(verdicts)


def _of_a_person(verdict: ColumnVerdict) -> ColumnVerdict:
    if verdict.type != NONE or NAME_SHAPED not in verdict.evidence:
        return verdict
    rest = tuple(note for note in verdict.evidence if note != NAME_SHAPED)
    evidence = ("the name hints at person name", "other columns say that rows are people", *rest)
    role = TAXONOMY["person_name"].role
    return ColumnVerdict(verdict.name, "person_name", role, _SCORE, evidence)


def _is_about_people(verdicts: Sequence[ColumnVerdict]) -> bool:
    told = {v.type for v in verdicts if v.type in _OF_PEOPLE and v.score >= STRONG}
    return len(told) >= _TELLING or any(map(_holds_parts_of_names, verdicts))


def _holds_parts_of_names(verdict: ColumnVerdict) -> bool:
    """Whether it is a column of given or family names and is called nothing else besides."""
    if verdict.type != "person_name" or verdict.score < STRONG:
        return False
    hint = header_hints(verdict.name).get("person_name")
    return hint is not None and hint.strength == 1.0 and hint.words == len(tokens_of(verdict.name))
