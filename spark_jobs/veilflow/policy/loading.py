"""From a YAML file to a checked policy; every problem is named with its file, line and key."""

from __future__ import annotations

import csv
import importlib.resources
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from veilflow.errors import PolicyError
from veilflow.policy.locations import (
    LocatedDocument,
    YamlProblem,
    located,
    parse_located,
    sentence,
)
from veilflow.policy.model import Policy
from veilflow.policy.rules import check_rules
from veilflow.policy.types_file import (
    TYPES_FILE,
    WordsProblem,
    installed_types_file,
    read_types_file,
    with_words,
)

__all__ = ["LoadedPolicy", "load_policy", "read_policy"]

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy, the file it came from, and where each of its lines was said."""

    policy: Policy
    path: Path
    origins: Mapping[KeyPath, str]

    def origin(self, *path: str | int) -> str:
        """``file:line``, ``preset NAME`` or ``default`` for the value at ``path``."""
        if path in self.origins:
            return self.origins[path]
        # A shorthand says everything below it: "sex: drop" is where the role was said, too.
        above = path[:-1]
        if above in self.origins and not any(place[:-1] == above for place in self.origins):
            return self.origins[above]
        return "default"


def load_policy(path: str | Path) -> Policy:
    """The policy in ``path``. Raises PolicyError that lists every problem, located."""
    return read_policy(path).policy


def read_policy(path: str | Path) -> LoadedPolicy:
    """Like :func:`load_policy`, and keeps where each line came from (``veilflow plan``)."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PolicyError(
            f"{path}: there is no such file.", remedy="'veilflow draft DATA' writes a first policy."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: can't be read as UTF-8 text ({type(error).__name__})") from None
    try:
        document = parse_located(text)
    except YamlProblem as problem:
        raise PolicyError(f"{path}:{problem.line}: {problem}") from None
    if not isinstance(document.data, dict):
        raise PolicyError(f"{path}:1: a policy is a mapping that starts with 'dataset:'")
    merged, origins = _with_preset(document, path)
    merged = _with_types(merged, document, path, origins)
    policy = _validated(_with_hierarchy_rows(merged, document, path), document, path)
    broken = [located(path, document, place, said) for place, said in check_rules(policy)]
    if broken:
        raise PolicyError(broken)
    return LoadedPolicy(policy, path, origins)


def _with_preset(
    document: LocatedDocument, path: Path
) -> tuple[dict[str, Any], dict[KeyPath, str]]:
    origins = {place: f"{path.name}:{line}" for place, line in document.lines.items() if place}
    name = document.data.get("extends")
    if not isinstance(name, str):
        return document.data, origins
    presets = importlib.resources.files("veilflow.policy.presets")
    resource = presets / f"{name}.yaml"
    if not name.isidentifier() or not resource.is_file():
        known = sorted(p.name[:-5] for p in presets.iterdir() if p.name.endswith(".yaml"))
        place = located(path, document, ("extends",), f"no such preset; use {', '.join(known)}")
        raise PolicyError(place)
    preset = parse_located(resource.read_text(encoding="utf-8"))
    for line in preset.lines:
        if line and line not in origins:
            origins[line] = f"preset {name}"
    return _merge(preset.data, document.data), origins


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        both = isinstance(value, dict) and isinstance(lower, dict)
        merged[key] = _merge(lower, value) if both else value  # type: ignore[arg-type]
    return merged


def _with_types(
    data: dict[str, Any], document: LocatedDocument, path: Path, origins: dict[KeyPath, str]
) -> dict[str, Any]:
    """Put the types of a file into the policy, so that they are part of its hash.

    The installation's file counts where the policy says nothing of types.
    """
    said = data.get("types")
    if isinstance(said, dict):
        try:
            return {**data, "types": with_words(said, path.parent)}
        except WordsProblem as problem:
            place = ("types", *problem.place)
            raise PolicyError(located(path, document, place, str(problem))) from None
    file = path.parent / said if isinstance(said, str) else None
    if said is None and "types" not in data:
        file = installed_types_file()
        if file is not None:
            origins[("types",)] = f"{TYPES_FILE} ({file.name})"
    return data if file is None else {**data, "types": read_types_file(file)}


def _with_hierarchy_rows(
    data: dict[str, Any], document: LocatedDocument, path: Path
) -> dict[str, Any]:
    """Put the rows of each CSV hierarchy into the policy, so that they are part of its hash."""
    problems = []
    for place, spec in _csv_hierarchies(data):
        delimiter = spec.get("delimiter", ";")
        if "rows" in spec or not isinstance(delimiter, str) or len(delimiter) != 1:
            continue
        try:
            with (path.parent / spec["csv"]).open(encoding="utf-8-sig", newline="") as lines:
                rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            said = f"the hierarchy file can't be read ({type(error).__name__}): {spec['csv']}"
            problems.append(located(path, document, place, said))
        else:
            spec["rows"] = rows
    if problems:
        raise PolicyError(problems)
    return data


def _csv_hierarchies(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    tables = data.get("tables")
    for table_name, table in tables.items() if isinstance(tables, dict) else ():
        columns = table.get("columns") if isinstance(table, dict) else None
        for name, column in columns.items() if isinstance(columns, dict) else ():
            spec = column.get("hierarchy") if isinstance(column, dict) else None
            if isinstance(spec, dict) and isinstance(spec.get("csv"), str):
                yield ("tables", table_name, "columns", name, "hierarchy", "csv"), spec
    for section in ("anonymize", "validate"):
        place: KeyPath = (section, "t_closeness", "hierarchy")
        below: Any = data
        for key in place:
            below = below.get(key) if isinstance(below, dict) else None
        if isinstance(below, dict) and isinstance(below.get("csv"), str):
            yield (*place, "csv"), below


def _validated(data: dict[str, Any], document: LocatedDocument, path: Path) -> Policy:
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        problems = [
            located(path, document, item["loc"], sentence(item["type"], item["msg"]))
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise PolicyError(problems) from None
