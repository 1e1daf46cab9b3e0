"""Paths into nested values: ``address.city``, ``contacts[].email``, and JSON's ``$.contacts[*]``.

A path is names and steps into every element of an array. Only these two steps exist: no filters,
no recursive descent, no single elements, so that what a path reaches can be read off it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from veilflow.mask.registry import Transform

__all__ = ["EACH", "Node", "parsed_path", "tree"]

EACH = "[]"
"""The step into every element of an array. No name: names with brackets are quoted."""

_NAME = r"[^.\[\]'\"$*\s]+"
_STEP = re.compile(
    rf"\.(?P<name>{_NAME})|\[\*?\](?P<each>)|\['(?P<single>[^']+)'\]|\[\"(?P<double>[^\"]+)\"\]"
)


@dataclass(frozen=True)
class Node:
    """What is done at one place of a nested value: a transform, or something further inside."""

    transform: Transform | None = None
    names: Mapping[str, Node] = field(default_factory=dict)
    each: Node | None = None


def parsed_path(text: str) -> tuple[tuple[str, bool], ...]:
    """The steps of a path: names with False, and (:data:`EACH`, True). Raises ValueError."""
    rest = text[1:] if text.startswith("$") else text if text.startswith("[") else f".{text}"
    steps = []
    place = 0
    while place < len(rest):
        match = _STEP.match(rest, place)
        if match is None:
            raise ValueError(
                f"{text!r} isn't a path; write names with dots and [] or [*] for every element, "
                "like contacts[].email or $.contacts[*].email"
            )
        name = match["name"] or match["single"] or match["double"]
        steps.append((EACH, True) if name is None else (name, False))
        place = match.end()
    if not steps:
        raise ValueError(f"{text!r} is the whole value; name something inside it")
    return tuple(steps)


def tree(transforms: Mapping[str, Transform]) -> Node:
    """All paths in one tree. Raises ValueError if one path leads through another's end."""
    if not transforms:
        raise ValueError("give at least one path; what no path names is dropped")
    return _node({parsed_path(path): made for path, made in transforms.items()})


def _node(paths: Mapping[tuple[tuple[str, bool], ...], Transform]) -> Node:
    ends = [made for steps, made in paths.items() if not steps]
    if ends and len(paths) > 1:
        raise ValueError("a path leads through the end of another; give one of them")
    if ends:
        return Node(ends[0])
    firsts = dict.fromkeys(steps[0] for steps in paths)
    inside = {
        first: _node({steps[1:]: made for steps, made in paths.items() if steps[0] == first})
        for first in firsts
    }
    names = {name: node for (name, is_each), node in inside.items() if not is_each}
    return Node(names=names, each=inside.get((EACH, True)))
