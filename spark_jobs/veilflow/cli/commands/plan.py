"""plan: show the effective policy and what would be done to each column, without doing it.

Every line says where it was decided: in the policy (file and line), in a preset, or by default.
If the source is there, its columns are held against the policy too, and hierarchies that look at
the data are settled and shown as a run that started now would use them.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from typing import TYPE_CHECKING, Any

from veilflow.cli.console import print_json, print_table

if TYPE_CHECKING:
    from veilflow.policy import ColumnPolicy, LoadedPolicy, Policy

__all__ = ["NAME", "add_arguments", "run"]

NAME = "plan"
_WIDE, _INSET = 100, " " * 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The policy, and a stricter k to try."""
    parser.add_argument("policy", help="the policy file")
    parser.add_argument("--k", type=int, help="a stricter k than the policy's")


def run(arguments: argparse.Namespace) -> int:
    """Print the plan; 2 if the source has columns that the policy doesn't settle."""
    from veilflow.errors import PolicyError, SourceError
    from veilflow.pipeline import RunParameters, stages_for
    from veilflow.pipeline.pin import check_source_columns, effective_policy, without_vanished
    from veilflow.pipeline.settle import settle
    from veilflow.policy import policy_sha256, read_policy

    loaded = read_policy(arguments.policy)
    policy = effective_policy(loaded.policy, RunParameters(k=arguments.k))
    problems: list[str] = []
    try:
        tables = check_source_columns(policy, loaded.path)
        policy = settle(without_vanished(policy, tables), tables)
        source = "every column of the source is settled"
    except PolicyError as error:
        problems = list(error.problems)
        source = f"{len(problems)} problems with the source's columns"
    except SourceError as error:
        source = f"source not checked: {error}"
    columns = [
        _column(loaded, policy, table, name, column)
        for table, rules in policy.tables.items()
        for name, column in rules.columns.items()
    ]
    hierarchies = [
        _hierarchy(loaded, table, name, column)
        for table, rules in policy.tables.items()
        for name, column in rules.class_key.items()
    ]
    settings = [
        {"setting": ".".join(path), "value": value, "from": loaded.origin(*path)}
        for path, value in _settings(policy.to_json())
    ]
    if arguments.json:
        print_json(
            {
                "dataset": policy.dataset,
                "policy_sha256": policy_sha256(policy),
                "stages": stages_for(policy),
                "settings": settings,
                "columns": columns,
                "hierarchies": hierarchies,
                "source": source,
                "problems": problems,
            }
        )
    else:
        print(f"{policy.dataset}: {' -> '.join(stages_for(policy))}")
        print(f"policy SHA-256 {policy_sha256(policy)}\n")
        print_table(("setting", "value", "from"), [list(row.values()) for row in settings])
        print()
        print_table(
            ("table", "column", "role", "what is done", "key", "from"),
            [[value for key, value in row.items() if key != "promises"] for row in columns],
        )
        _print_promises(columns)
        for row in hierarchies:
            chosen = f"  (chosen by {row['chosen_by']})" if row["chosen_by"] else ""
            print(f"\n{row['table']}.{row['column']}: {row['hierarchy']}{chosen}")
            for line in row["levels"]:
                print(f"  {line}")
        print(f"\n{source}")
        for problem in problems:
            print(f"  {problem}")
    return 2 if problems else 0


def _print_promises(columns: list[dict[str, Any]]) -> None:
    """What is promised of each released column, lines wrapped below its name."""
    told = [row for row in columns if row["promises"]]
    if told:
        print("\nwhat the transforms promise (the judge checks some of it on the output)")
    for row in told:
        print(f"  {row['table']}.{row['column']}")
        text = "; ".join(row["promises"])
        print(textwrap.fill(text, _WIDE, initial_indent=_INSET, subsequent_indent=_INSET))


def _column(
    loaded: LoadedPolicy, policy: Policy, table: str, name: str, column: ColumnPolicy
) -> dict[str, Any]:
    from veilflow.policy.promises import promises_of

    return {
        "table": table,
        "column": name,
        "role": column.role,
        "what": treatment_text(column),
        "key": column.sensitivity_class if column.is_released else "",
        "from": loaded.origin("tables", table, "columns", name),
        "promises": promises_of(policy, table, name),
    }


def _hierarchy(loaded: LoadedPolicy, table: str, name: str, column: ColumnPolicy) -> dict[str, Any]:
    """The hierarchy as a line for the policy, and what each of its levels shows."""
    from veilflow.policy.hierarchies import build_hierarchy

    said = loaded.policy.tables[table].columns[name].hierarchy
    is_open = column.hierarchy is not None and column.hierarchy.needs_data
    return {
        "table": table,
        "column": name,
        "hierarchy": "redact" if column.hierarchy is None else column.hierarchy.as_said(),
        "chosen_by": said.kind if said is not None and said.needs_data else "",
        "levels": [] if is_open else build_hierarchy(column.hierarchy).describe().split("\n"),
    }


def treatment_text(column: ColumnPolicy) -> str:
    """What happens to a column, in a phrase: the transform with its parameters, or the levels."""
    from veilflow.policy.hierarchies import build_hierarchy

    if column.microaggregate is not None:
        phrase = f"microaggregate ({column.microaggregate} of each class)"
    elif column.protect is not None:
        given = ", ".join(
            f"{k} {_listed(v) if isinstance(v, list) else v}"
            for k, v in column.protect.parameters.items()
        )
        phrase = f"{column.protect.name} ({given})" if given else column.protect.name
    elif column.hierarchy is not None and column.hierarchy.needs_data:
        phrase = f"generalize: {column.hierarchy.kind}"
    else:
        names = build_hierarchy(column.hierarchy).level_names
        top = len(names) - 1 if column.max_level is None else column.max_level
        phrase = "generalize: " + " > ".join(names[column.min_level : top + 1])
    return phrase if column.cast is None else f"as {column.cast}, {phrase}"


def _settings(
    data: dict[str, Any], path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for key, value in data.items():
        if (key == "columns" and path[:1] == ("tables",)) or (key == "rows" and "csv" in data):
            continue
        if isinstance(value, dict) and value:
            found += _settings(value, (*path, key))
        elif value not in (None, [], {}):
            found.append(((*path, key), _listed(value) if isinstance(value, list) else value))
    return found


def _listed(values: list[Any]) -> str:
    """A list in one line; what a policy lists beside words and numbers is shown as JSON."""
    return ", ".join(
        json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
        for value in values
    )
