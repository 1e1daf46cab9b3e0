"""What must hold between ``anonymize:`` and the columns that it works on."""

from __future__ import annotations

from collections.abc import Iterator

from veilflow.errors import PolicyError
from veilflow.policy.anonymize import (
    AnonymizePolicy,
    BetaLikenessPolicy,
    DeltaDisclosurePolicy,
)
from veilflow.policy.columns import ColumnPolicy
from veilflow.policy.hierarchies import HierarchyPolicy, build_hierarchy
from veilflow.policy.model import Policy
from veilflow.policy.validation import LDiversityPolicy, TClosenessPolicy

__all__ = ["check_anonymize", "sensitive_rule"]

Problem = tuple[tuple[str | int, ...], str]
SensitiveRule = LDiversityPolicy | TClosenessPolicy | BetaLikenessPolicy | DeltaDisclosurePolicy


def check_anonymize(policy: Policy) -> Iterator[Problem]:
    """Every broken rule about quasi-identifiers, models and recoding."""
    quasi = [
        ("tables", name, "columns", column)
        for name, table in policy.tables.items()
        for column in table.with_role("quasi")
    ]
    if quasi and policy.anonymize is None:
        yield quasi[0], "quasi-identifiers need an 'anonymize:' section; add 'anonymize: {k: 5}'"
    if policy.anonymize is not None and not quasi:
        yield (
            ("anonymize",),
            "no column has the role quasi, so there is nothing to make k-anonymous",
        )
    for name, table in policy.tables.items():
        for column_name in table.microaggregated if not table.class_key else ():
            yield (
                ("tables", name, "columns", column_name, "microaggregate"),
                "a class is made by the other quasi-identifiers of the table, and there are none; "
                "give another column the role quasi, or this one a hierarchy",
            )
        for column_name, column in table.class_key.items():
            yield from _levels(("tables", name, "columns", column_name), column)
        unit = policy.unit_column(name)
        if unit in table.columns and table.with_role("quasi") and unit not in table.released:
            yield (
                ("tables", name, "columns", unit),
                "k counts people, and the judge counts them on the output: "
                "release the privacy unit as 'pseudonym'",
            )
    if policy.anonymize is not None and quasi:
        yield from _section(policy, policy.anonymize)


def sensitive_rule(
    policy: Policy, place: tuple[str | int, ...], rule: SensitiveRule
) -> Iterator[Problem]:
    """Whether there are the sensitive columns that a model is asked of."""
    sensitive = {name for table in policy.tables.values() for name in table.with_role("sensitive")}
    if not sensitive:
        yield place, "no released column has the role sensitive"
    for column in rule.columns:
        if column not in sensitive:
            yield place, f"no released sensitive column is called {column!r}"
    if isinstance(rule, TClosenessPolicy) and rule.hierarchy is not None:
        yield from _distances((*place, "hierarchy"), rule.hierarchy)


def _section(policy: Policy, asked: AnonymizePolicy) -> Iterator[Problem]:
    if asked.least_units < 2 and not asked.hides_otherwise:
        yield ("anonymize", "k"), "1 hides nobody; ask for 2 or more, or for another model"
    for key in ("l_diversity", "t_closeness", "beta_likeness", "delta_disclosure"):
        rule = getattr(asked, key)
        if rule is not None:
            yield from sensitive_rule(policy, ("anonymize", key), rule)
    tables = [name for name, table in policy.tables.items() if table.with_role("quasi")]
    yield from _population(asked, tables)
    yield from _weights(policy, asked)
    if asked.recoding == "full_domain":
        return
    place = ("anonymize", "recoding")
    if len(tables) > 1:
        yield (
            place,
            (
                f"{asked.recoding!r} works on one table with quasi-identifiers; "
                f"{', '.join(tables)} are judged on their join: use 'full_domain'"
            ),
        )
    if asked.population is not None and asked.population.path is not None:
        yield (
            place,
            (
                f"{asked.recoding!r} has no one level at which the population's people could be "
                "laid beside its classes: use 'full_domain', or 'population: {size: N}'"
            ),
        )
    if asked.objective not in ("loss", "granularity"):
        yield (
            place,
            (
                f"{asked.recoding!r} makes the loss of cells least, not {asked.objective}: "
                "remove 'objective'"
            ),
        )


def _population(asked: AnonymizePolicy, tables: list[str]) -> Iterator[Problem]:
    if asked.k_map is not None and asked.population is None:
        yield (
            ("anonymize", "k_map"),
            "needs 'population: {path: FILE}', a table of the population, or {size: N}",
        )
    has_table = asked.population is not None and asked.population.path is not None
    if asked.delta_presence is not None and not has_table:
        yield (
            ("anonymize", "delta_presence"),
            "needs 'population: {path: FILE}', a table of the population",
        )
    if has_table and len(tables) > 1:
        yield (
            ("anonymize", "population", "path"),
            "a population table is laid beside one table with quasi-identifiers, not several",
        )


def _weights(policy: Policy, asked: AnonymizePolicy) -> Iterator[Problem]:
    quasi = {name for table in policy.tables.values() for name in table.class_key}
    for name in asked.weights:
        if name not in quasi:
            yield ("anonymize", "weights", name), "there is no quasi-identifier of this name"
    if asked.weights and not any(asked.weights.get(name, 1.0) for name in quasi):
        yield ("anonymize", "weights"), "all are 0, so nothing would count; leave one above 0"
    if asked.weights and asked.objective in ("discernibility", "average_class_size"):
        yield (
            ("anonymize", "weights"),
            f"{asked.objective} counts classes, not columns; remove 'weights' or choose 'loss'",
        )


def _levels(place: tuple[str, ...], column: ColumnPolicy) -> Iterator[Problem]:
    if column.hierarchy is not None and column.hierarchy.needs_data:
        # How many levels there will be shows once it is settled; then this is asked again.
        return
    try:
        top = build_hierarchy(column.hierarchy).levels - 1
    except PolicyError as error:
        yield (*place, "hierarchy"), str(error)
        return
    highest = top if column.max_level is None else column.max_level
    if highest > top:
        yield (*place, "max_level"), f"the hierarchy's highest level is {top}"
    if column.min_level > min(highest, top):
        yield (*place, "min_level"), "is above the highest level that is allowed"


def _distances(place: tuple[str | int, ...], spec: HierarchyPolicy) -> Iterator[Problem]:
    """A distance needs each value apart at the first level and all joined at the last."""
    try:
        hierarchy = build_hierarchy(spec)
    except PolicyError as error:
        yield place, str(error)
        return
    if hierarchy.root is None:
        yield place, "its last column must hold one label, usually *, that joins all values"
