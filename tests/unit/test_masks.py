"""Transforms: tables of hits and near misses, the registry, and the user's own."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import PolicyError
from veilflow.mask import (
    ALLOW_LIST,
    TransformError,
    ValueTransform,
    create_transform,
    load_custom,
    registered,
)
from veilflow.mask.pseudonym import Pseudonym

TABLE: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("redact", {}, "Ann", "[REDACTED]"),
    ("redact", {}, "", "[REDACTED]"),
    ("redact", {}, None, None),
    ("constant", {"value": "x"}, "Ann", "x"),
    ("nullify", {}, "Ann", None),
    ("partial", {"keep_last": 4}, "555-0147", "****0147"),
    ("partial", {"keep_last": 4}, "0147", "****"),
    ("partial", {"keep_last": 4}, "147", "***"),
    ("partial", {"keep_first": 1, "keep_last": 1}, "Zoë", "Z*ë"),
    ("partial", {"keep_first": 2}, "", ""),
    ("truncate", {"length": 3}, "E11.9", "E11"),
    ("truncate", {"length": 3}, "E1", "E1"),
    ("round", {"to": 100}, 149.0, 100.0),
    ("round", {"to": 100}, 150.0, 200.0),
    ("round", {"to": 100}, -150.0, -200.0),
    ("round", {"to": 100}, None, None),
    ("bucket", {"width": 10}, 19.99, 10.0),
    ("bucket", {"width": 10}, -0.01, -10.0),
]


@pytest.mark.parametrize(("name", "parameters", "value", "masked"), TABLE)
def test_transforms(name: str, parameters: dict[str, Any], value: Any, masked: Any) -> None:
    number = isinstance(value, float) or name in ("round", "bucket")
    array = pa.array([value], pa.float64() if number else pa.string())
    assert create_transform(name, parameters).apply(array).to_pylist() == [masked]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("hash", {}, "no transform is named 'hash'"),
    ("partial", {}, "at least 1"),
    ("partial", {"keep": 1}, "no parameter keep"),
    ("partial", {"keep_last": -1, "keep_first": 2}, "0 or more"),
    ("partial", {"keep_last": 1, "fill": "ab"}, "one character"),
    ("constant", {}, "needs value"),
    ("truncate", {}, "either length"),
    ("truncate", {"to": "week"}, "day, month or year"),
    ("round", {"to": 0}, "positive"),
    ("bucket", {"width": -1}, "positive"),
    ("pseudonym", {"length": 4}, "16 to 51"),
]


@pytest.mark.parametrize(("name", "parameters", "said"), BAD)
def test_bad_parameters_are_named(name: str, parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(TransformError, match=said):
        create_transform(name, parameters)


def test_a_plain_hash_is_not_offered() -> None:
    assert not {"hash", "md5", "sha256"} & set(registered())


KEY = bytes(range(32))


def pseudonyms(values: list[str | None], key: bytes = KEY, **parameters: Any) -> list[str | None]:
    bound = Pseudonym(**parameters).keyed(key)
    return bound.apply(pa.array(values, pa.string())).to_pylist()  # type: ignore[no-any-return]


def test_a_pseudonym_is_hmac_sha256_by_another_implementation() -> None:
    # RFC 4231, test case 2: key "Jefe".
    import base64
    import hashlib
    import hmac

    value = "what do ya want for nothing?"
    digest = hmac.new(b"Jefe", value.encode(), hashlib.sha256).digest()
    assert digest.hex().startswith("5bdcc146bf60754e6a042426089575c7")
    expected = base64.b32hexencode(digest).decode().lower()[:26]
    assert pseudonyms([value], b"Jefe") == [expected]


@given(st.lists(st.text() | st.none(), max_size=30))
def test_equal_values_and_only_those_share_a_pseudonym(values: list[str | None]) -> None:
    masked = pseudonyms(values)
    assert len(set(masked)) == len(set(values))
    assert [m is None for m in masked] == [v is None for v in values]
    assert masked == [pseudonyms([value])[0] for value in values]


def test_another_key_gives_other_pseudonyms_and_no_repr_shows_a_key() -> None:
    assert pseudonyms(["Ann"], KEY) != pseudonyms(["Ann"], bytes(32))
    bound = Pseudonym().keyed(KEY)
    assert KEY.hex() not in repr(bound)
    assert str(KEY) not in repr(bound)


@dataclass(frozen=True)
class Initial(ValueTransform):
    def mask(self, value: str) -> str | None:
        return value[:1]


def test_a_users_own_transform_loads_only_from_the_allow_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = types.ModuleType("shop_masks")
    module.Initial = Initial  # type: ignore[attr-defined]
    module.Other = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop_masks", module)
    monkeypatch.delenv(ALLOW_LIST, raising=False)
    with pytest.raises(PolicyError, match=ALLOW_LIST):
        load_custom("shop_masks:Initial")
    monkeypatch.setenv(ALLOW_LIST, "shop_masks:Initial, shop_masks:Other, shop_masks:Gone")
    made = create_transform("shop_masks:Initial", {})
    assert made.apply(pa.array(["Zoë", None])).to_pylist() == ["Z", None]
    with pytest.raises(PolicyError, match="isn't a subclass"):
        load_custom("shop_masks:Other")
    with pytest.raises(PolicyError, match="can't be imported"):
        load_custom("shop_masks:Gone")
