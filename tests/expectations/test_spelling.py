"""Spelling whole arrays says what spelling value by value says; SipHash is SipHash."""

from __future__ import annotations

import datetime as dt
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow_expectations.digests import digest_rows, digest_values
from veilflow_expectations.spelling import normalised, spelled, written

KEY = b"k" * 32
MASK = (1 << 64) - 1

# White space and case in every place that Arrow's and Python's ideas of them could differ.
ODD = st.text(st.sampled_from(" \t\n\v\f\r\x1c\x1d\x1e\x1f\x7f\x00aZ.-\x85\xa0\u3000\u00df\u0345"))
MOMENTS = st.datetimes()
WHOLE_SECONDS = MOMENTS.map(lambda moment: moment.replace(microsecond=0))
MIDNIGHTS = st.dates().map(lambda day: dt.datetime.combine(day, dt.time()))
KINDS = {
    "texts": (pa.string(), st.one_of(st.text(), ODD)),
    "large texts": (pa.large_string(), st.one_of(st.text(), ODD)),
    "text views": (pa.string_view(), st.one_of(st.text(), ODD)),
    "integers": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "unsigned": (pa.uint64(), st.integers(0, 2**64 - 1)),
    "bytes as numbers": (pa.int8(), st.integers(-128, 127)),
    "truth": (pa.bool_(), st.booleans()),
    "floats": (pa.float64(), st.floats()),
    "money": (pa.float64(), st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)),
    "whole floats": (pa.float64(), st.integers(-(2**70), 2**70).map(float)),
    "short floats": (pa.float32(), st.floats(width=32)),
    "dates": (pa.date32(), st.dates()),
    "moments": (pa.timestamp("us"), st.one_of(MOMENTS, WHOLE_SECONDS, MIDNIGHTS)),
    "moments somewhere": (pa.timestamp("us", "Asia/Tokyo"), st.one_of(WHOLE_SECONDS, MIDNIGHTS)),
    "whole seconds": (pa.timestamp("s"), st.one_of(WHOLE_SECONDS, MIDNIGHTS)),
    "times": (pa.time64("us"), st.times()),
    "decimals": (pa.decimal128(38, 6), st.decimals(-(10**20), 10**20, places=6)),
    "binary": (pa.binary(), st.binary()),
}


def value_by_value(values: pa.Array, *, exact: bool) -> list[str]:
    write = written(values.type)
    texts = [None if value is None else write(value) for value in values.to_pylist()]
    return [text or "" if exact else normalised(text or "") for text in texts]


@pytest.mark.parametrize("exact", [False, True], ids=["normalised", "exact"])
@pytest.mark.parametrize("kind", KINDS)
def test_arrays_are_spelled_as_values_are(kind: str, exact: bool) -> None:
    data_type, values = KINDS[kind]

    @settings(deadline=None)  # how long a busy machine takes says nothing
    @given(st.lists(st.one_of(st.none(), values), max_size=40))
    def holds(listed: list[Any]) -> None:
        array = pa.array([None, *listed, None], data_type)[1:]  # slices have offsets
        texts, lengths = spelled(array, exact=exact)
        expected = value_by_value(array, exact=exact)
        assert lengths.tolist() == [len(text) for text in expected]
        assert [(text or b"").decode() for text in texts.to_pylist()] == expected

    holds()


@pytest.mark.parametrize(
    "value",
    [
        0.0,
        -0.0,
        1e-4,
        9.9e-5,
        1e10 + 0.5,
        1e10 - 0.5,
        1e15,
        1.5e15,
        2.0**53 + 2,
        2.0**63,
        -(2.0**63),
        0.1,
        1e22,
        5e-324,
    ],
)
def test_numbers_at_the_edges_of_arrows_notation(value: float) -> None:
    array = pa.array([value])
    (text,) = spelled(array)[0].to_pylist()
    assert text.decode() == normalised(written(array.type)(value) or "")


@pytest.mark.parametrize("data_type", [data_type for data_type, _ in KINDS.values()], ids=KINDS)
def test_empty_and_null_arrays(data_type: pa.DataType) -> None:
    for values in ([], [None], [None] * 3):
        texts, lengths = spelled(pa.array(values, data_type))
        assert len(texts) == lengths.size == len(values)
        assert not lengths.any()


def test_a_date_that_python_cant_hold_is_an_error_and_not_another_value() -> None:
    for days in (3_000_000, -800_000):
        with pytest.raises((OverflowError, ValueError)):
            spelled(pa.array([days], pa.int32()).cast(pa.date32()))


def test_a_dictionary_of_small_indices_has_room_for_null() -> None:
    values = pa.array([str(n) for n in range(128)] + [None]).dictionary_encode()
    narrow = pa.DictionaryArray.from_arrays(values.indices.cast(pa.int8()), values.dictionary)
    assert digest_values(narrow, KEY).known.tolist() == [True] * 128 + [False]


def siphash(data: bytes, key: bytes) -> int:
    """SipHash-2-4 as its paper has it, to hold the compiled one against."""
    k0, k1 = (int.from_bytes(key[n : n + 8], "little") for n in (0, 8))
    v = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]

    def turn(word: int, by: int) -> int:
        return (word << by | word >> (64 - by)) & MASK

    def rounds(times: int) -> None:
        for _ in range(times):
            v[0] = (v[0] + v[1]) & MASK
            v[2] = (v[2] + v[3]) & MASK
            v[1], v[3] = turn(v[1], 13) ^ v[0], turn(v[3], 16) ^ v[2]
            v[0] = (turn(v[0], 32) + v[3]) & MASK
            v[2] = (v[2] + v[1]) & MASK
            v[1], v[3] = turn(v[1], 17) ^ v[2], turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    whole = len(data) - len(data) % 8
    words = [int.from_bytes(data[n : n + 8], "little") for n in range(0, whole, 8)]
    for word in [*words, int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56]:
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def digest_of(data: bytes, purpose: bytes) -> int:
    """The paper's SipHash under the derived key, then the finaliser of SplitMix64."""
    found = siphash(data, blake2b(digest_size=16, key=KEY, person=purpose).digest())
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        found = ((found ^ found >> shift) * factor) & MASK
    return found - (1 << 64) if found >> 63 else found


def test_the_siphash_to_hold_it_against_is_the_papers() -> None:
    assert siphash(bytes(range(15)), bytes(range(16))) == 0xA129CA6149BE45E5


def test_a_digest_is_siphash_of_the_normalised_text() -> None:
    texts = ["a", " ADA  Lovelace", "Jos\u00e9", "x" * 300, "eight by"]
    found = digest_values(pa.array(texts), KEY).digests.tolist()
    assert found == [digest_of(normalised(text).encode(), b"value") for text in texts]


def test_a_row_is_siphash_of_its_digests() -> None:
    columns = [pa.array(["a", None, "c"]), pa.array([1, 2, None])]
    cells = np.stack([digest_values(column, KEY).digests for column in columns], axis=1)
    expected = [digest_of(row.tobytes(), b"row") for row in cells]
    assert digest_rows(columns, KEY).tolist() == expected


def test_values_and_rows_have_keys_of_their_own() -> None:
    eight = pa.array(["eight by"])
    inside = digest_values(eight, KEY).digests
    as_value = digest_of(inside.tobytes(), b"value")
    assert digest_rows([eight], KEY).tolist() != [as_value]
