"""Structs and arrays, masked field by field; what no path names is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from veilflow.mask.column_type import taken_type
from veilflow.mask.contract import Transform
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.keyless import Drop
from veilflow.mask.nested_paths import Node, tree
from veilflow.mask.nested_transforms import (
    applied,
    can_replace,
    inner_transforms,
    keyed_tree,
    linked_parts,
)
from veilflow.mask.outcome import Outcome
from veilflow.mask.registry import KeyedTransform, transform

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from veilflow.mask.domain_key import DomainKey

__all__ = ["Fields", "KeyedFields"]


@transform("fields")
@dataclass(frozen=True)
class Fields(KeyedTransform):
    """A struct or array with the ``paths`` that are named, each masked, and no other field.

    Paths are names and steps into every element of an array: ``city``, ``contacts[].email``,
    ``[].email`` for a column that is an array itself. A field that the column doesn't have refuses
    the run, and so does a map, whose keys are data. What a part's transform can't treat is refused,
    nulled or redacted by that transform's ``on_invalid``; the row counts as one.

    ``domains`` puts paths into linkage domains, as :class:`veilflow.mask.json_paths.Json` has them.
    """

    paths: Mapping[str, Any]
    domains: Mapping[str, Any] = field(default_factory=dict)

    takes_text = False
    is_pseudonym = False
    guarantees = Guarantees(
        joins_within="what keyed transforms inside make: the same path of the linkage domain, or "
        "the domain that `domains` gives the path; other dates inside move by a shift of their own",
        not_for="arrays whose length tells who it is: it stays visible",
    )

    def __post_init__(self) -> None:
        inner = inner_transforms(self.paths)
        if any(made.needs_unit for made in inner.values()):
            object.__setattr__(self, "needs_unit", True)
        object.__setattr__(self, "counts_inside", can_replace(inner))
        linked_parts(self.paths, self.domains)

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return _output_type(tree(inner_transforms(self.paths)), input_type, "the value")

    @property
    def linked_parts(self) -> Mapping[str, KeyedTransform]:
        return linked_parts(self.paths, self.domains)

    def keyed(self, key: bytes) -> KeyedFields:
        """With a key of its own for each path, whatever ``domains`` says."""
        return self._keyed(key, {})

    def bound_with_parts(self, key: DomainKey, parts: Mapping[str, DomainKey]) -> KeyedFields:
        return self._keyed(key.material, parts)

    def _keyed(self, key: bytes, parts: Mapping[str, DomainKey]) -> KeyedFields:
        root = keyed_tree(inner_transforms(self.paths), key, parts)
        return KeyedFields(root, self.needs_unit)


@dataclass(frozen=True)
class KeyedFields(Transform):
    """A :class:`Fields` with the keys of its paths, made on the worker that uses it."""

    root: Node = field(repr=False)
    needs_unit: bool  # type: ignore[misc] # a class says it of others, the paths say it here

    name = Fields.name

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return _output_type(self.root, input_type, "the value")

    def apply(self, values: pa.Array) -> pa.Array:
        return self.apply_counted(values).values

    def apply_counted(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        import numpy as np
        import pyarrow as pa

        wrong = np.zeros(len(values), bool)
        made = _masked(self.root, values, np.arange(len(values)), units, wrong)
        return Outcome(made, pa.array(wrong) if wrong.any() else None)


def _output_type(node: Node, kind: pa.DataType, place: str) -> pa.DataType:
    import pyarrow as pa

    if node.transform is not None:
        try:
            return node.transform.output_type(taken_type(node.transform, kind))
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None
    if node.each is not None and not node.names and _is_list(kind):
        return pa.list_(_output_type(node.each, kind.value_type, f"{place}[]"))
    if node.each is not None or not pa.types.is_struct(kind):
        wanted = "an array" if node.each is not None else "a struct"
        raise ValueError(f"{place} is {kind}, and the paths take it for {wanted}")
    known = {kind.field(index).name: kind.field(index).type for index in range(kind.num_fields)}
    missing = sorted(set(node.names) - set(known))
    if missing:
        raise ValueError(f"{place} has no field {', '.join(missing)}")
    kept = [
        (name, _output_type(node.names[name], inside, f"{place}.{name}"))
        for name, inside in known.items()
        if name in node.names and not _is_dropped(node.names[name])
    ]
    if not kept:
        raise ValueError(f"nothing is left of {place}; drop the column")
    return pa.struct(kept)


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _is_dropped(node: Node) -> bool:
    return isinstance(node.transform, Drop)


def _masked(
    node: Node,
    values: pa.Array,
    rows: npt.NDArray[np.int64],
    units: pa.Array | None,
    wrong: npt.NDArray[np.bool_],
) -> pa.Array:
    """What the paths leave of ``values``, of which each belongs to one of ``rows``."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if node.transform is not None:
        own = None if units is None else units.take(pa.array(rows))
        done = applied(node.transform, values, own)
        if done.invalid is not None:
            wrong[rows[done.invalid.to_numpy(zero_copy_only=False)]] = True
        return done.values
    if node.each is not None:
        sizes = pc.list_value_length(values).fill_null(0).cast(pa.int32()).to_numpy()
        parents = np.repeat(np.arange(len(values)), sizes)
        inside = _masked(node.each, pc.list_flatten(values), rows[parents], units, wrong)
        ends = pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int32())
        return pa.ListArray.from_arrays(ends, inside, mask=values.is_null())
    fields = zip([f.name for f in values.type], values.flatten(), strict=True)
    kept = {
        name: _masked(node.names[name], inside, rows, units, wrong)
        for name, inside in fields
        if name in node.names and not _is_dropped(node.names[name])
    }
    return pa.StructArray.from_arrays(list(kept.values()), names=list(kept), mask=values.is_null())
