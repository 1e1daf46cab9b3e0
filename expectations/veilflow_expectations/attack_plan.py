"""Which attacks are run on a masked output, and what each attacker is assumed to know.

References named here and filled by whoever judges (attacks_held.py):

* ``targets:TABLE``: people of the source and their quasi-identifiers in the table's view;
* ``order:TABLE``: the order of the source's rows;
* ``frequencies:TABLE.COLUMN``: how common each plain value of a pseudonymised column is;
* ``names:TABLE``: the names that go out with the table, its files' among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from veilflow.mask import KeyedTransform, create_transform
from veilflow.policy import ColumnPolicy, Policy

from veilflow_expectations.leak_plan import CONSTANT, LEAK_LENGTH, cross_references
from veilflow_expectations.planned import PlannedCheck, Types, listed, percent

__all__ = [
    "attacks_on_table",
    "attacks_on_view",
    "is_pseudonymous",
    "ordered_columns",
    "pseudonymous_columns",
]

# Above this share of people an attack warns where the policy says nothing.
_WARNS_AT = 0.05


def attacks_on_view(
    policy: Policy, table: str, domain: Mapping[str, Any], sensitive: Sequence[str]
) -> Iterator[PlannedCheck]:
    """The attacks by quasi-identifiers on a table joined with its roots."""
    assert policy.anonymize is not None
    names = domain["quasi_identifiers"]
    bound = policy.validation.max_linkage
    most = 1 / policy.anonymize.k if bound is None else bound
    yield PlannedCheck(
        "linkage attack",
        "expect_linkage_attack_to_fail",
        {**domain, "reference": f"targets:{table}", "max_rate": most},
        f"Of the source's people at most {percent(most)} are named by {listed(names)}: nobody "
        "else in the output fits what the attacker looks for, and the row can be theirs. The "
        "attacker is assumed to hold these values in the raw for everybody in the source, or a "
        "random sample of 50,000 people, to know how the output generalises them, and not to know "
        "who was left out.",
        raw_side=True,
        kind="attack",
    )
    columns = [f"{table}.{name}" for name in sensitive]
    for name in sensitive:
        yield _homogeneity(policy, table, name, domain, columns, excluded=0)
        yield _homogeneity(policy, table, name, domain, columns, excluded=1)


def attacks_on_table(policy: Policy, table: str, types: Types) -> Iterator[PlannedCheck]:
    """The attacks by frequencies, by the order of rows and ids, and by the schema."""
    pseudonyms = pseudonymous_columns(policy, table)
    for name in pseudonyms:
        yield _frequency(policy, table, name, [each for each in pseudonyms if each != name])
    columns = ordered_columns(policy, table)
    if columns:
        yield from _orders(table, columns, pseudonyms)
    identifiers = list(cross_references(policy, types))
    if identifiers:
        yield PlannedCheck(
            "schema attack",
            "expect_table_schema_to_tell_nothing",
            {"reference": identifiers, "min_length": LEAK_LENGTH, "names": f"names:{table}"},
            "No name of the table, its columns or its files, and no note stored with them, spells "
            "a raw identifier. The attacker is assumed to know somebody's identifiers and to read "
            "everything but the cells.",
            raw_side=True,
            kind="attack",
        )


def is_pseudonymous(column: ColumnPolicy) -> bool:
    """Whether equal values become equal pseudonyms or tokens, so that they can be counted."""
    if column.protect is None or column.protect.is_custom:
        return False
    transform = create_transform(column.protect.name, column.protect.parameters)
    return isinstance(transform, KeyedTransform) and transform.is_pseudonym


def pseudonymous_columns(policy: Policy, table: str) -> list[str]:
    released = policy.tables[table].released
    return [name for name, column in released.items() if is_pseudonymous(column)]


def ordered_columns(policy: Policy, table: str) -> list[str]:
    """The released columns whose form a judge can give a source row and that aren't all alike.

    Under local recoding a row's quasi-identifiers have many possible forms, so these don't count.
    """
    anonymize = policy.anonymize
    has_one_level = anonymize is None or anonymize.recoding == "full_domain"
    return [
        name
        for name, column in policy.tables[table].released.items()
        if column.is_reproducible
        and not (column.treatment in CONSTANT or is_pseudonymous(column))
        and (has_one_level or column.treatment != "generalize")
    ]


def _homogeneity(
    policy: Policy,
    table: str,
    name: str,
    domain: Mapping[str, Any],
    columns: Sequence[str],
    excluded: int,
) -> PlannedCheck:
    rules = policy.validation
    bound = rules.max_background_knowledge if excluded else rules.max_homogeneity
    most = _WARNS_AT if bound is None else bound
    knows = ", and one value of it that the person doesn't have, the one that helps most" * excluded
    column = f"{table}.{name}"
    others = [each for each in columns if each != column]
    return PlannedCheck(
        "background knowledge attack" if excluded else "homogeneity attack",
        "expect_homogeneity_attack_to_fail",
        {
            **domain,
            "column": column,
            "max_rate": most,
            **({"excluded": excluded} if excluded else {}),
            **({"read_with": others} if others else {}),
        },
        f"For at most {percent(most)} of the people, beyond those of whom the whole table tells "
        f"it, nine in ten of those who share their quasi-identifiers have the same {name} as they. "
        f"The attacker is assumed to know all quasi-identifiers of somebody who is in the data"
        f"{knows}; nobody has to be told apart for that, so k-anonymity doesn't prevent it.",
        name,
        kind="attack",
        blocking=bound is not None,
    )


def _frequency(policy: Policy, table: str, name: str, others: Sequence[str]) -> PlannedCheck:
    most = policy.validation.max_frequency
    is_unit = policy.unit_column(table) == name
    whose = "how many rows each person has" if is_unit else f"how common each {name} is"
    return PlannedCheck(
        "frequency attack",
        "expect_frequency_attack_to_fail",
        {
            "column": name,
            "reference": f"frequencies:{table}.{name}",
            "max_rate": most,
            **({"read_with": list(others)} if others else {}),
        },
        f"At most {percent(most)} of the rows, beyond what guessing names, have a pseudonym that "
        f"its frequency names. The attacker is assumed to know {whose} in the source, exactly, "
        "and to take the commonest pseudonym for the commonest value, and so on.",
        name,
        raw_side=True,
        kind="attack",
        # How many rows somebody has is known to who knows them well, and not from any statistics:
        # every table of visits with a pseudonym for the patient would be refused.
        blocking=not is_unit,
    )


def _orders(table: str, columns: Sequence[str], ids: Sequence[str]) -> Iterator[PlannedCheck]:
    shared = {"columns": list(columns), "reference": f"order:{table}"}
    knows = (
        "The attacker is assumed to know who is in the source and in what order it lists them. Rows"
        f" are compared by {listed(columns)}; a random order fails once in a billion tables."
    )
    yield PlannedCheck(
        "row order attack",
        "expect_row_order_to_tell_nothing",
        {**shared, **({"read_with": list(ids)} if ids else {})},
        "Neither the order of the rows nor the file that a row is in has anything to do with the "
        f"source's order. {knows}",
        kind="attack",
    )
    for name in ids:
        others = [each for each in ids if each != name]
        yield PlannedCheck(
            "id order attack",
            "expect_id_order_to_tell_nothing",
            {"column": name, **shared, **({"read_with": others} if others else {})},
            f"Sorted by {name}, the rows are in an order that has nothing to do with the source's. "
            f"{knows}",
            name,
            kind="attack",
        )
