"""Which checks released free text has to pass (docs/expectations/text.md says why).

Every column of free text that the policy doesn't drop, null or replace as a whole is searched for
each identifier of the run's tables and for entities; and what the detectors find of the labelled
sample of its source says what that is worth. All three block, whatever the policy warns of.

References: ``identifiers`` are the values of all identifier columns of the source but those of a
name that the policy keeps somewhere on purpose; ``labels:TABLE.COLUMN`` is what people labelled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from veilflow.classify.entity import ENTITY_TYPES
from veilflow.policy import Policy
from veilflow.policy.validation import FreeTextPolicy

from veilflow_expectations.leak_plan import SHOWN
from veilflow_expectations.planned import PlannedCheck, PlannedSuite, listed, percent

__all__ = [
    "IDENTIFIERS",
    "RECALL",
    "TEXT",
    "identifier_columns",
    "recall_suites",
    "text_suites",
]

IDENTIFIERS = "identifiers"
TEXT, RECALL = "text", "recall"
_NAMED = 6


def identifier_columns(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The columns of each table whose values no text may hold."""
    kept = {
        name.casefold()
        for rules in policy.tables.values()
        for name, column in rules.released.items()
        if column.treatment in SHOWN
    }
    chosen = {
        table: tuple(
            name
            for name, column in rules.columns.items()
            if column.role == "identifier" and name.casefold() not in kept
        )
        for table, rules in policy.tables.items()
    }
    return {table: columns for table, columns in chosen.items() if columns}


def text_suites(policy: Policy) -> Iterator[PlannedSuite]:
    """The suites of tables with released free text, and of the labelled samples of their source."""
    for table in policy.tables:
        columns = _released_text(policy, table)
        if columns:
            checks = [check for name in columns for check in _contents(policy, name)]
            yield PlannedSuite(f"{table}: text", table, TEXT, tuple(checks))
    yield from recall_suites(policy, {})


def recall_suites(
    policy: Policy, types: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[PlannedSuite]:
    """The suites that are run on the source; ``types`` were labelled, by (table, column)."""
    for table in policy.tables:
        columns = _released_text(policy, table)
        if columns:
            checks = [
                check
                for name in columns
                for check in _recall(policy, table, name, types.get((table, name), ()))
            ]
            yield PlannedSuite(f"{table}: labelled texts", table, RECALL, tuple(checks))


def _released_text(policy: Policy, table: str) -> list[str]:
    if policy.validation.free_text is None:
        return []
    released = policy.tables[table].released
    return [name for name, column in released.items() if column.is_released_text]


def _contents(policy: Policy, name: str) -> Iterator[PlannedCheck]:
    rules = _rules(policy)
    places = [f"{table}.{c}" for table, columns in identifier_columns(policy).items()
              for c in columns]  # fmt: skip
    shown = listed(places) if len(places) <= _NAMED else (
        f"{', '.join(places[:_NAMED])} and {len(places) - _NAMED} more columns"
    )  # fmt: skip
    if places:
        yield PlannedCheck(
            "known identifiers absent",
            "expect_free_text_to_contain_no_known_identifier",
            {"column": name, "reference": IDENTIFIERS},
            f"No text holds an identifier of anybody in the source ({shown}). Looked for: numbers "
            "and codes in any grouping, e-mail addresses, and names in any case, order and Unicode "
            "form, with initials, or with one letter wrong. The attacker is assumed to know "
            "people's identifiers and to search the texts for them. Not found: initials alone, "
            "nicknames, and whoever is in no table.",
            name,
            raw_side=True,
            kind="text",
        )
    arguments = {"column": name, "detectors": list(rules.detectors), "min_score": rules.min_score}
    own = _own_types(policy)
    if rules.entities is not None:
        arguments["types"] = [one for one in rules.entities if one in ENTITY_TYPES]
    if own:
        arguments["own_types"] = own
    also = f", and nothing of the policy's own types {listed(own)}" if own else ""
    yield PlannedCheck(
        "detected entities absent",
        "expect_free_text_to_contain_no_detected_entity",
        arguments,
        f"No text holds anything that {listed(rules.detectors)} takes for a name, an address or a "
        f"number of a person{also}. The attacker is assumed to read the texts. The check of "
        "detector recall says how much of it such a search misses.",
        name,
        raw_side=True,
        kind="text",
    )


def _own_types(policy: Policy) -> list[str]:
    """Those that may not be in texts: the ones that are named, else all identifiers."""
    named = _rules(policy).entities
    return [
        one.id
        for one in policy.custom_types.types
        if (one.entry.role == "identifier" if named is None else one.id in named)
    ]


def _recall(policy: Policy, table: str, name: str, types: Sequence[str]) -> Iterator[PlannedCheck]:
    rules = _rules(policy)
    arguments = {
        "column": name,
        "labels": f"labels:{table}.{name}",
        "min_recall": rules.min_recall,
        "detectors": list(rules.detectors),
        "min_score": rules.min_score,
    }
    yield PlannedCheck(
        "detector recall",
        "expect_detector_recall_to_be_at_least",
        arguments,
        f"Of what people labelled in a random sample of the source's texts, "
        f"{listed(rules.detectors)} finds {percent(rules.min_recall)} or more, by the lower end of "
        "the 95 % interval with spans of one text taken as dependent. Without a labelled sample "
        "nothing is known, and free text isn't released.",
        name,
        kind="text",
    )
    for type_ in types:
        yield PlannedCheck(
            f"detector recall, {type_.replace('_', ' ')}",
            "expect_detector_recall_to_be_at_least",
            {**arguments, "entity_type": type_},
            f"The same for spans labelled {type_.replace('_', ' ')} alone. It informs; all types "
            "together decide.",
            name,
            kind="text",
            blocking=False,
        )


def _rules(policy: Policy) -> FreeTextPolicy:
    rules = policy.validation.free_text
    assert rules is not None  # its suites are planned only with it
    return rules
