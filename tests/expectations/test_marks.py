"""Sets of marks, which are millions: the same as NumPy's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from veilflow_expectations.marks import are_among, distinct_marks

LISTS = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2))


@given(LISTS, LISTS)
def test_distinct_marks_and_those_among_them_are_numpy_s(
    first: list[int], other: list[int]
) -> None:
    sought, found = np.array(first, dtype=np.int64), np.array(other, dtype=np.int64)
    distinct = distinct_marks(sought)
    np.testing.assert_array_equal(distinct, np.unique(sought))
    np.testing.assert_array_equal(are_among(found, distinct), np.isin(found, sought))
