"""What must hold for a column whose values change places among rows (``protect: permute``)."""

from __future__ import annotations

from collections.abc import Iterator

from veilflow.mask import TransformError, create_transform
from veilflow.mask.permute import Permute
from veilflow.policy.columns import ColumnPolicy
from veilflow.policy.model import Policy

__all__ = ["check_permuted", "permutation_of", "permuted_together"]

Problem = tuple[tuple[str | int, ...], str]
_MODELS = ("l_diversity", "t_closeness", "beta_likeness", "delta_disclosure")


def permutation_of(column: ColumnPolicy) -> Permute | None:
    """The column's permutation; None for a column that isn't permuted."""
    if column.treatment != "permute" or column.protect is None:
        return None
    made = create_transform("permute", column.protect.parameters)
    assert isinstance(made, Permute)  # nothing else is registered under the name
    return made


def permuted_together(policy: Policy, table: str) -> tuple[dict[str, Permute], ...]:
    """The released columns that are permuted, those that move together in one mapping."""
    found: dict[str, dict[str, Permute]] = {}
    for name, column in policy.tables[table].released.items():
        made = permutation_of(column)
        if made is not None:
            found.setdefault(made.together or f"column:{name}", {})[name] = made
    return tuple(found.values())


def check_permuted(policy: Policy) -> Iterator[Problem]:
    """Every broken rule about permuted columns, their groups and what is asked of them."""
    for table, rules in policy.tables.items():
        there = {}
        for name, column in rules.released.items():
            try:
                made = permutation_of(column)
            except TransformError:
                continue  # told where parameters are checked
            if made is not None:
                there[name] = made
        yield from _of_table(policy, table, there)


def _of_table(policy: Policy, table: str, permuted: dict[str, Permute]) -> Iterator[Problem]:
    columns, unit = policy.tables[table].columns, policy.unit_column(table)
    groups: dict[str, tuple[str, frozenset[str]]] = {}
    for name, made in permuted.items():
        place = ("tables", table, "columns", name, "protect")
        for other in made.within:
            if other not in columns:
                yield place, f"within names {other!r}, which isn't a column of table {table!r}"
        if name in made.within:
            yield place, "within names the column itself: nothing would change"
        if unit is not None and unit in made.within:
            yield place, "within names the privacy unit: nothing would leave its person"
        if made.together:
            same = (name, frozenset(made.within))
            first = groups.setdefault(made.together, same)
            if first[1] != same[1]:
                yield place, f"moves together with {first[0]!r}: give both the same 'within'"
        for section, model in _models(policy, name):
            yield (
                place,
                f"{section}.{model} asks about this column, and which class has which value is "
                "drawn after the search; use another transform, or narrow the model's 'columns'",
            )
    if permuted and policy.synthesize is not None and table in policy.synthesize.tables:
        yield (
            ("synthesize", "tables", table),
            f"column {next(iter(permuted))!r} is permuted, so a model would learn nothing true of "
            "it and the others; give it another transform",
        )


def _models(policy: Policy, column: str) -> Iterator[tuple[str, str]]:
    """The models that ask about a sensitive column, with the section that each is in."""
    sensitive = {
        name
        for rules in policy.tables.values()
        if rules.with_role("quasi")
        for name in rules.with_role("sensitive")
    }
    if column not in sensitive:
        return
    sections = {"anonymize": policy.anonymize, "validate": policy.validation}
    for section, asked in sections.items():
        for model in _MODELS:
            rule = getattr(asked, model, None)
            if rule is not None and (not rule.columns or column in rule.columns):
                yield section, model
