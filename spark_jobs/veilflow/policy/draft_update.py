"""A patch for a policy whose source has changed: the changed columns only, everything else stays.

What a person decided is never edited: a new column gets a line, one that vanished is commented out
with its decision, and one that now looks like something else gets a comment above its line. A
finding that the policy settles (the found type is declared, or ``none``) isn't told again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from veilflow.classify import ColumnSample, ColumnVerdict, CustomTypes, contradiction
from veilflow.errors import PolicyError
from veilflow.policy.draft import DraftTable, column_line, yaml_key
from veilflow.policy.locations import YamlProblem, parse_located
from veilflow.policy.model import Policy

__all__ = ["ColumnChange", "PolicyUpdate", "SettledColumn", "update_policy"]

# What YAML counts as the end of a line, which is less than str.splitlines does.
_LINE_ENDS = re.compile(r"(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n)")
Change = Literal["new", "vanished", "re-typed"]


@dataclass(frozen=True)
class ColumnChange:
    """One column that isn't as the policy has it, with what the patch proposes and why."""

    table: str
    column: str
    change: Change
    proposal: str
    why: str


@dataclass(frozen=True)
class SettledColumn:
    """A column that would contradict the policy, had no person decided about it, and why they did.

    ``found`` is what it looks like, ``type`` and ``reason`` are the policy's words.
    """

    table: str
    column: str
    found: str
    type: str
    reason: str | None


@dataclass(frozen=True)
class PolicyUpdate:
    """The policy's text with the patch applied, and each change; the same text without one."""

    text: str
    changes: tuple[ColumnChange, ...]
    settled: tuple[SettledColumn, ...] = ()


def update_policy(text: str, policy: Policy, tables: Mapping[str, DraftTable]) -> PolicyUpdate:
    """Hold ``tables`` (by the policy's names) against the policy that ``text`` spells.

    Raises PolicyError, with the lines to write by hand, where an edit in place would change more
    than the columns that changed (aliases, merges, columns that come from a preset).
    """
    changes = tuple(
        change for name, table in tables.items() for change in _changes(policy, name, table)
    )
    after = _patched(text, changes)
    expected = _expected(parse_located(text).data, changes)
    if _parsed(after) != expected:
        by_hand = [f"tables.{c.table}.columns: {c.proposal}" for c in changes]
        raise PolicyError(
            ["the columns can't be edited in place, for they stand there in a way that other lines "
             "share (an alias, a merge, a flow)", *by_hand],
            remedy="Write these lines by hand.",
        )  # fmt: skip
    settled = tuple(one for name, table in tables.items() for one in _settled(policy, name, table))
    return PolicyUpdate(after, changes, settled)


def _settled(policy: Policy, name: str, table: DraftTable) -> Iterator[SettledColumn]:
    for verdict in table.verdicts:
        said = policy.tables[name].columns.get(verdict.name)
        if said is None or said.type is None:
            continue
        told = [
            contradiction(verdict, said.role, declared, said.treatment, policy.custom_types)
            for declared in (None, said.type)
        ]
        if told[0] is not None and told[1] is None:
            yield SettledColumn(name, verdict.name, verdict.type, said.type, said.reason)


def _changes(policy: Policy, name: str, table: DraftTable) -> Iterator[ColumnChange]:
    listed = policy.tables[name].columns
    there = {sample.name for sample in table.samples}
    unit = policy.unit_column(name)
    for sample, verdict in zip(table.samples, table.verdicts, strict=True):
        if verdict.name not in listed:
            yield _new(name, sample, verdict, policy.custom_types)
            continue
        column = listed[verdict.name]
        against = contradiction(
            verdict, column.role, column.type, column.treatment, policy.custom_types
        )
        if against is not None and verdict.name != unit:
            proposal = f"# review: {_one_line(against)}"
            yield ColumnChange(name, verdict.name, "re-typed", proposal, _one_line(against))
    for column_name in listed:
        if column_name not in there:
            proposal = f"# vanished from the source: {yaml_key(column_name)}"
            yield ColumnChange(name, column_name, "vanished", proposal, "isn't in the source")


def _new(
    table: str, sample: ColumnSample, verdict: ColumnVerdict, types: CustomTypes
) -> ColumnChange:
    # The unit is settled: a new column is never made one.
    spec, reason = column_line(sample, verdict, None, types)
    line = f"{yaml_key(verdict.name)}: {spec}  # new: {_one_line(reason)}"
    return ColumnChange(table, verdict.name, "new", line, _one_line(reason))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _patched(text: str, changes: tuple[ColumnChange, ...]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [line for line in _LINE_ENDS.split(text) if line]
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits: dict[int, list[str]] = {}
    for table in dict.fromkeys(change.table for change in changes):
        columns = _value(_value(_value(root, "tables"), table), "columns")
        if not isinstance(columns, yaml.MappingNode) or columns.flow_style or not columns.value:
            continue
        places = {key.value: (key, value) for key, value in columns.value}
        indent = " " * columns.value[0][0].start_mark.column
        for change in (one for one in changes if one.table == table):
            if change.change == "new":
                end = _last_line(columns)
                edits.setdefault(end + 1, []).append(f"{indent}{change.proposal}{newline}")
                continue
            if change.column not in places:
                continue
            key, value = places[change.column]
            start = key.start_mark.line
            if start and lines[start - 1].strip() == change.proposal:
                continue  # said by an earlier patch
            edits.setdefault(start, []).insert(0, f"{indent}{change.proposal}{newline}")
            if change.change == "vanished":
                for number in range(start, max(start, _last_line(value)) + 1):
                    lines[number] = f"{indent}# {lines[number].removeprefix(indent)}"
    for number in sorted(edits, reverse=True):
        lines[number:number] = edits[number]
    return "".join(lines) if changes else text


def _last_line(node: yaml.Node) -> int:
    """The last line on which something of ``node`` stands; trailing comments aside."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1])
    mark = node.end_mark
    return int(mark.line - 1 if mark.column == 0 and mark.line else mark.line)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    found: list[yaml.Node] = [value for name, value in pairs if name.value == key]
    return found[0] if found else None


def _expected(data: Any, changes: tuple[ColumnChange, ...]) -> Any:
    for change in changes:
        columns = (data.get("tables") or {}).get(change.table, {}).get("columns", {})
        if change.change == "new":
            columns[change.column] = yaml.safe_load(change.proposal)[change.column]
        elif change.change == "vanished":
            columns.pop(change.column, None)
    return data


def _parsed(text: str) -> Any:
    try:
        return parse_located(text).data
    except YamlProblem:
        return None
