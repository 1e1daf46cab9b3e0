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
import importlib
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from veilflow.errors import PolicyError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ALLOW_LIST",
    "KeyedTransform",
    "Transform",
    "TransformError",
    "ValueTransform",
    "create_transform",
    "is_allowed",
    "load_custom",
    "registered",
    "transform",
]

ALLOW_LIST = "VEILFLOW_ALLOWED_TRANSFORMS"


class TransformError(ValueError):
    """A transform's name or parameters are wrong; the message names them, never a value."""


class Transform:
    """Arrow array in, Arrow array of the same length out. Null stays null unless said otherwise."""

    name: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    needs_numbers: ClassVar[bool] = False

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        """The Arrow type that :meth:`apply` returns for an array of ``input_type``."""
        raise NotImplementedError

    def apply(self, values: pa.Array) -> pa.Array:
        """The masked values."""
        raise NotImplementedError


class ValueTransform(Transform):
    """A transform of single values: subclass and write :meth:`mask`. The output is text.

    Equal values are masked once per batch, so ``mask`` must be a function of the value alone.
    """

    def mask(self, value: str) -> str | None:
        """The masked form of one non-null value (as text)."""
        raise NotImplementedError

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        encoded = values.cast(pa.string()).dictionary_encode()
        masked = [None if v is None else self.mask(v) for v in encoded.dictionary.to_pylist()]
        return pa.array(masked, pa.string()).take(encoded.indices)


class KeyedTransform(ValueTransform):
    """A transform that needs a key. ``keyed`` returns the one bound to a column's 32-byte key."""

    def keyed(self, key: bytes) -> Transform:
        """This transform with its key; the result must not show the key in its repr."""
        raise NotImplementedError


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
    try:
        return cls(**parameters)
    except (TypeError, ValueError) as error:
        raise TransformError(f"{name}: {error}") from None


def _fields(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()


def is_allowed(name: str) -> bool:
    """True if ``package.module:Class`` is on this installation's allow-list."""
    return name in {item.strip() for item in os.environ.get(ALLOW_LIST, "").split(",")}


def load_custom(name: str) -> type[Transform]:
    """Import an allowed custom transform. Raises PolicyError if it isn't allowed or isn't one."""
    if not is_allowed(name):
        raise PolicyError(
            f"{name} isn't on this installation's allow-list of transforms.",
            remedy=f"Whoever runs the installation adds it to {ALLOW_LIST}.",
        )
    module_name, _, class_name = name.partition(":")
    try:
        loaded = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise PolicyError(
            f"{name} can't be imported ({type(error).__name__}).",
            remedy="Install its package on the driver and on every worker.",
        ) from None
    if not (isinstance(loaded, type) and issubclass(loaded, Transform)):
        raise PolicyError(f"{name} isn't a subclass of veilflow.mask.Transform")
    return loaded
