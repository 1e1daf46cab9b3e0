"""JSON in a column of text, masked path by path; what no path names is dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.keyless import Constant, Drop, Keep, Nullify, Redact
from veilflow.mask.nested_paths import Node
from veilflow.mask.nested_transforms import (
    applied,
    can_replace,
    inner_transforms,
    keyed_tree,
    linked_parts,
)
from veilflow.mask.outcome import OnInvalid, Outcome, Reason, settle
from veilflow.mask.registry import CheckedTransform, KeyedTransform, transform

if TYPE_CHECKING:
    import pyarrow as pa

    from veilflow.mask.contract import Transform
    from veilflow.mask.domain_key import DomainKey

__all__ = ["Json", "KeyedJson"]


@transform("json")
@dataclass(frozen=True)
class Json(KeyedTransform):
    """JSON in a text with the ``paths`` that are named, each masked by its transform, and no other.

    Paths are names and steps into every element of an array: ``$.patient.name``,
    ``$.contacts[*].email``, ``$['first name']``. A transform sees a text, a number or a truth value
    as it stands in the JSON; an object or array in its place is treated by ``keep``, ``drop``,
    ``nullify``, ``redact`` and ``constant``, and is invalid for others, by their ``on_invalid``. A
    text that isn't JSON (RFC 8259) is invalid by this transform's. The result is written anew: no
    blanks, of a name that comes twice the last, fractions as doubles have them.

    ``domains`` puts paths into linkage domains, as a column's ``domain`` does: what is equal there
    joins with columns, and other paths, of the domain that have the same transform.
    """

    paths: Mapping[str, Any]
    on_invalid: OnInvalid = "refuse"
    domains: Mapping[str, Any] = field(default_factory=dict)

    is_pseudonym = False
    guarantees = Guarantees(
        joins_within="what keyed transforms inside make: the same path of the linkage domain, or "
        "the domain that `domains` gives the path; other dates inside move by a shift of their own",
        empty="invalid",
        not_for="names of keys that are personal data themselves: keys on a path stay",
    )

    def __post_init__(self) -> None:
        inner = inner_transforms(self.paths)
        if any(made.needs_unit for made in inner.values()):
            object.__setattr__(self, "needs_unit", True)
        object.__setattr__(self, "counts_inside", can_replace(inner))
        linked_parts(self.paths, self.domains)

    @property
    def linked_parts(self) -> Mapping[str, KeyedTransform]:
        return linked_parts(self.paths, self.domains)

    def keyed(self, key: bytes) -> KeyedJson:
        """With a key of its own for each path, whatever ``domains`` says."""
        return self._keyed(key, {})

    def bound_with_parts(self, key: DomainKey, parts: Mapping[str, DomainKey]) -> KeyedJson:
        return self._keyed(key.material, parts)

    def _keyed(self, key: bytes, parts: Mapping[str, DomainKey]) -> KeyedJson:
        root = keyed_tree(inner_transforms(self.paths), key, parts)
        return KeyedJson(root, self.on_invalid, self.needs_unit)


@dataclass
class _Parts:
    """What one transform is applied to: values, where each belongs, and its row."""

    transform: Transform
    values: list[Any] = field(default_factory=list)
    places: list[tuple[Any, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


_WHOLE = (Keep, Nullify, Redact, Constant)


@dataclass(frozen=True)
class KeyedJson(CheckedTransform):
    """A :class:`Json` with the keys of its paths, made on the worker that uses it."""

    root: Node = field(repr=False)
    on_invalid: OnInvalid
    needs_unit: bool  # type: ignore[misc] # a class says it of others, the paths say it here

    takes_text = True
    name = Json.name

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        made, wrong, _ = self._masked(values, units)
        return made, wrong, Reason.WRONG_FORMAT

    def apply_counted(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        """Also marks the rows of which a part couldn't be treated."""
        import pyarrow as pa
        import pyarrow.compute as pc

        made, wrong, rows = self._masked(values, units)
        done = settle(made, wrong, self.on_invalid, self.name, Reason.WRONG_FORMAT)
        if not rows:
            return done
        inside = pa.array([row in rows for row in range(len(values))])
        return Outcome(done.values, pc.or_(wrong, inside))

    def _masked(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, set[int]]:
        """The documents, which texts are none, and the rows of which a part was replaced."""
        import pyarrow as pa

        texts = values.to_pylist()
        parsed = [None if text is None else _parsed(text) for text in texts]
        parts: dict[int, _Parts] = {}
        holders: list[list[Any]] = []
        for row, document in enumerate(parsed):
            holder: list[Any] = [None]
            holders.append(holder)
            if document is not None:
                _prune(self.root, document[0], holder, 0, row, parts)
        rows: set[int] = set()
        for part in parts.values():
            _mask(part, units, rows)
        made = [
            None if document is None else _written(holder[0])
            for document, holder in zip(parsed, holders, strict=True)
        ]
        wrong = [d is None and t is not None for d, t in zip(parsed, texts, strict=True)]
        return pa.array(made, pa.string()), pa.array(wrong, pa.bool_()), rows


def _parsed(text: str) -> tuple[Any] | None:
    """The document in a tuple, since it may be null; None if it isn't JSON."""
    try:
        document = json.loads(text, parse_constant=_refused)
        # Half a surrogate pair is JSON, and no text that could be stored.
        if "\\u" in text:
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return (document,)


def _refused(constant: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError


def _written(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _prune(
    node: Node, value: Any, holder: Any, place: Any, row: int, parts: dict[int, _Parts]
) -> bool:
    """Put what the paths leave of ``value`` into ``holder``; False if they leave nothing."""
    if node.transform is not None:
        if isinstance(node.transform, Drop):
            return False
        part = parts.setdefault(id(node), _Parts(node.transform))
        part.values.append(value)
        part.places.append((holder, place))
        part.rows.append(row)
        return True
    if isinstance(value, dict) and node.names:
        inside: Any = {name: None for name in value if name in node.names}
        for name in list(inside):
            if not _prune(node.names[name], value[name], inside, name, row, parts):
                del inside[name]
    elif isinstance(value, list) and node.each is not None:
        inside = [None] * len(value)
        for index, each in enumerate(value):
            _prune(node.each, each, inside, index, row, parts)
    else:
        return False
    holder[place] = inside
    return True


def _mask(part: _Parts, units: pa.Array | None, replaced: set[int]) -> None:
    """Apply the transform to the values of one path, those of one kind together."""
    import numpy as np
    import pyarrow as pa

    kinds: dict[str, list[int]] = {}
    for index, value in enumerate(part.values):
        kinds.setdefault(_kind(part.transform, value), []).append(index)
    for kind, chosen in kinds.items():
        rows = np.array([part.rows[index] for index in chosen])
        own = None if units is None else units.take(pa.array(rows))
        done = _masked(part.transform, kind, [part.values[i] for i in chosen], own)
        if done.invalid is not None:
            replaced.update(rows[done.invalid.to_numpy(zero_copy_only=False)].tolist())
        for index, masked in zip(chosen, done.values, strict=True):
            holder, place = part.places[index]
            holder[place] = masked


def _kind(transform: Transform, value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(transform, _WHOLE):
        return "whole"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if abs(value) < 2**63 else "other"
    return {str: "str", float: "float"}.get(type(value), "other")


@dataclass(frozen=True)
class _Done:
    """What became of the values of one path and kind."""

    values: list[Any]
    invalid: pa.BooleanArray | None = None


def _masked(transform: Transform, kind: str, values: list[Any], units: pa.Array | None) -> _Done:
    import pyarrow as pa

    if kind == "null" or isinstance(transform, Nullify):
        return _Done([None] * len(values))
    if isinstance(transform, Keep):
        return _Done(values)
    if kind == "whole":
        return _Done(transform.apply(pa.array(["x"] * len(values))).to_pylist())
    array = _column(transform, kind, values)
    if array is None:
        nothing, wrong = pa.nulls(len(values), pa.string()), pa.array([True] * len(values))
        name = transform.name or type(transform).__name__
        outcome = settle(nothing, wrong, _fallback(transform), name, Reason.WRONG_TYPE)
    else:
        outcome = applied(transform, array, units)
    return _Done([_plain(value) for value in outcome.values.to_pylist()], outcome.invalid)


def _fallback(transform: Transform) -> OnInvalid:
    fallback: OnInvalid = getattr(transform, "on_invalid", "refuse")
    return fallback


def _column(transform: Transform, kind: str, values: list[Any]) -> pa.Array | None:
    """The values as a column that the transform takes; None if there is none."""
    import pyarrow as pa

    if kind == "other":
        return None
    if transform.takes_text:
        return pa.array([v if kind == "str" else _written(v) for v in values], pa.string())
    given = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "str": pa.string()}
    candidates = [pa.array(values, given[kind])]
    if kind == "str":
        candidates += [array for array in (_days(values), _times(values)) if array is not None]
    for array in candidates:
        try:
            transform.output_type(array.type)
        except ValueError:
            continue
        return array
    return None


def _days(values: list[str]) -> pa.Array | None:
    import pyarrow as pa

    try:
        return pa.array([date.fromisoformat(value) for value in values], pa.date32())
    except ValueError:
        return None


def _times(values: list[str]) -> pa.Array | None:
    import pyarrow as pa

    try:
        times = [datetime.fromisoformat(value) for value in values]
        zoned = all(time.tzinfo is not None for time in times)
        return pa.array(times, pa.timestamp("us", "UTC" if zoned else None))
    except ValueError:
        return None


def _plain(value: Any) -> Any:
    """As JSON writes it: dates by ISO 8601, decimals as numbers."""
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
