"""What every transform is held to, Veilflow's own and yours.

from veilflow.testing import check_transform

def test_my_masker():
    check_transform(MyMasker(), ["Ann", "Zoë"])
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from veilflow.errors import ReleaseRefused
from veilflow.mask import KeyedTransform, Outcome, Transform
from veilflow.mask.column_type import output_of, taken_type

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BrokenPromise", "check_transform"]

_TEXTS = (
    "", " ", "a", "Ann", "Zoë O'Hara-Łuk", "e\u0301", "漢字", "🙂🙂", "line\nbreak", "\x00", "0",
    "-1.5", "2024-02-29", "078-05-1120", "+1 555 0100", "jane@example.org", "null", "x" * 5_000,
)  # fmt: skip
_TELLING = 8
_NUMBERS = (0, 1, -1, 7, 89, 90, 91, 127)


class BrokenPromise(AssertionError):
    """A transform doesn't do what every transform has to; the message says what."""


def check_transform(
    made: Transform | type[Transform], samples: Sequence[Any] = (), kind: pa.DataType | None = None
) -> None:
    """Raise BrokenPromise unless the transform keeps the rules below on many values.

    ``made`` is the transform with its parameters, or its class if it needs none. ``samples`` are
    values of your own, tried beside texts of many scripts (or small numbers for one that
    ``needs_numbers``); ``kind`` is the type of column they make up, text if not given.

    The rules: it can be pickled; as many values come out as go in, of the type that
    ``output_type`` declares; null stays null unless its guarantees say otherwise; an empty batch
    gives an empty one; equal values give equal output, however a column is cut into batches (not
    asked of one that says ``is_repeatable = False``); one that says ``conceals`` never returns its
    input, but for a fixed text; and no repr or refusal shows a key or a value.

    Not shown: that what comes out tells nothing about what went in. That is for you to judge.
    """
    import pyarrow as pa

    transform = made() if isinstance(made, type) else made
    of_numbers = transform.needs_numbers
    column = kind or (pa.int64() if of_numbers else pa.string())
    standard: tuple[Any, ...] = _NUMBERS if of_numbers else _TEXTS
    if kind is not None and not pa.types.is_string(kind):
        standard = ()
    values = pa.array([None, *standard, *samples, None, *samples, *standard], column)
    _check(pickle.loads(pickle.dumps(transform)) == transform, "it doesn't survive pickling")  # noqa: S301
    key = os.urandom(32)
    used = transform.keyed(key) if isinstance(transform, KeyedTransform) else transform
    shown = repr(used)
    _check(key.hex() not in shown and repr(key)[2:-1] not in shown, "its repr shows the key")
    declared = output_of("the column", transform, column)
    _check_batches(transform, used, values.cast(taken_type(transform, column)), declared)


def _check_batches(
    transform: Transform, used: Transform, values: pa.Array, declared: pa.DataType
) -> None:
    treatable = _treatable(used, values)
    outcome = _applied(used, treatable)
    whole = outcome.values
    _check(len(whole) == len(treatable), "another number of values comes out than goes in")
    _check(whole.type == declared, f"{whole.type} comes out, and output_type says {declared}")
    _check(len(_applied(used, treatable[:0]).values) == 0, "an empty batch doesn't stay empty")
    if transform.guarantees.null == "stays null":
        nulls = whole.filter(treatable.is_null())
        _check(nulls.null_count == len(nulls), "null doesn't stay null")
    if transform.is_repeatable:
        for size in (1, 2, 7):
            parts = [
                _applied(used, treatable[at : at + size]).values
                for at in range(0, len(treatable), size)
            ]
            cut = [value for part in parts for value in part.to_pylist()]
            _check(cut == whole.to_pylist(), f"batches of {size} give another output than one")
    if transform.conceals:
        _check_concealment(treatable.to_pylist(), whole.to_pylist())


def _treatable(used: Transform, values: pa.Array) -> pa.Array:
    """The values that aren't refused; each refusal must show no value."""
    import pyarrow as pa

    kept = []
    for value in values.to_pylist():
        try:
            _applied(used, pa.array([value], values.type))
        except ReleaseRefused as refused:
            # Shorter ones may be words of the sentence.
            is_telling = isinstance(value, str) and len(value) >= _TELLING
            _check(not (is_telling and value in str(refused)), "a refusal shows the value")
        else:
            kept.append(value)
    return pa.array(kept, values.type)


def _applied(used: Transform, values: pa.Array) -> Outcome:
    import pyarrow as pa

    units = pa.array(["a person"] * len(values), pa.string()) if used.needs_unit else None
    return used.apply_counted(values, units)


def _check_concealment(before: list[Any], after: list[Any]) -> None:
    """The same output for different values is a fixed text, which may be somebody's value."""
    fixed = {text for text in after if len({b for b, a in zip(before, after, strict=True)
                                            if a == text and b is not None}) > 1}  # fmt: skip
    for value, shown in zip(before, after, strict=True):
        same = value is not None and value != "" and value == shown and shown not in fixed
        _check(not same, "it says that it conceals, and returns a value as it is")


def _check(holds: bool, said: str) -> None:
    if not holds:
        raise BrokenPromise(said)
