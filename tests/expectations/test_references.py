"""References: named sets of digests, and what can be learnt from holding them."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from veilflow.errors import UsageError
from veilflow_expectations.digests import digest_values, to_arrow
from veilflow_expectations.references import (
    References,
    Sieve,
    current_references,
    forget_references,
    register_reference,
    use_references,
)

KEY = b"k" * 32


def members(references: References, name: str, values: list[object]) -> list[bool]:
    table = references.membership()
    digested = digest_values(to_arrow(values), table.key)
    word, bit = table.bit(name)
    return ((table.masks_of(digested.digests, digested.known)[:, word] & bit) != 0).tolist()


def test_values_are_found_in_the_references_that_hold_them() -> None:
    references = References(KEY)
    references.add("names", ["Ada", "Bob", None])
    references.add("towns", pd.Series(["Bob", "York"]))
    assert members(references, "names", ["ada", "BOB ", "York", None, ""]) == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert members(references, "towns", ["ada", "BOB ", "York"]) == [False, True, True]


def test_more_references_than_a_word_has_bits() -> None:
    references = References(KEY)
    for number in range(200):
        references.add(str(number), [f"value {number}", "shared"])
    assert references.membership().words == 4
    for number in (0, 61, 62, 123, 124, 199):
        assert members(references, str(number), [f"value {number}", "shared", "value 7x"]) == [
            True, True, False,
        ]  # fmt: skip
    assert not any(members(references, "61", ["value 62", "value 0"]))


def test_empty_references_hold_nothing() -> None:
    references = References(KEY)
    assert references.membership().digests.size == 0
    references.add("none", [None, "", " "])
    assert references.size("none") == 0
    assert members(references, "none", ["a", None, ""]) == [False, False, False]


def test_a_reference_can_be_replaced() -> None:
    references = References(KEY)
    references.add("r", ["a"])
    assert members(references, "r", ["a", "b"]) == [True, False]
    references.add("r", ["b"])
    assert members(references, "r", ["a", "b"]) == [False, True]


def test_an_unknown_name_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"'r'.*register_reference"):
        References(KEY).require("r")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(UsageError, match="16 bytes"):
        References(b"short")


def test_neither_key_nor_digests_are_shown() -> None:
    references = References(b"SECRET-KEY-OF-TESTS-1234567890ab")
    references.add("r", ["Ada"])
    for shown in (repr(references), str(references), repr(references.membership())):
        assert "SECRET" not in shown
        assert str(int(references.membership().digests[0])) not in shown


def test_the_process_has_references_of_its_own_under_a_random_key() -> None:
    forget_references()
    register_reference("r", ["Ada"])
    mine = current_references()
    assert "r" in mine
    with use_references(References(KEY)) as inner:
        assert current_references() is inner
        assert "r" not in current_references()
    assert current_references() is mine
    first = mine.key
    forget_references()
    assert "r" not in current_references()
    assert current_references().key != first
    forget_references()


def test_what_workers_get_can_be_pickled() -> None:
    references = References(KEY)
    references.add("r", ["Ada"])
    table = pickle.loads(pickle.dumps(references.membership()))
    digested = digest_values(to_arrow(["ADA"]), table.key)
    assert np.any(table.masks_of(digested.digests, digested.known))


def test_large_references_are_pickled_as_bytes() -> None:
    """Spark's encrypted broadcasts ask every piece for its length, which a PickleBuffer lacks."""

    class Measured:
        def write(self, piece: bytes) -> int:
            return len(piece)

    references = References(KEY)
    references.add_digests("r", np.arange(1_000_000))
    pickle.dump(references.membership(), Measured(), pickle.HIGHEST_PROTOCOL)
    with pytest.raises(TypeError, match="has no len"):
        pickle.dump(np.zeros(1_000_000), Measured(), pickle.HIGHEST_PROTOCOL)


def test_the_sieve_lets_everything_through_that_is_there_and_little_else() -> None:
    chosen = np.random.default_rng(5)
    for size in (1, 7, 1_000, 200_000):
        own = chosen.integers(-(2**63), 2**63 - 1, size, dtype=np.int64)
        others = chosen.integers(-(2**63), 2**63 - 1, 100_000, dtype=np.int64)
        sieve = Sieve(own)
        assert sieve.lets_through(own).all()
        # An eighth at most: 12,500 of 100,000; the chance of 13,500 is below 1e-9.
        assert sieve.lets_through(others).sum() < 13_500
