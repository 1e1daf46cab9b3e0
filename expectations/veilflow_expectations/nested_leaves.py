"""The values inside JSON, one by one, each with the place where it stands.

Workers import this module. Written here again rather than taken from the code that masks: a leaf
that it forgets is still a leaf.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from veilflow.mask.nested_paths import EACH, parsed_path

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ELSEWHERE", "UNREADABLE", "leaves_of", "steps_of"]

Steps = tuple[tuple[str, bool], ...]

ELSEWHERE, UNREADABLE = -1, -2
"""The places of what no path leads to, and of texts that aren't JSON."""


def steps_of(paths: Sequence[str]) -> tuple[Steps, ...]:
    """The paths as steps, for :func:`leaves_of`."""
    return tuple(parsed_path(path) for path in paths)


def leaves_of(texts: pa.Array, paths: Sequence[Steps]) -> pa.Array:
    """For each text a list of its leaves: ``place``, the number of the path, and ``value``.

    What is inside a path's end belongs to the path, the names of keys there among it: whoever lets
    a whole object pass shows them too. Nulls, and empty objects and arrays, are no values.
    """
    import pyarrow as pa

    at = {steps: place for place, steps in enumerate(paths)}
    found = [None if text is None else list(_leaves(text, at)) for text in texts.to_pylist()]
    kind = pa.list_(pa.struct([("place", pa.int32()), ("value", pa.string())]))
    return pa.array(found, kind)


def _leaves(text: str, paths: dict[Steps, int]) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield {"place": UNREADABLE, "value": text}
        return
    for place, value in _walk(document, (), paths, ELSEWHERE):
        yield {"place": place, "value": value}


def _walk(
    value: Any, steps: Steps, paths: dict[Steps, int], place: int
) -> Iterator[tuple[int, str]]:
    place = paths.get(steps, place)
    if isinstance(value, dict):
        for name, inside in value.items():
            if place != ELSEWHERE:
                yield place, _text(name)
            yield from _walk(inside, (*steps, (name, False)), paths, place)
    elif isinstance(value, list):
        for inside in value:
            yield from _walk(inside, (*steps, (EACH, True)), paths, place)
    elif value is not None:
        yield place, _text(value)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    # Half a surrogate pair may stand in JSON and in no column.
    return text.encode("utf-8", "backslashreplace").decode()
