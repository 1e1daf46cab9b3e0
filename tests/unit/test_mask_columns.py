"""What is made for whole columns at once is what is made value by value, whatever is remembered."""

from __future__ import annotations

from base64 import b32hexencode

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.mask import DomainKey, ValueTransform
from veilflow.mask.base32 import base32_column
from veilflow.mask.pseudonym import Pseudonym
from veilflow.mask.remembering import RememberingTransform
from veilflow.mask.token import Token

KEY = DomainKey(bytes(range(32)), "people/default/planning/unit", 1)
KEYED = {"pseudonym": Pseudonym(prefix="é-"), "short": Pseudonym(length=17), "token": Token()}


@given(st.lists(st.binary(max_size=70), max_size=20), st.none() | st.integers(0, 60),
       st.text(st.characters(exclude_categories=["Cs"]), max_size=3))  # fmt: skip
@settings(max_examples=300)
def test_base_32_is_python_s(rows: list[bytes], length: int | None, prefix: str) -> None:
    expected = [prefix + b32hexencode(row).decode().rstrip("=").lower()[:length] for row in rows]
    found = base32_column(rows, length=length, prefix=prefix)
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


class Counting(RememberingTransform):
    def __init__(self) -> None:
        self.made: list[bytes] = []

    def mask_many(self, values: list[bytes]) -> pa.Array:
        self.made += values
        return pa.array([f"<{value.decode()}>" for value in values], pa.string())


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
    assert len(counting._memory.known) <= 50_000


def test_a_memory_that_is_full_begins_anew() -> None:
    counting = Counting()
    often = pa.array([f"often{n}" for n in range(5_000)])
    for number in range(60):
        few = pa.array([f"{number}-{n}" for n in range(4_000)])
        mixed = pa.concat_arrays([often, few])
        assert counting.apply(mixed).to_pylist() == [f"<{value}>" for value in mixed.to_pylist()]
        assert len(counting._memory.known) <= 50_000
