"""What is made for whole columns at once is what is made value by value, whatever is remembered."""

from __future__ import annotations

import hmac
import uuid
from base64 import b32hexencode
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.mask import DomainKey, TransformError, ValueTransform, create_transform
from veilflow.mask.base32 import base32_texts
from veilflow.mask.pseudonym import Pseudonym
from veilflow.mask.remembering import RememberingTransform
from veilflow.mask.token import Token

KEY = DomainKey(bytes(range(32)), "people/default/planning/unit", 1)
KEYED = {
    "pseudonym": Pseudonym(prefix="é-"),
    "short": Pseudonym(length=17),
    "hex": Pseudonym(form="hex", length=25),
    "digits": Pseudonym(form="digits"),
    "uuid": Pseudonym(form="uuid", prefix="urn:uuid:"),
    "token": Token(),
}


@given(st.data(), st.integers(0, 70), st.text(max_size=5))
@settings(max_examples=300)
def test_base_32_is_python_s(data: st.DataObject, size: int, prefix: str) -> None:
    rows = data.draw(st.lists(st.binary(min_size=size, max_size=size), max_size=5))
    expected = [prefix + b32hexencode(row).decode().rstrip("=").lower() for row in rows]
    table = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), size)
    found = base32_texts(table, prefix)
    assert (found.type, found.to_pylist()) == (pa.string(), expected)


@pytest.mark.parametrize("name", KEYED)
@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)))
@settings(max_examples=200)
def test_a_column_is_its_values(name: str, values: list[str | None]) -> None:
    keyed = KEYED[name].bound(KEY)
    assert isinstance(keyed, ValueTransform)
    expected = [None if value is None else keyed.mask(value) for value in values]
    for _ in range(2):  # the second time from memory
        assert keyed.apply(pa.array(values, pa.string())).to_pylist() == expected


@pytest.mark.parametrize("name", KEYED)
def test_a_column_of_texts_of_all_sizes_is_its_values(name: str) -> None:
    keyed = KEYED[name].bound(KEY)
    assert isinstance(keyed, ValueTransform)
    # Of one to 66 blocks, and slices: Arrow's offsets don't begin at 0.
    values = ["é" * (size % 3) + "x" * size for size in (*range(70), 300, 1022, 1023, 1024, 1050)]
    column = pa.array([*values[::-1], None, *values])
    for part in (column, column.slice(20)):
        expected = [None if text is None else keyed.mask(text) for text in part.to_pylist()]
        assert keyed.apply(part).to_pylist() == expected


class Counting(RememberingTransform):
    def __init__(self) -> None:
        self.made: list[str] = []

    def made_of(self, values: pa.StringArray) -> pa.Array:
        self.made += values.to_pylist()
        return pa.array([f"<{value}>" for value in values.to_pylist()], pa.string())


def batches(distinct: int, rows: int = 300_000, size: int = 10_000) -> list[pa.Array]:
    numbers = [(n * 7) % distinct for n in range(rows)]
    return [pa.array([f"v{n}" for n in numbers[at : at + size]]) for at in range(0, rows, size)]


@pytest.mark.parametrize(
    ("distinct", "most"),
    [pytest.param(9_999, 9_999, id="remembered"),
     pytest.param(60_000, 300_000, id="they hardly repeat soon enough"),
     pytest.param(300_000, 300_000, id="none repeats")],
)  # fmt: skip
def test_what_repeats_is_made_once(distinct: int, most: int) -> None:
    counting = Counting()
    for batch in batches(distinct):
        assert counting.apply(batch)[0].as_py() == f"<{batch[0].as_py()}>"
    assert len(counting.made) <= most
    assert counting._memo.known <= 42_768


def test_a_memory_that_is_full_begins_anew() -> None:
    counting = Counting()
    often = pa.array([f"often{n}" for n in range(5_000)])
    for number in range(60):
        few = pa.array([f"{number}-{n}" for n in range(4_000)])
        mixed = pa.concat_arrays([often, few])
        assert counting.apply(mixed).to_pylist() == [f"<{value}>" for value in mixed.to_pylist()]
        assert counting._memo.known <= 42_768


ANN = hmac.digest(KEY.material, b"Ann", "sha256")
FORMS = {
    "base32hex": b32hexencode(ANN).decode().lower()[:26],
    "hex": ANN.hex()[:32],
    # RFC 9562, section 5.8: version and variant in the digest's first 16 bytes.
    "uuid": str(
        uuid.UUID(int=int.from_bytes(ANN[:16]) & ~(0xF << 76 | 3 << 62) | 8 << 76 | 2 << 62)
    ),
    "digits": "".join(
        f"{int.from_bytes(ANN[at : at + 8]) % 10**9:09}" for at in range(0, 32, 8)
    )[:24],
    "integer": int.from_bytes(ANN[:8]) >> 1,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_the_digest_written_so(form: str) -> None:
    transform = create_transform("pseudonym", {"form": form})
    column = pa.array([None, "Zoë", "Ann", None, "Ann"])
    made = transform.bound(KEY).apply(column)  # type: ignore[attr-defined]
    assert made.type == transform.output_type(pa.string())
    assert made.type == (pa.int64() if form == "integer" else pa.string())
    none, other, ann, null, again = made.to_pylist()
    assert (ann, again, none, null) == (FORMS[form], FORMS[form], None, None)
    assert other not in (None, ann)
    for start in range(5):
        assert transform.bound(KEY).apply(column.slice(start)).equals(made.slice(start))  # type: ignore[attr-defined]
    assert len(transform.bound(KEY).apply(column.slice(5))) == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"form": "base64"}, "base32hex, hex, digits, uuid, integer"),
        ({"form": "hex", "length": 19}, "20 to 64"),
        ({"form": "digits", "length": 12}, "18 to 36"),
        ({"form": "uuid", "length": 32}, "length is 36"),
        ({"form": "integer", "prefix": "x"}, "no prefix"),
    ],
)
def test_a_form_that_would_not_do_is_named(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(TransformError, match=said):
        create_transform("pseudonym", parameters)
