"""From a sample to what detectors look at: distinct, cleaned, capped values and their shape."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from veilflow.classify.column import ColumnSample, Kind, kind_of
from veilflow.classify.headers import fold
from veilflow.classify.words import FLAGS, NULL_LIKE

__all__ = [
    "MAX_CELL",
    "MAX_LEAVES",
    "MAX_VALUES",
    "MIN_ROWS_FOR_UNIQUENESS",
    "Profile",
    "profile",
    "scalars",
]

MAX_CELL = 2_048
"""Characters of one cell that are looked at; the rest can neither speed nor slow a pattern."""
MAX_VALUES = 10_000
"""Distinct values of one column that are looked at."""
MAX_LEAVES = 50
"""Values taken out of one nested cell or one cell of JSON text."""
MIN_ROWS_FOR_UNIQUENESS = 20
"""With fewer values, all different proves nothing."""

_BLANKS: dict[int, str | None] = {
    **dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F, 0x3000), " "),
    # Marks that don't print: soft hyphens, joiners, the direction of writing, byte-order marks.
    **dict.fromkeys((0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0xFEFF)),
    **dict.fromkeys((0x2060, *range(0x2066, 0x206A))),
}
_WHOLE_FLOAT = re.compile(r"[+-]?[0-9]{1,30}(?:\.0{1,6})?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:[.,][0-9]{1,30})?(?:[eE][+-]?[0-9]{1,4})?")


class Profile(NamedTuple):
    """The cleaned distinct values of a column, and its shape. No ``repr`` shows a value.

    ``words``: the folded words of text. ``is_flag``: only words like yes, no, active.
    ``uniqueness``: different values for each non-null row, or None where the sample can't tell.
    ``repetition``: rows for each different value. Engines estimate the number of different values,
    so nearly all of it counts as all. (A tuple is made in a quarter of a frozen dataclass's time.)
    """

    values: tuple[str, ...]
    kind: Kind
    characters: frozenset[str]
    words: frozenset[str]
    has_digits: bool
    lengths: tuple[int, int]
    is_flag: bool
    distinct: int
    uniqueness: float | None
    repetition: float
    median_length: int
    mean_words: float

    def __repr__(self) -> str:
        return f"Profile(kind={self.kind!r}, distinct={self.distinct})"


def profile(sample: ColumnSample) -> Profile:
    """The profile of a sample. Null-like texts are left out; binary cells give no values."""
    kind = kind_of(sample.physical_type)
    raw = () if kind == "binary" else sample.values
    values, kind = _typed(_distinct(raw), kind)
    distinct = sample.distinct if sample.distinct is not None else len(values)
    knows_rows = sample.distinct is not None or len(sample.values) >= sample.rows
    enough = knows_rows and sample.rows >= MIN_ROWS_FOR_UNIQUENESS and distinct > 0
    seen = _non_null_rows(sample) if enough else 0
    judged = seen >= MIN_ROWS_FOR_UNIQUENESS
    lengths = sorted(map(len, values)) or [0]
    joined = "".join(values)
    characters = frozenset(joined)
    return Profile(
        values=values,
        kind=kind,
        characters=characters,
        words=_words(values) if kind in ("text", "nested") else frozenset(),
        has_digits=not characters.isdisjoint("0123456789"),
        lengths=(lengths[0], lengths[-1]),
        is_flag=_is_flag(values),
        distinct=distinct,
        uniqueness=min(1.0, distinct / seen) if judged else None,
        repetition=seen / distinct if judged else 1.0,
        median_length=lengths[len(lengths) // 2],
        mean_words=joined.count(" ") / (len(values) or 1) + 1,
    )


_LETTERS = re.compile(r"[^\W\d_]+")


def _words(values: tuple[str, ...]) -> frozenset[str]:
    """All words of all values, folded: what isn't among them needn't be looked for in any value."""
    return frozenset(_LETTERS.findall(fold("\n".join(values))))


def _typed(values: tuple[str, ...], kind: Kind) -> tuple[tuple[str, ...], Kind]:
    """The values with the kind that they have in fact, where an engine calls numbers text.

    Whole numbers lose a ".0": with gaps they become floats in many tools, and 94107.0 is a
    postcode.
    """
    if kind not in ("text", "integer", "decimal") or not values:
        return values, kind
    if not _NUMBER.fullmatch(values[0]):
        return values, "text" if kind == "text" else kind
    if all(map(_WHOLE_FLOAT.fullmatch, values)):
        whole = dict.fromkeys(value.partition(".")[0] for value in values)
        return tuple(whole), "integer"
    if not all(map(_NUMBER.fullmatch, values)):
        return values, "text" if kind == "text" else kind
    return values, "decimal"


def _non_null_rows(sample: ColumnSample) -> int:
    if len(sample.values) >= sample.rows:
        return sum(value is not None and str(value)[:20].strip() != "" for value in sample.values)
    return max(0, sample.rows - sample.nulls)


def _distinct(raw: Iterable[object]) -> tuple[str, ...]:
    """Each different cleaned text once, in the order of appearance; the first ``MAX_VALUES``."""
    seen: dict[str, None] = {}
    for value in dict.fromkeys(map(_capped, raw)):
        if value is None:
            continue
        for leaf in _leaves(value) if value[:1] in _OPENING else (value,):
            text = leaf.strip() if leaf.isascii() else _cleaned(leaf)
            if text.lower() not in NULL_LIKE:
                seen[text] = None
        if len(seen) >= MAX_VALUES:
            return tuple(islice(seen, MAX_VALUES))
    return tuple(seen)


def _capped(value: object) -> str | None:
    """The start of a cell as text; bytes say nothing that a text pattern could trust."""
    if isinstance(value, str):
        return value[:MAX_CELL]
    if value is None or isinstance(value, (bytes, bytearray, memoryview)):
        return None
    return str(value)[:MAX_CELL]


def _cleaned(text: str) -> str:
    """Without blanks around it and marks that don't print, its letters composed with accents."""
    return unicodedata.normalize("NFC", text.translate(_BLANKS)).strip()


_FLAGS_AND_DIGITS = FLAGS | {"0", "1"}
_OPENING = ("{", "[")
_CUT_SCALAR = re.compile(r'"((?:[^"\\]|\\.){0,400})"(?!\s{0,3}:)|(-?[0-9][0-9.eE+-]{0,30})')


def _leaves(text: str) -> Iterator[str]:
    """The scalar values inside a cell of JSON; what only begins like JSON is its own only leaf.

    A document that was cut at ``MAX_CELL`` gives those of its scalars that are whole.
    """
    if len(text) >= MAX_CELL:
        found = _CUT_SCALAR.finditer(text)
        whole = [match[1] or match[2] for match in islice(found, MAX_LEAVES)]
        yield from whole if len(whole) > 1 else [text]
        return
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        yield text
        return
    yield from islice(scalars(tree), MAX_LEAVES)


def scalars(tree: object) -> Iterator[str]:
    """The non-null scalars of a tree of dicts and lists as text, in order, at any depth."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            pending.extend(reversed(node.values()))
        elif isinstance(node, (list, tuple)):
            pending.extend(reversed(node))
        elif node is not None:
            yield str(node)


def _is_flag(values: tuple[str, ...]) -> bool:
    if not values or len(values) > 12 or len(values[0]) > 14:
        return False
    if fold(values[0]) not in _FLAGS_AND_DIGITS:
        return False
    folded = {fold(value) for value in values}
    if not folded <= _FLAGS_AND_DIGITS:
        return False
    # A lone F is a sex as well; only words and pairs are told apart from codes.
    return any(len(word) > 1 for word in folded) or {"t", "f"} <= folded or {"y", "n"} <= folded
