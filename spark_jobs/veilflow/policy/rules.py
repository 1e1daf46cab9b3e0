"""What must hold between the parts of a policy. Each broken rule is (path, sentence)."""

from __future__ import annotations

from collections.abc import Iterator

from veilflow.errors import UsageError
from veilflow.mask import TransformError, create_transform, is_allowed
from veilflow.policy.anonymize_rules import check_anonymize, sensitive_rule
from veilflow.policy.columns import ColumnPolicy
from veilflow.policy.custom_types import type_problems
from veilflow.policy.entity_rules import check_entity_names
from veilflow.policy.linkage import check_linkage
from veilflow.policy.model import Policy
from veilflow.policy.permute_rules import check_permuted
from veilflow.vault import open_vault

__all__ = ["Problem", "check_rules"]

Problem = tuple[tuple[str | int, ...], str]


def check_rules(policy: Policy) -> list[Problem]:
    """Every broken rule with the path of the line to change; empty when the policy holds."""
    return [
        *_types(policy),
        *_units(policy),
        *_columns(policy),
        *check_linkage(policy),
        *check_permuted(policy),
        *_free_text(policy),
        *check_entity_names(policy),
        *check_anonymize(policy),
        *_synthesize(policy),
        *_validate(policy),
        *_vault(policy),
    ]


def _types(policy: Policy) -> Iterator[Problem]:
    for place, sentence in type_problems(policy.types):
        yield ("types", *place), sentence


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
            yield from _protection(place, column, policy.unit_column(name) is not None)


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


def _protection(place: tuple[str, ...], column: ColumnPolicy, has_unit: bool) -> Iterator[Problem]:
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
        transform = create_transform(protect.name, protect.parameters)
    except TransformError as error:
        yield (*place, "protect"), str(error)
        return
    if transform.needs_unit and not has_unit:
        yield (
            (*place, "protect"),
            f"{protect.name} treats all rows of a person alike: add 'privacy_unit: COLUMN'",
        )


def _vault(policy: Policy) -> Iterator[Problem]:
    try:
        open_vault(policy.publish.vault.replace("$VEILFLOW_HOME", "/home"))
    except UsageError as error:
        yield ("publish", "vault"), str(error)


def _synthesize(policy: Policy) -> Iterator[Problem]:
    if policy.synthesize is None:
        return
    for name, rows in policy.synthesize.tables.items():
        place = ("synthesize", "tables", name)
        if name not in policy.tables:
            yield place, f"there is no table {name!r}"
        elif policy.tables[name].microaggregated:
            yield (
                place,
                "has a microaggregated column, which isn't synthesised; give it a hierarchy",
            )
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
    for key in ("l_diversity", "t_closeness"):
        rule = getattr(rules, key)
        if rule is not None and policy.anonymize is None:
            yield ("validate", key), "is asked of classes, so it needs an 'anonymize:' section"
        elif rule is not None:
            yield from sensitive_rule(policy, ("validate", key), rule)
