"""Reversible tokens: AES-SIV as in RFC 5297, bound to domain and version, one spelling each."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st
from veilflow.keys.padding import padded, unpadded
from veilflow.mask.domain_key import DomainKey
from veilflow.mask.siv import BatchSiv
from veilflow.mask.token import KeyedToken, Token, token_version

KEY = DomainKey(bytes(range(32)), "people/default/planning/unit", 1)
TOKENS = Token().bound(KEY)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


# RFC 5297, appendix A: the cipher that we call is the one that the RFC describes.
@pytest.mark.parametrize(
    ("key", "bound_to", "text", "sealed"),
    [
        pytest.param(
            "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
            ["101112131415161718191a1b1c1d1e1f2021222324252627"],
            "112233445566778899aabbccddee",
            "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c",
            id="A.1",
        ),
        pytest.param(
            "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f",
            [
                "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100",
                "102030405060708090a0",
                "09f911029d74e35bd84156c5635688c0",
            ],
            "7468697320697320736f6d6520706c61696e7465787420746f20656e637279707420757369"
            "6e67205349562d414553",
            "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3"
            "f748ba8af829ea64ad544a272e9c485b62a3fd5c0d",
            id="A.2",
        ),
    ],
)
def test_siv_vectors(key: str, bound_to: list[str], text: str, sealed: str) -> None:
    cipher = AESSIV(bytes.fromhex(key))
    names = [bytes.fromhex(one) for one in bound_to]
    assert cipher.encrypt(bytes.fromhex(text), names).hex() == sealed
    assert cipher.decrypt(bytes.fromhex(sealed), names).hex() == text


def test_a_token_is_put_together_as_documented() -> None:
    """By hand from RFC 5869 and RFC 5297: a change would end the joins of every token there is."""
    import hashlib
    import hmac
    from base64 import b32hexencode

    extracted = hmac.new(b"veilflow-token-1", KEY.material, hashlib.sha256).digest()
    first = hmac.new(extracted, b"aes-siv\x01", hashlib.sha256).digest()
    second = hmac.new(extracted, first + b"aes-siv\x02", hashlib.sha256).digest()
    names = [b"veilflow-token-1", KEY.domain.encode(), b"1"]
    sealed = AESSIV(first + second).encrypt(b"Ann" + b"\x80" + bytes(12), names)
    assert TOKENS.mask("Ann") == "t1." + b32hexencode(sealed).decode().rstrip("=").lower()


@given(TEXTS)
def test_a_token_reveals_what_it_was_made_of(value: str) -> None:
    token = TOKENS.mask(value)
    assert token is not None and token != value
    assert TOKENS.mask(value) == token and TOKENS.reveal_one(token) == value
    assert token_version(token) == 1
    # Nothing but what 16 bytes tell about the length.
    assert len(token) == len(str(TOKENS.mask("x" * len(value.encode()))))


@pytest.mark.parametrize("key", [bytes(range(32)), bytes(range(48)), bytes(range(64))], ids=len)
@pytest.mark.parametrize("bound_to", [[], [b""], [b"people", b"x" * 40, b"1"]], ids=len)
@pytest.mark.parametrize("blocks", [1, 2, 3, 70])
def test_texts_side_by_side_are_sealed_as_one_by_one(
    key: bytes, bound_to: list[bytes], blocks: int
) -> None:
    drawn = np.random.default_rng(blocks)
    texts = drawn.integers(0, 256, (50, 16 * blocks), dtype=np.uint8)
    cipher = AESSIV(key)
    expected = [cipher.encrypt(text.tobytes(), bound_to) for text in texts]
    assert [row.tobytes() for row in BatchSiv(key, bound_to).encrypt(texts)] == expected


def test_a_sum_of_counters_is_carried_over_bytes() -> None:
    """The counter's last byte passes 255 with 300 blocks, wherever it begins."""
    texts = np.zeros((3, 16 * 300), np.uint8)
    texts[:, 0] = [0, 1, 2]
    sealed = BatchSiv(bytes(32), []).encrypt(texts)
    assert [row.tobytes() for row in sealed] == [
        AESSIV(bytes(32)).encrypt(text.tobytes(), []) for text in texts
    ]


def test_texts_of_part_of_a_block_are_refused() -> None:
    for size in (0, 15, 17):
        with pytest.raises(ValueError, match="whole blocks"):
            BatchSiv(bytes(32), []).encrypt(np.zeros((1, size), np.uint8))


@given(st.binary(max_size=70))
def test_padding_comes_off_again(data: bytes) -> None:
    assert unpadded(padded(data)) == data
    assert len(padded(data)) == (len(data) // 16 + 1) * 16


OTHERS = {
    "another key": DomainKey(bytes(32), KEY.domain, 1),
    "another domain": DomainKey(KEY.material, "people/default/planning/column:ward", 1),
    "another version": DomainKey(KEY.material, KEY.domain, 2),
}


@pytest.mark.parametrize("other", OTHERS)
def test_no_other_key_domain_or_version_reveals(other: str) -> None:
    tokens = Token().bound(OTHERS[other])
    token = str(TOKENS.mask("Ann"))
    assert tokens.mask("Ann") != token
    assert tokens.reveal_one(token) is None
    # Nor does a token that claims to be of that version.
    assert tokens.reveal_one(token.replace("t1.", "t2.")) is None


@pytest.mark.parametrize(
    "text",
    ["", "Ann", "t1.", "t1", "t0.00", "t01.00", "t1.zz", "t1.0", "x" + str(TOKENS.mask("Ann")),
     str(TOKENS.mask("Ann")).upper(), str(TOKENS.mask("Ann")) + "=", str(TOKENS.mask("Ann"))[:-1],
     str(TOKENS.mask("Ann")) + "0", "t1.é", "t99999999999.00"],
)  # fmt: skip
def test_what_is_no_token_reveals_nothing(text: str) -> None:
    assert TOKENS.reveal_one(text) is None


def test_every_changed_character_is_noticed() -> None:
    token = str(TOKENS.mask("Ann"))
    for at in range(3, len(token)):
        other = "0" if token[at] != "0" else "1"
        assert TOKENS.reveal_one(token[:at] + other + token[at + 1 :]) is None


def test_columns_keep_nulls_and_repeat_tokens() -> None:
    prefixed = Token(prefix="p-").bound(KEY)
    values = pa.array(["Ann", None, "", "Ann", "Zoë"])
    tokens = prefixed.apply(values)
    assert tokens.is_null().to_pylist() == [False, True, False, False, False]
    assert tokens[0] == tokens[3] and str(tokens[0]).startswith("p-t1.")
    assert prefixed.reveal(tokens).to_pylist() == values.to_pylist()
    assert prefixed.reveal(pa.array(["Ann", None, "p-t1.00"])).to_pylist() == [None, None, None]
    assert prefixed.apply(pa.array([], pa.string())).to_pylist() == []


def test_the_key_stays_where_it_is() -> None:
    assert KEY.material.hex() not in repr(TOKENS) and "material" not in repr(TOKENS)
    with pytest.raises(TypeError, match="isn't pickled"):
        pickle.dumps(TOKENS)
    assert isinstance(Token().keyed(KEY.material), KeyedToken)
