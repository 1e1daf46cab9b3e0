"""YAML with a memory: plain data plus the line of every key, and no duplicate keys."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as PathOfFile
from typing import Any

import yaml

__all__ = ["LocatedDocument", "YamlProblem", "located", "parse_located", "sentence"]

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class LocatedDocument:
    """Parsed YAML and, for each path of keys and indexes, its line (from 1)."""

    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of ``path``, or of its nearest ancestor that the file holds."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class YamlProblem(Exception):
    """A file that isn't usable YAML: ``line`` and a sentence without the file's content."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def parse_located(text: str) -> LocatedDocument:
    """Parse one YAML document, keeping lines. Anchors work; tags that build objects don't."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError:
        raise YamlProblem(1, "not valid YAML: a character that YAML doesn't allow") from None
    try:
        node = loader.get_single_node()
        if node is None:
            raise YamlProblem(1, "the file is empty")
        lines: dict[Path, int] = {}
        return LocatedDocument(_build(loader, node, (), lines), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(
            mark.line + 1 if mark else 1, f"not valid YAML: {error.problem or error.context}"
        ) from None
    finally:
        loader.dispose()


def _build(loader: yaml.SafeLoader, node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        built: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise YamlProblem(line, "a key must be text; put it in quotes")
            if key in built:
                raise YamlProblem(line, f"the key {key!r} stands here twice")
            lines[(*path, key)] = line
            built[key] = _build(loader, value_node, (*path, key), lines)
        return built
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(loader, item, (*path, index), lines) for index, item in enumerate(node.value)
        ]
    return loader.construct_object(node)


def located(file: PathOfFile, document: LocatedDocument, place: Path, said: str) -> str:
    """``file:line: key: said``, the way every problem of a document is told."""
    place = tuple(part for part in place if part != "[key]")
    shown = ".".join(str(part) for part in place) or "policy"
    return f"{file}:{document.line(place)}: {shown}: {said}"


def sentence(kind: str, message: str) -> str:
    """What pydantic says about a place, in our words and without the input."""
    if kind == "extra_forbidden":
        return "unknown key; check its spelling and where it stands"
    if kind == "missing":
        return "is missing; add it"
    if kind == "string_too_short":
        return "is empty; fill it in"
    return message.removeprefix("Value error, ")
