"""A cell as a text that a sample keeps: of bounded length, nested values pruned."""

from __future__ import annotations

import json
from itertools import islice

from veilflow.classify.values import MAX_CELL, MAX_LEAVES

__all__ = ["cell_text"]

_DEEPEST = 20


def cell_text(value: object) -> str | None:
    """A scalar as text, a nested value as JSON of bounded size."""
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        return _nested_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:MAX_CELL]


def _nested_text(value: object) -> str:
    """JSON that holds the keys, too; a value of it is cut before the whole would be."""
    pruned = _pruned(value, _DEEPEST)
    return json.dumps(pruned, ensure_ascii=False, separators=(",", ":"))[:MAX_CELL]


def _pruned(value: object, deeper: int) -> object:
    if isinstance(value, str):
        return value[: MAX_CELL // 8]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if not deeper:
        return ""
    if isinstance(value, dict):
        some = islice(value.items(), MAX_LEAVES)
        return {str(key)[: MAX_CELL // 8]: _pruned(inner, deeper - 1) for key, inner in some}
    if isinstance(value, (list, tuple)):
        return [_pruned(inner, deeper - 1) for inner in islice(value, MAX_LEAVES)]
    return "" if isinstance(value, bytes) else str(value)[: MAX_CELL // 8]
