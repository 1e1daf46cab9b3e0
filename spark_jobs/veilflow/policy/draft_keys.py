"""What tables say together: whose row it is, which keys join, what stands for no value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from veilflow.classify import NO_TYPES, STRONG, ColumnSample, ColumnVerdict, CustomTypes
from veilflow.classify.column import kind_of

__all__ = [
    "DraftTable",
    "find_unit",
    "find_units",
    "linked_keys",
    "null_words",
    "without_words",
]

_PERSON = re.compile(
    r"patient|person|customer|client|user|member|subject|account|employee|student", re.IGNORECASE
)
_KEYS = ("generic_id", "medical_record_number", "username")
_KEY_WORDS = re.compile(r"[_\W]*(?:id|key|no|nr|num|number|code)$", re.IGNORECASE)
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_CONTAINED = 0.9
_FEWEST = 20
_SHORTEST = 6
"""Short whole numbers of two tables meet by chance; codes and long numbers hardly."""


@dataclass(frozen=True)
class DraftTable:
    """One table: its path below the root, a sample of each column, and the verdicts on them."""

    path: str
    samples: Sequence[ColumnSample]
    verdicts: Sequence[ColumnVerdict]


# What tools write for a missing value. "none" and "unknown" may be answers.
_NULL_WORDS = frozenset({"na", "n/a", "null", "nan", "#n/a", "\\n", "?"})


def null_words(tables: Mapping[str, DraftTable]) -> list[str]:
    """The spellings of a missing value that stand in columns of texts, sorted."""
    found = {
        value
        for table in tables.values()
        for sample in table.samples
        if kind_of(sample.physical_type) == "text"
        for value in set(sample.values)
        if value is not None and value.lower() in _NULL_WORDS
    }
    return sorted(found)


def without_words(table: DraftTable, words: Sequence[str]) -> DraftTable:
    """``table`` with null for these words."""
    if not words:
        return table
    gone = frozenset(words)
    samples = []
    for sample in table.samples:
        values = [None if value in gone else value for value in sample.values]
        more = sum(value is None for value in values) - sum(v is None for v in sample.values)
        samples.append(
            replace(sample, values=values, nulls=sample.nulls + more) if more else sample
        )
    return replace(table, samples=samples)


def find_unit(tables: Mapping[str, DraftTable], types: CustomTypes = NO_TYPES) -> str | None:
    """The column that says whose row it is: an identifier of every table, named like a person's.

    Failing that, one that every table has, or in a single table one that is surely an identifier.
    Counting its values is never laxer than counting rows.
    """
    shared: list[str] | None = None
    sure: set[str] = set()
    for table in tables.values():
        keys = []
        for _, verdict in _keys(table, types):
            keys.append(verdict.name)
            if verdict.score >= STRONG:
                sure.add(verdict.name)
        shared = keys if shared is None else [key for key in shared if key in keys]
    if not shared:
        return None
    people = [key for key in shared if _PERSON.search(key)]
    if people:
        return people[0]
    if len(tables) > 1:
        return shared[0]
    return next((key for key in shared if key in sure), None)


def find_units(
    tables: Mapping[str, DraftTable], types: CustomTypes = NO_TYPES
) -> dict[str, str] | None:
    """The privacy unit's column of each table; None where not every table has one.

    Where they have different names it is the ``id`` of the table that the others name:
    ``patients.id`` is ``visits.patient_id``.
    """
    one = find_unit(tables, types)
    if one is not None:
        return dict.fromkeys(tables, one)
    keys = {name: [v.name for _, v in _keys(table, types)] for name, table in tables.items()}
    for key in dict.fromkeys(k for listed in keys.values() for k in listed if _PERSON.search(k)):
        stem = _KEY_WORDS.sub("", key).lower()
        found = {}
        for name, listed in keys.items():
            own = [k for k in listed if not _KEY_WORDS.sub("", k) or _KEY_WORDS.fullmatch(k)]
            if key in listed:
                found[name] = key
            elif own and _singular(name) == stem:
                found[name] = own[0]
        if stem and len(found) == len(tables):
            return found
    return None


def linked_keys(
    tables: Mapping[str, DraftTable],
    units: Mapping[str, str] | None,
    types: CustomTypes = NO_TYPES,
) -> dict[str, str]:
    """The linkage domain of each key's name whose values are those of a key of another name.

    Columns of one name join anyway. Judged by the samples: nine in ten of the values of the one
    are values of the other, which never repeat there.
    """
    owners: dict[str, set[str]] = {}
    users: dict[str, set[str]] = {}
    for table in tables.values():
        for sample, verdict in _keys(table, types):
            values = {value for value in sample.values if value}
            if len(values) < _FEWEST or min(map(len, values)) < _SHORTEST:
                continue
            users.setdefault(verdict.name, set()).update(values)
            if sample.distinct == sample.rows:
                owners.setdefault(verdict.name, set()).update(values)
    unit_names = set((units or {}).values())
    domains: dict[str, str] = {}
    for user, values in users.items():
        for owner, owned in owners.items():
            if user == owner or len(values & owned) < _CONTAINED * len(values):
                continue
            is_unit = owner in unit_names
            domain = "unit" if is_unit else _domain_name(owner)
            if user not in unit_names and user not in domains:
                domains[user] = domain
                if not is_unit:
                    domains.setdefault(owner, domain)
    return domains


def _keys(table: DraftTable, types: CustomTypes) -> Iterator[tuple[ColumnSample, ColumnVerdict]]:
    for sample, verdict in zip(table.samples, table.verdicts, strict=True):
        if verdict.name.strip() and types.built_in(verdict.type) in _KEYS:
            yield sample, verdict


def _singular(table: str) -> str:
    name = table.lower()
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def _domain_name(column: str) -> str:
    name = _NOT_IN_A_NAME.sub("_", column.lower()).strip("_")
    return name[:60] if name[:1].isalpha() else f"key_{name}"[:60]
