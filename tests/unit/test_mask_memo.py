"""What is remembered across batches changes no output, whatever comes again and when."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st
from veilflow.mask.memo import Memo

BATCHES = st.lists(st.lists(st.sampled_from("abcdefghijkl") | st.none(), max_size=8), max_size=12)


@given(BATCHES)
def test_every_batch_is_masked_as_if_it_were_alone(batches: list[list[str | None]]) -> None:
    memo = Memo(pc.utf8_upper)
    for batch in batches:
        expected = [None if value is None else value.upper() for value in batch]
        assert memo.masked(pa.array(batch, pa.string())).to_pylist() == expected


def test_a_known_value_among_nearly_all_new_ones_is_no_null() -> None:
    memo = Memo(pc.utf8_upper)
    memo.masked(pa.array(["a", "b"]))
    assert memo.masked(pa.array(list("acdefgh"))).to_pylist() == list("ACDEFGH")
