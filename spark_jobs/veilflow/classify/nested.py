"""Nested cells field by field: structs, arrays, maps, and JSON in texts.

The scalars of a nested column taken together are a mixture in which no type has a share that
counts, and the names of the fields say more than the column's own. So each field (the same path of
keys, places in arrays left out) is a column of its own here, with a verdict of its own; the column
is what its most revealing field is.

Keys of JSON and maps are data: they may be somebody's name. Evidence names a field only if its
keys are words that column names commonly use. Keys that are personal data themselves are found as
the values of a field without a name.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from veilflow.classify.column import ColumnSample, ColumnVerdict, kind_of
from veilflow.classify.contradictions import STRONG, UNMISTAKABLE
from veilflow.classify.headers import header_hints, is_known_word, tokens_of
from veilflow.classify.taxonomy import NONE, DataType

__all__ = ["Field", "combined", "fields_of"]

MOST_FIELDS = 100
"""Fields that are told apart; what further ones hold is looked at together, as the column's."""
MOST_LEAVES = 200
"""Scalars of one cell that are looked at."""
KEYS = "the keys"
"""The field of the keys of JSON and maps."""
_OPENING = ("{", "[")
_PROBED = 8
_SHOWN = 5
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],]')
_CLOSING = {"{": "}", "[": "]"}
_ROLES = ("identifier", "free_text", "sensitive", "quasi", "insensitive")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One path into a column's cells: how evidence calls it, and its values as a column."""

    label: str
    sample: ColumnSample = field(repr=False)


def fields_of(sample: ColumnSample) -> tuple[Field, ...]:
    """The fields of a nested column in the order of appearance; () for a plain one."""
    if kind_of(sample.physical_type) == "binary":
        return ()
    given = [value for value in sample.values if value is not None]
    if not any(str(value)[:1] in _OPENING for value in given[:_PROBED]):
        return ()
    found: dict[Path, list[str | None]] = {}
    keys: dict[str, None] = {}
    is_map = "map<" in sample.physical_type
    cells = 0
    for value in given:
        tree = _tree(str(value))
        if not isinstance(tree, (dict, list)):
            continue
        cells += 1
        for leaves, (path, leaf) in enumerate(_leaves(tree, keys, is_map)):
            if leaves >= MOST_LEAVES:
                break
            if path not in found and len(found) >= MOST_FIELDS:
                path = ()
            found.setdefault(path, []).append(leaf)
    if 2 * cells < len(given) or not any(found):
        return ()
    has_schema = "<" in sample.physical_type and not is_map
    made = [
        Field(
            ".".join(path) if has_schema else _label(path),
            _as_column(_column_name(sample.name, path), values),
        )
        for path, values in found.items()
    ]
    return tuple(made) if has_schema else (*made, Field(KEYS, _as_column("", list(keys))))


def combined(
    whole: ColumnVerdict,
    fields: Sequence[tuple[Field, ColumnVerdict]],
    taxonomy: Mapping[str, DataType],
) -> ColumnVerdict:
    """The verdict on the column: its most revealing field's, or that on all scalars together.

    The evidence names other fields' types as well.
    """
    told = [(one.label, verdict) for one, verdict in fields if _counts(one, verdict)]
    if not told:
        return whole
    told.sort(key=lambda entry: _revealing(entry[1]))
    label, first = told[0]
    by_whole = whole.type not in (NONE, first.type)
    if by_whole and _revealing(whole) < _revealing(first):
        notes = whole.evidence
        chosen = whole
        rest = told
    else:
        notes = (f"in {label or 'a field'}: {first.evidence[0]}", *first.evidence[1:])
        chosen = first
        rest = told[1:]
    others = dict.fromkeys(
        taxonomy[verdict.type].phrase for _, verdict in rest if verdict.type != chosen.type
    )
    also = (f"also holds {', '.join([*others][:_SHOWN])}",) if others else ()
    return ColumnVerdict(whole.name, chosen.type, chosen.role, chosen.score, (*notes, *also))


def _counts(one: Field, verdict: ColumnVerdict) -> bool:
    """Keys are words, if nothing strong says that they are people's."""
    is_identifier = verdict.score >= STRONG and verdict.role == "identifier"
    return verdict.type != NONE and (one.label != KEYS or is_identifier)


def _without_end(text: str) -> object:
    """The tree of a JSON document that was cut off: what was whole before the cut, or None."""
    open_brackets: list[str] = []
    end, closing = 0, ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in _CLOSING:
            open_brackets.append(_CLOSING[token])
        elif token in ("}", "]"):
            if not open_brackets or open_brackets.pop() != token:
                return None
            end, closing = match.end(), "".join(reversed(open_brackets))
        elif token == ",":
            end, closing = match.start(), "".join(reversed(open_brackets))
    return _loaded(text[:end] + closing) if end else None


def _tree(text: str) -> object:
    return _loaded(text) or _without_end(text) if text[:1] in _OPENING else None


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _of_python(text)


def _of_python(text: str) -> object:
    """What many tools write for JSON: the literals of Python, with quotes of another kind."""
    if text[1:2] not in ("'", "{") or "'" not in text:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _leaves(tree: object, keys: dict[str, None], is_map: bool) -> Iterator[tuple[Path, str | None]]:
    """Each scalar with its path, in order; the keys on the way are noted in ``keys``."""
    pending: list[tuple[Path, object]] = [((), tree)]
    while pending:
        path, node = pending.pop()
        if is_map and isinstance(node, list) and node and all(map(_is_pair, node)):
            node = dict(node)
        if isinstance(node, dict):
            keys.update(dict.fromkeys(node))
            pending.extend(((*path, key), inner) for key, inner in reversed(node.items()))
        elif isinstance(node, list):
            pending.extend((path, inner) for inner in reversed(node))
        else:
            yield path, _scalar(node)


def _is_pair(node: object) -> bool:
    return isinstance(node, list) and len(node) == 2 and isinstance(node[0], str)


def _scalar(node: object) -> str | None:
    if node is None:
        return None
    return str(node).lower() if isinstance(node, bool) else str(node)


def _as_column(name: str, values: Sequence[str | None]) -> ColumnSample:
    return ColumnSample(name, values, "string", len(values), sum(v is None for v in values), None)


def _column_name(column: str, path: Path) -> str:
    """The last key where it tells a type by itself, else what is around it as well."""
    if not path:
        return column
    last = path[-1]
    if any(hint.strength == 1.0 for hint in header_hints(last).values()):
        return last
    return " ".join((column, *path)[-2:])


def _label(path: Path) -> str:
    words = [tokens_of(key) for key in path]
    if all(found and all(map(is_known_word, found)) for found in words):
        return ".".join(path)
    return ""


def _revealing(verdict: ColumnVerdict) -> tuple[bool, int, bool, float]:
    """Sorts what must not be released first; an identifier of unknown kind after the others."""
    unmistakable = verdict.type in UNMISTAKABLE and verdict.score >= STRONG
    generic = verdict.type == "generic_id"
    return not unmistakable, _ROLES.index(verdict.role), generic, -verdict.score
