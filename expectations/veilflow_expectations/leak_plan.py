"""Which raw values are looked for in which released columns (docs/expectations.md says why).

* A pseudonymised, partly masked or custom-masked column is held against its own raw values.
* Every released text column that isn't made of policy words, labels or pseudonyms is held against
  the raw values of all identifiers and free texts, of any table, of six characters or more;
* unless the policy keeps or permutes a column of the identifier's name: then both hold the same
  things on purpose.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from veilflow.mask.alphabet import Alphabet
from veilflow.policy import ColumnPolicy, Policy

from veilflow_expectations.domain_plan import LINKED
from veilflow_expectations.planned import PlannedCheck, Types, listed

__all__ = [
    "CONSTANT",
    "LEAK_LENGTH",
    "SHOWN",
    "beyond_chance",
    "chance_parameter",
    "cross_leaks",
    "cross_references",
    "is_held_to_own",
    "own_leaks",
]

LEAK_LENGTH = 6
CONSTANT = frozenset({"redact", "constant", "nullify"})
# The output has all values of the column, be it beside other rows.
SHOWN = frozenset({"keep", "permute"})

_OWN_VALUES_GONE = LINKED | {"partial"}
_NUMBERS_OUT = frozenset({"round", "bucket", "microaggregate"})
_NAMED = 6
_MOST_BY_CHANCE = 0.5
# Fakes that are nobody's raw value by chance. A fake name or address may be somebody's, and nothing
# tells it from one that was left.
_NOBODYS = frozenset({"card", "iban", "ssn"})


def cross_references(policy: Policy, types: Types | None = None) -> dict[str, tuple[str, str]]:
    """The raw columns that are looked for everywhere, by the name of their reference."""
    known = types or Types()
    return {
        f"raw:{table}.{name}": (table, name)
        for table, rules in policy.tables.items()
        for name, column in rules.columns.items()
        if column.role in ("identifier", "free_text")
        and column.cast in (None, "string")
        and (known.tables is None or table in known.tables)
        and known.source.get((table, name), True)
    }


def is_held_to_own(column: ColumnPolicy) -> bool:
    """Whether no raw value of the column may be left in it."""
    if column.treatment == "fake" and column.protect is not None:
        return column.protect.parameters.get("kind") in _NOBODYS
    return column.treatment in {*_OWN_VALUES_GONE, "fpe"} or (
        column.protect is not None and column.protect.is_custom
    )


def own_leaks(table: str, name: str, column: ColumnPolicy) -> Iterator[PlannedCheck]:
    """The check that a column has none of its own raw values, where it should have none."""
    # A text without anything to redact rightly stays as it was: text_plan.py looks inside.
    if is_held_to_own(column) and not column.is_released_text:
        # A custom transform may generalise: then a short value can rightly stay what it was.
        least = 1 if column.treatment in _OWN_VALUES_GONE else LEAK_LENGTH
        if column.treatment == "fpe":
            least = beyond_chance(column)
        yield PlannedCheck(
            "own raw values absent",
            "expect_column_values_to_not_appear_in_reference",
            {"column": name, "reference": f"raw:{table}.{name}", "min_length": least},
            "No value is one of the column's raw values. The attacker is assumed to know raw "
            "values and to search for them, in any case, spacing and Unicode form.",
            name,
            raw_side=True,
            kind="leak",
        )
        yield from _chance_check(table, name, column)


def _chance_check(table: str, name: str, column: ColumnPolicy) -> Iterator[PlannedCheck]:
    """The check that encrypted values aren't raw ones oftener than chance brings about.

    Of the least length that is told by :func:`beyond_chance` and the source's number of values.
    """
    if column.treatment == "fpe":
        yield PlannedCheck(
            "own raw values by chance alone",
            "expect_column_values_to_not_appear_in_reference",
            {
                "column": name,
                "reference": f"raw:{table}.{name}",
                "min_length": {"$PARAMETER": chance_parameter(name)},
                "max_share": _MOST_BY_CHANCE,
            },
            "No more than half of the values are raw values of the column. Encrypted values of few "
            "characters are somebody's raw value now and then; a column that passed without being "
            "encrypted has nothing else. The attacker is assumed to know raw values and to search "
            "for them.",
            name,
            raw_side=True,
            shows_figures=False,
            kind="leak",
        )


def chance_parameter(name: str) -> str:
    """The suite parameter that says of which least length a column is held to chance.

    Such a name is of letters and digits alone, and a column's may be anything.
    """
    return f"chance_length_{zlib.crc32(name.encode()):08x}"


def beyond_chance(column: ColumnPolicy, pairs: float = 1e16) -> int:
    """From how many characters on an encrypted value is nobody's raw value by chance.

    There are ``pairs`` possible values or more from there on: with 10^16, one in a hundred tables
    of ten million rows has a coincidence.
    """
    assert column.protect is not None
    given: Mapping[str, Any] = column.protect.parameters
    symbols = set(Alphabet.named(str(given.get("alphabet", "digits"))).characters.casefold())
    kept = sum(int(given.get(name) or 0) for name in ("keep_first", "keep_last", "luhn"))
    return kept + math.ceil(math.log10(pairs) / math.log10(max(2, len(symbols))))


def cross_leaks(
    policy: Policy, table: str, columns: Mapping[str, ColumnPolicy], types: Types
) -> Iterator[PlannedCheck]:
    """For each open text column of ``columns`` the check that no identifier is in it."""
    kept = {
        name.casefold()
        for rules in policy.tables.values()
        for name, column in rules.released.items()
        if column.treatment in SHOWN
    }
    references = cross_references(policy, types)
    for name, column in columns.items():
        if not _is_open_text(table, name, column, types):
            continue
        sought = [
            reference
            for reference, place in references.items()
            if place != (table, name) and place[1].casefold() not in kept
        ]
        if sought:
            places = [reference.removeprefix("raw:") for reference in sought]
            yield PlannedCheck(
                "raw identifiers absent",
                "expect_column_values_to_not_appear_in_reference",
                {"column": name, "reference": sought, "min_length": LEAK_LENGTH},
                f"No value is a raw value, of {LEAK_LENGTH} characters or more, of "
                f"{_shortened(places)}. The attacker is assumed to know somebody's identifiers and "
                "to search for them, in any case, spacing and Unicode form.",
                name,
                raw_side=True,
                kind="leak",
            )


def _is_open_text(table: str, name: str, column: ColumnPolicy, types: Types) -> bool:
    """Whether the column's texts could be anything, so that an identifier may hide in it."""
    treatment = column.treatment
    if treatment in LINKED | CONSTANT | _NUMBERS_OUT | {"generalize", "fpe", "fake"}:
        return False
    if treatment in SHOWN and column.cast not in (None, "string"):
        return False
    if treatment == "truncate" and column.protect is not None:
        length = column.protect.parameters.get("length")
        if not isinstance(length, int) or length < LEAK_LENGTH:
            return False  # a date, or too short to coincide with a whole identifier
    return types.output.get((table, name), True)


def _shortened(names: Sequence[str]) -> str:
    """The names, or the first of them where a sentence would drown."""
    if len(names) <= _NAMED:
        return listed(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more identifiers"
