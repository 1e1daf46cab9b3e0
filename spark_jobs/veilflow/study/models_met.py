"""Whether an output holds each model that its policy asks for, measured on the output."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from veilflow.policy import Policy
from veilflow.policy.anonymize import AnonymizePolicy
from veilflow.policy.hierarchies import HierarchyPolicy, build_hierarchy
from veilflow.policy.validation import LDiversityPolicy, TClosenessPolicy
from veilflow.risk import (
    PopulationClasses,
    SensitiveCounts,
    Taxonomy,
    estimated_class_size,
    largest_disclosure,
    largest_t,
    marketer_risk,
    presence_range,
    prosecutor_max_risk,
    recursive_ratio,
    share_above_beta,
    share_above_t,
    share_below,
    share_below_distinct_l,
    share_below_entropy_l,
    share_below_k_map,
    share_below_map_estimate,
    share_disclosing,
    share_missing_recursive,
    share_outside_presence,
    smallest_beta,
    smallest_class,
    smallest_distinct_l,
    smallest_entropy_l,
    smallest_map,
)
from veilflow.study.lines import OutputLines

__all__ = ["ModelMet", "models_met"]

Number = float | int | None


@dataclass(frozen=True)
class ModelMet:
    """One model: its name as in the policy, what was asked and what the output has.

    ``met`` is None where it couldn't be measured.
    """

    name: str
    bound: Number | tuple[Number, Number]
    measured: Number | tuple[Number, Number]
    met: bool | None
    column: str | None = None
    kind: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The parts that are there; infinity, which JSON hasn't, as null."""
        said = {key: value for key, value in asdict(self).items() if value is not None}
        return {**said, "measured": _finite(self.measured), "met": self.met}


def models_met(
    policy: Policy,
    table: str,
    output: OutputLines,
    whole: OutputLines,
    population: PopulationClasses | None,
) -> tuple[ModelMet, ...]:
    """Every model that ``policy`` asks of ``table``, k first.

    ``whole`` has the lines of all rows of the source, its sensitive values as they are released.
    ``population`` has the classes of the population's table, where the policy names one and the
    output has one level a column.
    """
    section = policy.anonymize
    assert section is not None
    asked = [*_sizes(section, output), *_population(section, output, whole.people, population)]
    for name in policy.tables[table].with_role("sensitive"):
        if name in output.sensitive:
            asked += _sensitive(section, name, output, whole)
    return tuple(asked)


def _sizes(section: AnonymizePolicy, output: OutputLines) -> Iterator[ModelMet]:
    classes = output.classes
    below = share_below(classes, section.k)
    yield ModelMet("k_anonymity", section.k, smallest_class(classes), below == 0)
    if section.max_risk is not None:
        risk = prosecutor_max_risk(classes)
        yield ModelMet("max_risk", section.max_risk, risk, risk <= section.max_risk)
    if section.max_average_risk is not None:
        risk = marketer_risk(classes)
        met = risk <= section.max_average_risk
        yield ModelMet("max_average_risk", section.max_average_risk, risk, met)


def _population(
    section: AnonymizePolicy,
    output: OutputLines,
    people: int,
    population: PopulationClasses | None,
) -> Iterator[ModelMet]:
    named = section.population
    if (mapped := section.k_map) is not None and named is not None:
        if named.size is not None:
            fraction = min(1.0, people / named.size)
            needed = estimated_class_size(
                mapped.k, fraction, significance=mapped.significance, estimator=mapped.estimator
            )
            met = share_below_map_estimate(output.classes, needed) == 0
            smallest = smallest_class(output.classes)
            yield ModelMet("k_map", needed, smallest, met, kind=f"{mapped.k}-map, estimated")
        elif population is None:
            yield ModelMet("k_map", mapped.k, None, None)
        else:
            met = share_below_k_map(population, mapped.k) == 0
            yield ModelMet("k_map", mapped.k, smallest_map(population), met)
    if (present := section.delta_presence) is not None:
        bounds = (present.lower, present.upper)
        if population is None:
            yield ModelMet("delta_presence", bounds, None, None)
        else:
            met = share_outside_presence(population, *bounds) == 0
            yield ModelMet("delta_presence", bounds, presence_range(population), met)


def _sensitive(
    section: AnonymizePolicy, name: str, output: OutputLines, whole: OutputLines
) -> Iterator[ModelMet]:
    def asks(columns: Sequence[str]) -> bool:
        return not columns or name in columns

    totals = whole.people_by_value(name)
    order = sorted(totals, key=_sorting(list(totals)))
    held = output.counts(name, order, totals)
    if (diverse := section.l_diversity) is not None and asks(diverse.columns):
        yield _diversity(name, diverse, held)
    if (close := section.t_closeness) is not None and asks(close.columns):
        yield _closeness(name, close, held, order)
    if (like := section.beta_likeness) is not None and asks(like.columns):
        measured = smallest_beta(held, like.kind)
        met = share_above_beta(held, like.beta, like.kind) == 0
        yield ModelMet("beta_likeness", like.beta, measured, met, name, like.kind)
    if (telling := section.delta_disclosure) is not None and asks(telling.columns):
        measured = largest_disclosure(held)
        met = share_disclosing(held, telling.delta) == 0
        yield ModelMet("delta_disclosure", telling.delta, measured, met, name)


def _diversity(name: str, asked: LDiversityPolicy, held: SensitiveCounts) -> ModelMet:
    ell = math.ceil(asked.l)
    measured: Number
    match asked.kind:
        case "distinct":
            measured, wrong = smallest_distinct_l(held), share_below_distinct_l(held, ell)
        case "entropy":
            measured, wrong = smallest_entropy_l(held), share_below_entropy_l(held, asked.l)
        case _:
            assert asked.c is not None
            measured = recursive_ratio(held, ell)
            wrong = share_missing_recursive(held, asked.c, ell)
            kind = f"recursive, l {asked.l:g}"
            return ModelMet("l_diversity", asked.c, measured, wrong == 0, name, kind)
    return ModelMet("l_diversity", asked.l, measured, wrong == 0, name, asked.kind)


def _closeness(
    name: str, asked: TClosenessPolicy, held: SensitiveCounts, order: Sequence[str | None]
) -> ModelMet:
    taxonomy = None if asked.hierarchy is None else _taxonomy(asked.hierarchy, order)
    measured = largest_t(held, asked.distance, taxonomy=taxonomy)
    wrong = share_above_t(held, asked.t, asked.distance, taxonomy=taxonomy)
    return ModelMet("t_closeness", asked.t, measured, wrong == 0, name, asked.distance)


def _taxonomy(spec: HierarchyPolicy, order: Sequence[str | None]) -> Taxonomy:
    hierarchy = build_hierarchy(spec)
    levels = []
    for level in range(hierarchy.levels):
        labels = hierarchy.generalize(list(order), level)
        number = {label: n for n, label in enumerate(dict.fromkeys(labels))}
        levels.append(np.array([number[label] for label in labels], dtype=np.int64))
    return Taxonomy(levels)


def _sorting(values: Sequence[str | None]) -> Callable[[str | None], tuple[bool, float, str]]:
    """Values by their number if all have one, else as text; null last."""
    numbers = {value: _number(value) for value in values if value is not None}
    is_numeric = None not in numbers.values()

    def key(value: str | None) -> tuple[bool, float, str]:
        number = numbers.get(value) if value is not None and is_numeric else None
        return value is None, number or 0.0, value or ""

    return key


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _finite(value: Number | tuple[Number, Number]) -> Number | list[Number]:
    if isinstance(value, tuple):
        return [number if number is None or math.isfinite(number) else None for number in value]
    return value if value is None or math.isfinite(value) else None
