"""The encryption context has one spelling, and no two contexts share it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.keys.context import CONTEXT_DIGEST_NAME, canonical, kms_context, length_prefixed

CONTEXTS = st.dictionaries(
    st.text(st.sampled_from("ab\x00\x01é"), min_size=1, max_size=4),
    st.text(st.sampled_from("ab\x00\x01é"), max_size=4),
    min_size=1,
    max_size=3,
)


@settings(max_examples=500, deadline=None)
@given(CONTEXTS, CONTEXTS)
@example({"a": "bc"}, {"ab": "c"})
@example({"a": "b", "c": "d"}, {"a": "b\x00c\x00d"})
def test_equal_forms_mean_equal_contexts(left: dict[str, str], right: dict[str, str]) -> None:
    assert (canonical(left) == canonical(right)) == (left == right)


@given(CONTEXTS)
def test_order_does_not_matter(context: dict[str, str]) -> None:
    assert canonical(dict(reversed(context.items()))) == canonical(context)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_length_prefixing_is_injective(left: list[bytes], right: list[bytes]) -> None:
    assert (length_prefixed(*left) == length_prefixed(*right)) == (left == right)


def test_the_form_is_fixed() -> None:
    # Changing it would close every key wrapped so far.
    expected = (
        b"\x00\x00\x00\x12veilflow-context-1"
        b"\x00\x00\x00\x11\x00\x00\x00\x05class\x00\x00\x00\x04pii1"
        b"\x00\x00\x00\x13\x00\x00\x00\x07dataset\x00\x00\x00\x04Zo\xc3\xab"
    )
    assert canonical({"dataset": "Zoë", "class": "pii1"}) == expected


def test_two_spellings_of_one_visible_text_are_two_contexts() -> None:
    assert canonical({"dataset": "é"}) != canonical({"dataset": "e\u0301"})


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({}, id="empty"),
        pytest.param({"": "value"}, id="no name"),
        pytest.param({"name": "\ud800"}, id="half a surrogate pair"),
        pytest.param({CONTEXT_DIGEST_NAME: "x"}, id="our own entry"),
    ],
)
def test_contexts_that_are_refused(context: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        canonical(context)


def test_a_key_service_gets_the_entries_and_the_digest() -> None:
    context = {"dataset": "patients", "class": ""}
    assert kms_context(context) == {
        "dataset": "patients",
        "class": "",
        CONTEXT_DIGEST_NAME: hashlib.sha256(canonical(context)).hexdigest(),
    }
