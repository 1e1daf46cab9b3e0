"""k and the suppression limit written into a policy file; every other byte stays as it is."""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from veilflow.errors import PolicyError, UsageError
from veilflow.policy import load_policy
from veilflow.policy.locations import YamlProblem, parse_located

__all__ = ["PolicyEdit", "edited"]


@dataclass(frozen=True)
class PolicyEdit:
    """The text of a policy file as it was read, and as it shall be."""

    path: Path
    before: bytes
    after: bytes

    def diff(self) -> str:
        """What changes, as a unified diff; empty where nothing does."""
        before, after = (text.decode("utf-8").splitlines() for text in (self.before, self.after))
        name = self.path.name
        lines = difflib.unified_diff(
            before, after, f"{name} (before)", f"{name} (after)", n=1, lineterm=""
        )
        return "".join(f"{line}\n" for line in lines)

    def write(self) -> None:
        """Replace the file at once. Raises UsageError if it has changed since it was read."""
        path = self.path.resolve()
        partial = path.with_name(f".{path.name}.part")
        try:
            partial.write_bytes(self.after)
            load_policy(partial)
            shutil.copymode(path, partial)
            if path.read_bytes() != self.before:
                raise UsageError(
                    f"{self.path}: was changed meanwhile, and is left as it is.",
                    remedy="Explore again: what was found may no longer hold.",
                )
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)


def edited(path: Path, before: bytes, k: int, limit: float) -> PolicyEdit:
    """The policy file at ``path`` with this k and suppression limit.

    Values are replaced where they stand; what the file doesn't say is added to its ``anonymize:``
    section. Raises PolicyError, with the lines to write, for a file where that would change more.
    """
    text = before.decode("utf-8")
    wanted: dict[str, Any] = {"k": k, "suppression_limit": limit}
    after = _replaced(text, {key: repr(value) for key, value in wanted.items()})
    old, new = parse_located(text).data, _parsed(after)
    asked = {**(old.get("anonymize") or {}), **wanted}
    if new != {**old, "anonymize": asked}:
        raise PolicyError(
            f"{path}: k and suppression_limit can't be edited in place, for they stand there in "
            "a way (an alias, a merge) that other lines share.",
            remedy=f"Write them by hand: 'k: {k}' and 'suppression_limit: {limit!r}'.",
        )
    return PolicyEdit(path, before, after.encode("utf-8"))


def _parsed(text: str) -> Any:
    try:
        return parse_located(text).data
    except YamlProblem:
        return None


def _replaced(text: str, wanted: dict[str, str]) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    section = _value(root, "anonymize")
    if not isinstance(section, yaml.MappingNode) or not section.value:
        return _appended(text, wanted)
    edits = list(_edits(text, section, wanted))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edits(
    text: str, section: yaml.MappingNode, wanted: dict[str, str]
) -> Iterator[tuple[int, int, str]]:
    """Start, end and new text of each place; at one place the later of ``wanted`` comes first."""
    missing = []
    for key, new in wanted.items():
        node = _value(section, key)
        if node is None:
            missing.append(f"{key}: {new}")
        else:
            yield node.start_mark.index, node.end_mark.index, new
    if not missing:
        return
    first = section.value[0][0].start_mark
    if section.flow_style:
        yield first.index, first.index, "".join(f"{line}, " for line in missing)
        return
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = " " * first.column
    yield first.index, first.index, "".join(f"{line}{newline}{indent}" for line in missing)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    found: list[yaml.Node] = [value for name, value in pairs if name.value == key]
    return found[0] if found else None


def _appended(text: str, wanted: dict[str, str]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = ["anonymize:", *(f"  {key}: {new}" for key, new in wanted.items()), ""]
    return text + ("" if text.endswith("\n") else newline) + newline.join(lines)
