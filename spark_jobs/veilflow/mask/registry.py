"""Transforms by name: register with a decorator, create from a policy's parameters.

A transform is a small frozen dataclass whose fields are its parameters. It is applied to Arrow
arrays; most need only :meth:`ValueTransform.mask`, which sees one non-null value::

    @transform("initial")
    @dataclass(frozen=True)
    class Initial(ValueTransform):
        def mask(self, value: str) -> str | None:
            return value[:1]

A policy may also name ``package.module:Class``, if the installation's allow-list
(``VEILFLOW_ALLOWED_TRANSFORMS``, comma-separated) has it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from veilflow import allow_list
from veilflow.errors import PolicyError
from veilflow.mask.contract import CheckedTransform, KeyedTransform, Transform, ValueTransform
from veilflow.mask.outcome import ON_INVALID

__all__ = [
    "ALLOW_LIST",
    "CheckedTransform",
    "KeyedTransform",
    "Transform",
    "TransformError",
    "ValueTransform",
    "create_transform",
    "is_allowed",
    "is_drawn_by_unit",
    "is_keyed",
    "is_repeatable",
    "load_custom",
    "registered",
    "transform",
]

ALLOW_LIST = "VEILFLOW_ALLOWED_TRANSFORMS"


class TransformError(ValueError):
    """A transform's name or parameters are wrong; the message names them, never a value."""


_REGISTRY: dict[str, type[Transform]] = {}
_T = TypeVar("_T", bound=type[Transform])


def transform(name: str) -> Callable[[_T], _T]:
    """Register a class under ``name`` for policies. Raises ValueError if the name is taken."""

    def register(cls: _T) -> _T:
        if name in _REGISTRY and _REGISTRY[name].__qualname__ != cls.__qualname__:
            raise ValueError(f"a transform named {name!r} is registered already")
        cls.name = name
        cls.summary = (cls.__doc__ or "").strip().partition("\n")[0]
        _REGISTRY[name] = cls
        return cls

    return register


def registered() -> Mapping[str, type[Transform]]:
    """All registered transforms by name."""
    return dict(_REGISTRY)


def create_transform(name: str, parameters: Mapping[str, Any]) -> Transform:
    """The transform ``name`` with ``parameters``. Raises TransformError that says what is wrong."""
    cls = load_custom(name) if ":" in name else _REGISTRY.get(name)
    if cls is None:
        known = ", ".join(sorted(_REGISTRY))
        raise TransformError(f"no transform is named {name!r}; there are {known}")
    fields = {field.name: field for field in _fields(cls)}
    unknown = sorted(set(parameters) - set(fields))
    if unknown:
        takes = ", ".join(sorted(fields)) or "no parameters"
        raise TransformError(f"{name} has no parameter {', '.join(unknown)}; it takes {takes}")
    missing = sorted(
        field.name
        for field in fields.values()
        if field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
        and field.name not in parameters
    )
    if missing:
        raise TransformError(
            f"{name} needs {', '.join(missing)}; write '{name}: {{{missing[0]}: …}}'"
        )
    fallback = parameters.get("on_invalid", ON_INVALID[0])
    if fallback not in ON_INVALID:
        raise TransformError(f"{name}: on_invalid is one of {', '.join(ON_INVALID)}")
    try:
        return cls(**parameters)
    except (TypeError, ValueError) as error:
        raise TransformError(f"{name}: {error}") from None


def _fields(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()


def is_keyed(name: str) -> bool:
    """True if ``name`` is a registered transform that needs a key."""
    cls = _REGISTRY.get(name)
    return cls is not None and issubclass(cls, KeyedTransform)


def is_drawn_by_unit(name: str) -> bool:
    """True for a registered transform that draws once for all values of a person."""
    cls = _REGISTRY.get(name)
    return cls is not None and cls.is_drawn_by_unit


def is_repeatable(name: str) -> bool:
    """False for a registered transform that draws anew for each row or run."""
    cls = _REGISTRY.get(name)
    return cls is None or cls.is_repeatable


def is_allowed(name: str) -> bool:
    """True if ``package.module:Class`` is on this installation's allow-list."""
    return allow_list.is_allowed(name, ALLOW_LIST)


def load_custom(name: str) -> type[Transform]:
    """Import an allowed custom transform. Raises PolicyError if it isn't allowed or isn't one."""
    loaded = allow_list.load_allowed(name, ALLOW_LIST, "transforms")
    if not (isinstance(loaded, type) and issubclass(loaded, Transform)):
        raise PolicyError(f"{name} isn't a subclass of veilflow.mask.Transform")
    return loaded
