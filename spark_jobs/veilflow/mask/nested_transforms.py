"""The transforms that a policy gives to paths inside a value, and how they are applied to parts."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from veilflow.errors import PolicyError
from veilflow.mask.contract import KeyedTransform, Transform
from veilflow.mask.domain_key import DomainKey
from veilflow.mask.nested_paths import Node, tree
from veilflow.mask.outcome import Outcome
from veilflow.mask.registry import create_transform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["applied", "can_replace", "inner_transforms", "keyed_tree", "linked_parts"]


def inner_transforms(paths: Mapping[str, Any]) -> dict[str, Transform]:
    """The transform of each path, given as in a policy: a name, or a name with parameters.

    Raises ValueError that names the path and what is wrong with it.
    """
    if not isinstance(paths, Mapping):
        raise ValueError("paths is a mapping of paths to transforms")
    made = {path: _created(path, given) for path, given in paths.items()}
    tree(made)
    return made


def _created(path: str, given: object) -> Transform:
    name: object = given
    parameters: object = None
    if isinstance(given, Mapping) and len(given) == 1:
        ((name, parameters),) = given.items()
    if not isinstance(name, str) or not isinstance(parameters, Mapping | None):
        raise ValueError(f"{path}: write a transform's name, or 'name: {{parameter: value}}'")
    try:
        made = create_transform(name, parameters or {})
    except (ValueError, PolicyError) as error:
        raise ValueError(f"{path}: {error}") from None
    if made.needs_resources or made.needs_groups or made.name in _WHOLE_COLUMNS:
        raise ValueError(f"{path}: {name} treats whole columns alone")
    return made


# They read more than the value itself.
_WHOLE_COLUMNS = frozenset({"redact_text", "json", "fields"})


def linked_parts(paths: Mapping[str, Any], domains: Mapping[str, Any]) -> dict[str, KeyedTransform]:
    """The transforms of the paths that ``domains`` gives a linkage domain of their own.

    Raises ValueError for a path that isn't named, or whose transform has no key.
    """
    if not isinstance(domains, Mapping):
        raise ValueError("domains is a mapping of paths to linkage domains")
    made, found = inner_transforms(paths), {}
    for path in domains:
        if path not in made:
            raise ValueError(f"domains has {path!r}, which isn't among the paths")
        part = made[path]
        if not isinstance(part, KeyedTransform):
            raise ValueError(f"{path}: a linkage domain needs a transform with a key")
        found[path] = part
    return found


def keyed_tree(
    transforms: Mapping[str, Transform], key: bytes, parts: Mapping[str, DomainKey]
) -> Node:
    """The tree of the transforms, each that needs a key with that of ``parts`` or of its path."""

    def keyed(path: str, made: Transform) -> Transform:
        if not isinstance(made, KeyedTransform):
            return made
        if path in parts:
            return made.bound(parts[path])
        return made.keyed(hmac.digest(key, f"path:{path}".encode(), "sha256"))

    return tree({path: keyed(path, made) for path, made in transforms.items()})


def can_replace(transforms: Mapping[str, Transform]) -> bool:
    """Whether a part that can't be treated may come out replaced, so that it has to be counted."""
    return any(getattr(made, "on_invalid", "refuse") != "refuse" for made in transforms.values())


def applied(transform: Transform, values: pa.Array, units: pa.Array | None) -> Outcome:
    """What the transform makes of the parts ``values``; ``units`` has one for each part."""
    import pyarrow as pa

    taken = values.cast(pa.string()) if transform.takes_text else values
    return transform.apply_counted(taken, units if transform.needs_unit else None)
