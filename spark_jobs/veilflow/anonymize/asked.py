"""What a policy's ``anonymize:`` section asks of the search, in the search's own terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from veilflow.anonymize.models import (
    BetaLikeness,
    DeltaDisclosure,
    DeltaPresence,
    Diversity,
    KMap,
    Model,
    TCloseness,
)
from veilflow.anonymize.problem import ObjectiveName
from veilflow.policy import Policy
from veilflow.policy.anonymize import AnonymizePolicy

__all__ = ["Asked", "asked_of", "sensitive_asked"]


@dataclass(frozen=True)
class Asked:
    """The bounds and the aim of a :class:`~veilflow.anonymize.problem.Problem`."""

    k: int
    suppression_limit: float
    models: tuple[Model, ...]
    max_average_risk: float | None
    objective: ObjectiveName
    weights: tuple[float, ...] | None


def asked_of(policy: Policy, columns: Sequence[str], units: int) -> Asked:
    """What the policy asks, for quasi-identifiers of the names ``columns``.

    ``units`` are the people (or rows, where it names none) of the table beside which the policy
    gives a population's size.
    """
    section = policy.anonymize
    assert section is not None
    weights = tuple(section.weights.get(name, 1.0) for name in columns)
    return Asked(
        k=section.least_units,
        suppression_limit=section.suppression_limit,
        models=tuple(_models(policy, section, units)),
        max_average_risk=section.max_average_risk,
        objective=section.objective,
        weights=weights if section.weights else None,
    )


def sensitive_asked(policy: Policy, table: str) -> tuple[str, ...]:
    """The sensitive columns of ``table`` that some model asks about, in the policy's order."""
    section = policy.anonymize
    if section is None:
        return ()
    rules = (
        section.l_diversity, section.t_closeness, section.beta_likeness, section.delta_disclosure
    )  # fmt: skip
    asked = [rule.columns for rule in rules if rule is not None]
    return tuple(
        name
        for name in policy.tables[table].with_role("sensitive")
        if any(not columns or name in columns for columns in asked)
    )


def _models(policy: Policy, section: AnonymizePolicy, units: int) -> Iterator[Model]:
    if section.k_map is not None and section.population is not None:
        fraction = None
        if section.population.size is not None:
            fraction = min(1.0, units / section.population.size)
        mapped = section.k_map
        yield KMap(mapped.k, fraction, mapped.significance, mapped.estimator)
    if section.delta_presence is not None:
        yield DeltaPresence(section.delta_presence.lower, section.delta_presence.upper)
    if (diverse := section.l_diversity) is not None:
        for name in _columns(policy, diverse.columns):
            yield Diversity(name, diverse.l, diverse.kind, diverse.c)
    if (close := section.t_closeness) is not None:
        for name in _columns(policy, close.columns):
            yield TCloseness(name, close.t, close.distance)
    if (like := section.beta_likeness) is not None:
        for name in _columns(policy, like.columns):
            yield BetaLikeness(name, like.beta, like.kind == "enhanced")
    if (telling := section.delta_disclosure) is not None:
        for name in _columns(policy, telling.columns):
            yield DeltaDisclosure(name, telling.delta)


def _columns(policy: Policy, narrowed: Sequence[str]) -> tuple[str, ...]:
    """The sensitive columns of a rule: those it names, or all, each name once."""
    every = {
        name: None
        for table in policy.tables.values()
        if table.with_role("quasi")
        for name in table.with_role("sensitive")
    }
    return tuple(name for name in every if not narrowed or name in narrowed)
