"""What a policy's ``anonymize:`` section promises of every class, as checks of the output.

The judge measures each model itself. Where a sensitive column is released as it is, classes are
compared with the whole source table, suppressed rows included, as the search compares them;
otherwise with the output, which differs from the source by what was suppressed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from veilflow.policy import Policy

from veilflow_expectations.planned import PlannedCheck, percent
from veilflow_expectations.sensitive_checks import (
    diversity_check,
    sensitive_columns,
    t_closeness_check,
)

__all__ = ["DRAWN", "model_checks", "population_of", "promised_columns", "whole_of"]

DRAWN = "people_drawn"
_KNOWS = "The attacker is assumed to know the quasi-identifiers of one person"
Domain = Mapping[str, Any]


def model_checks(policy: Policy, table: str, domain: Domain) -> Iterator[PlannedCheck]:
    """One check for each model, and for each sensitive column that it is asked of."""
    section = policy.anonymize
    assert section is not None
    yield from _population_checks(policy, table, domain)
    for name in sensitive_columns(policy, table):
        given = _whole(policy, table, name)
        if _asks(section.l_diversity, name):
            assert section.l_diversity is not None
            yield diversity_check(section.l_diversity, table, name, domain)
        if _asks(section.t_closeness, name):
            assert section.t_closeness is not None
            yield t_closeness_check(section.t_closeness, table, name, {**domain, **given})
        if _asks(section.beta_likeness, name):
            assert section.beta_likeness is not None
            rule = section.beta_likeness
            yield PlannedCheck(
                "beta-likeness",
                "expect_table_to_be_beta_like",
                {
                    **domain,
                    **given,
                    "column": f"{table}.{name}",
                    "beta": rule.beta,
                    "kind": rule.kind,
                },  # fmt: skip
                f"Among the people who share their quasi-identifiers no value of {name} is more "
                f"than {rule.beta:g} times commoner than in the whole table, beyond once. {_KNOWS} "
                "and the whole table's distribution.",
                name,
                kind="privacy",
            )
        if _asks(section.delta_disclosure, name):
            assert section.delta_disclosure is not None
            delta = section.delta_disclosure.delta
            yield PlannedCheck(
                "delta-disclosure",
                "expect_table_to_be_delta_disclosure_private",
                {**domain, **given, "column": f"{table}.{name}", "delta": delta},
                f"Among the people who share their quasi-identifiers no value of {name} is 2 to "
                f"the {delta:g} times as common as in the whole table, nor as rare. {_KNOWS} and "
                "the whole table's distribution.",
                name,
                kind="privacy",
            )


def promised_columns(policy: Policy, table: str) -> list[str]:
    """The sensitive columns whose distribution in the source table is needed."""
    section = policy.anonymize
    if section is None or not policy.tables[table].with_role("quasi"):
        return []
    rules = (section.t_closeness, section.beta_likeness, section.delta_disclosure)
    return [
        name
        for name in sensitive_columns(policy, table)
        if _whole(policy, table, name) and any(_asks(rule, name) for rule in rules)
    ]


def whole_of(table: str, column: str) -> str:
    """The name of the reference with a source column's distribution."""
    return f"whole:{table}.{column}"


def population_of(table: str) -> str:
    """The name of the reference with the population beside ``table``."""
    return f"population:{table}"


def _asks(rule: Any, column: str) -> bool:
    return rule is not None and (not rule.columns or column in rule.columns)


def _whole(policy: Policy, table: str, column: str) -> dict[str, str]:
    kept = policy.tables[table].columns[column].treatment == "keep"
    return {"reference": whole_of(table, column)} if kept else {}


def _population_checks(policy: Policy, table: str, domain: Domain) -> Iterator[PlannedCheck]:
    section = policy.anonymize
    assert section is not None
    population = section.population
    if section.k_map is not None and population is not None:
        k = section.k_map.k
        given: dict[str, Any] = {"reference": population_of(table)}
        how = "in the policy's table of it"
        if population.size is not None:
            given = {
                "population_size": population.size,
                "drawn": {"$PARAMETER": DRAWN},
                "significance": section.k_map.significance,
                "estimator": section.k_map.estimator,
            }
            how = f"estimated for {population.size:,} people, these having been drawn at random"
        yield PlannedCheck(
            "k-map",
            "expect_table_to_be_k_mapped",
            {**domain, "k": k, **given},
            f"Every combination of quasi-identifiers is shared by at least {k} people of the "
            f"population, {how}. {_KNOWS} of the population, and not who of it is in the data.",
            kind="privacy",
        )
    if section.delta_presence is not None:
        lower, upper = section.delta_presence.lower, section.delta_presence.upper
        yield PlannedCheck(
            "delta-presence",
            "expect_table_to_be_delta_present",
            {**domain, "reference": population_of(table), "lower": lower, "upper": upper},
            "Of the people of the population who share their quasi-identifiers, between "
            f"{percent(lower)} and {percent(upper)} are in the data. The attacker is assumed to "
            "know everybody of the population with all quasi-identifiers.",
            kind="privacy",
        )
