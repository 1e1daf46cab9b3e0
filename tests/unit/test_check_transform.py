"""check_transform passes what keeps the rules, and finds each rule broken: controls one by one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest
from veilflow.mask import KeyedTransform, Transform, ValueTransform, create_transform
from veilflow.testing import BrokenPromise, check_transform

OWN: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("keep", {}, ["x"]),
    ("nullify", {}, []),
    ("redact", {}, ["[REDACTED]"]),
    ("constant", {"value": "x"}, ["x"]),
    ("partial", {"keep_last": 4, "keep_format": True}, ["078-05-1120"]),
    ("truncate", {"length": 3}, []),
    ("round", {"to": 10}, [14]),
    ("bucket", {"width": 10}, [14]),
    ("top_code", {"at": 90, "label": "90+"}, [100]),
    ("bottom_code", {"at": 18}, [3]),
    ("hipaa_zip3", {"on_invalid": "redact"}, ["02139", "03601"]),
    ("hipaa_age", {"on_invalid": "nullify"}, [90]),
    ("email", {}, ["jane@example.org"]),
    ("email_pseudonym", {"on_invalid": "redact"}, ["jane@example.org"]),
    ("phone", {}, ["+1 555 234 5678"]),
    ("url", {}, ["https://example.org/jane"]),
    ("ip", {"on_invalid": "nullify"}, ["192.0.2.1", "2001:db8::1"]),
    ("ip_pseudonym", {}, ["192.0.2.1", "2001:db8::1"]),
    ("noise", {"scale": 5}, [3]),
    ("pseudonym", {}, ["Ann"]),
    ("token", {}, ["Ann"]),
]


@pytest.mark.parametrize(("name", "parameters", "samples"), OWN, ids=[name for name, _, _ in OWN])
def test_built_in_transforms_keep_the_rules(
    name: str, parameters: dict[str, Any], samples: list[Any]
) -> None:
    check_transform(create_transform(name, parameters), samples)


@dataclass(frozen=True)
class Initial(ValueTransform):
    def mask(self, value: str) -> str | None:
        return value[:1]


@dataclass(frozen=True)
class Echo(ValueTransform):
    conceals = True

    def mask(self, value: str) -> str | None:
        return value


@dataclass(frozen=True)
class Echoes(ValueTransform):
    """One sample alone comes back as it was."""

    conceals = True

    def mask(self, value: str) -> str | None:
        return value if value == "078-05-1120" else "gone"


@dataclass(frozen=True)
class Restless(ValueTransform):
    def mask(self, value: str) -> str | None:
        return secrets.token_hex(8)


@dataclass(frozen=True)
class Numbered(Transform):
    """Its output depends on where in a batch a value is."""

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return pa.int64()

    def apply(self, values: pa.Array) -> pa.Array:
        numbers = [None if v is None else n for n, v in enumerate(values.to_pylist())]
        return pa.array(numbers, pa.int64())


@dataclass(frozen=True)
class Shorter(Transform):
    def apply(self, values: pa.Array) -> pa.Array:
        return values.drop_null()


@dataclass(frozen=True)
class Speaking(Transform):
    def apply(self, values: pa.Array) -> pa.Array:
        return values.fill_null("none")


@dataclass(frozen=True)
class Mistyped(Transform):
    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        return pa.int64()

    def apply(self, values: pa.Array) -> pa.Array:
        return values


@dataclass(frozen=True)
class Telling(KeyedTransform):
    def keyed(self, key: bytes) -> Transform:
        return Told(key)


@dataclass(frozen=True)
class Told(ValueTransform):
    key: bytes

    def mask(self, value: str) -> str | None:
        return "x"


@dataclass(frozen=True)
class Unpicklable(ValueTransform):
    how: Any = field(default_factory=lambda: lambda: None)


BROKEN: list[tuple[type[Transform], str]] = [
    (Echo, "returns a value as it is"),
    (Echoes, "returns a value as it is"),
    (Restless, "batches of 1 give another output"),
    (Numbered, "batches of 1 give another output"),
    (Shorter, "another number of values"),
    (Speaking, "null doesn't stay null"),
    (Mistyped, "output_type says int64"),
    (Telling, "repr shows the key"),
]


def test_one_of_ones_own_keeps_the_rules() -> None:
    check_transform(Initial)
    check_transform(Initial(), ["Ann"])


@pytest.mark.parametrize(("broken", "said"), BROKEN, ids=[cls.__name__ for cls, _ in BROKEN])
def test_every_broken_rule_is_found(broken: type[Transform], said: str) -> None:
    with pytest.raises(BrokenPromise, match=said):
        check_transform(broken)


def test_what_cannot_be_pickled_cannot_reach_a_worker() -> None:
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        check_transform(Unpicklable)
