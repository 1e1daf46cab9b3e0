"""What must hold between the parts of a policy. Each broken rule is (path, sentence)."""

from __future__ import annotations

from collections.abc import Iterator

from veilflow.errors import PolicyError
from veilflow.mask import TransformError, create_transform, is_allowed
from veilflow.policy.columns import ColumnPolicy
from veilflow.policy.hierarchies import HierarchyPolicy, build_hierarchy
from veilflow.policy.model import Policy

__all__ = ["Problem", "check_rules"]

Problem = tuple[tuple[str | int, ...], str]


def check_rules(policy: Policy) -> list[Problem]:
    """Every broken rule with the path of the line to change; empty when the policy holds."""
    return [
        *_units(policy),
        *_columns(policy),
        *_free_text(policy),
        *_anonymize(policy),
        *_synthesize(policy),
        *_validate(policy),
    ]


def _units(policy: Policy) -> Iterator[Problem]:
    if policy.privacy_unit is None:
        if len(policy.tables) > 1:
            yield (
                ("tables",),
                "several tables need 'privacy_unit: COLUMN', the column that says whose row it is",
            )
        return
    for name, table in policy.tables.items():
        unit = policy.unit_column(name)
        if unit is None:
            yield ("privacy_unit",), f"names no column for table {name!r}"
        elif unit not in table.columns:
            yield ("privacy_unit",), f"column {unit!r} isn't among the columns of table {name!r}"
        elif table.columns[unit].role != "identifier":
            yield (
                ("tables", name, "columns", unit, "role"),
                "the privacy unit's column is an identifier: say 'pseudonym' or 'drop'",
            )
    for name in policy.privacy_unit.columns:
        if name not in policy.tables:
            yield ("privacy_unit", "columns", name), f"there is no table {name!r}"


def _columns(policy: Policy) -> Iterator[Problem]:
    for name, table in policy.tables.items():
        if not table.released:
            yield ("tables", name, "columns"), "every column is dropped: nothing is left to release"
        lowered: dict[str, str] = {}
        for column_name, column in table.columns.items():
            place = ("tables", name, "columns", column_name)
            twin = lowered.setdefault(column_name.casefold(), column_name)
            if twin != column_name:
                yield place, f"differs from column {twin!r} in case only, which Spark can't tell"
            yield from _protection(place, column)


def _free_text(policy: Policy) -> Iterator[Problem]:
    if policy.validation.free_text is not None:
        return
    for name, table in policy.tables.items():
        for column_name, column in table.columns.items():
            if column.is_released_text:
                yield (
                    ("tables", name, "columns", column_name, "protect"),
                    "free text is released only if it is judged: add 'validate: {free_text: "
                    "{min_recall: 0.95}}' and label a sample with 'veilflow label'",
                )


def _protection(place: tuple[str, ...], column: ColumnPolicy) -> Iterator[Problem]:
    protect = column.protect
    if protect is None or protect.name == "drop":
        return
    if protect.is_custom:
        if not is_allowed(protect.name):
            yield (
                (*place, "protect"),
                f"{protect.name} isn't on this installation's allow-list; whoever runs it adds "
                "the name to the environment variable VEILFLOW_ALLOWED_TRANSFORMS",
            )
        return
    try:
        create_transform(protect.name, protect.parameters)
    except TransformError as error:
        yield (*place, "protect"), str(error)


def _anonymize(policy: Policy) -> Iterator[Problem]:
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
        for column_name, column in table.with_role("quasi").items():
            yield from _levels(("tables", name, "columns", column_name), column)
        unit = policy.unit_column(name)
        if unit in table.columns and table.with_role("quasi") and unit not in table.released:
            yield (
                ("tables", name, "columns", unit),
                "k counts people, and the judge counts them on the output: "
                "release the privacy unit as 'pseudonym'",
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


def _synthesize(policy: Policy) -> Iterator[Problem]:
    if policy.synthesize is None:
        return
    for name, rows in policy.synthesize.tables.items():
        place = ("synthesize", "tables", name)
        if name not in policy.tables:
            yield place, f"there is no table {name!r}"
        elif rows < 1:
            yield place, "ask for at least one row"
        elif not any(
            column.is_released and column.role in ("quasi", "sensitive", "insensitive")
            for column in policy.tables[name].columns.values()
        ):
            yield place, "has no column that may reach the synthesizer (identifiers and text don't)"


def _validate(policy: Policy) -> Iterator[Problem]:
    rules = policy.validation
    for table in rules.expectations:
        if table not in policy.tables:
            yield ("validate", "expectations", table), f"there is no table {table!r}"
    for table, columns in (rules.small_cells.tables if rules.small_cells else {}).items():
        place = ("validate", "small_cells", "tables", table)
        if table not in policy.tables:
            yield place, f"there is no table {table!r}"
            continue
        for column in columns:
            if column not in policy.tables[table].released:
                yield place, f"column {column!r} isn't released"
    sensitive = {name for table in policy.tables.values() for name in table.with_role("sensitive")}
    for key, rule in (("l_diversity", rules.l_diversity), ("t_closeness", rules.t_closeness)):
        if rule is None:
            continue
        if policy.anonymize is None:
            yield ("validate", key), "is asked of classes, so it needs an 'anonymize:' section"
        elif not sensitive:
            yield ("validate", key), "no released column has the role sensitive"
        for column in rule.columns:
            if column not in sensitive:
                yield ("validate", key), f"no released sensitive column is called {column!r}"
    if rules.t_closeness is not None and rules.t_closeness.hierarchy is not None:
        yield from _distances(rules.t_closeness.hierarchy)


def _distances(spec: HierarchyPolicy) -> Iterator[Problem]:
    """A distance needs each value apart at the first level and all joined at the last."""
    place = ("validate", "t_closeness", "hierarchy")
    try:
        hierarchy = build_hierarchy(spec)
    except PolicyError as error:
        yield place, str(error)
        return
    if hierarchy.root is None:
        yield place, "its last column must hold one label, usually *, that joins all values"
