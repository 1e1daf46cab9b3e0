"""FF1: NIST's samples, a literal reading of the standard, and its limits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.mask.ff1 import FF1

# NIST's samples of SP 800-38G.
SAMPLES = json.loads((Path(__file__).parent.parent / "golden" / "ff1.json").read_text())["vectors"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"sample {sample['sample']}")
def test_nist_samples(sample: dict[str, str | int]) -> None:
    alphabet, tweak = str(sample["alphabet"]), bytes.fromhex(str(sample["tweak_hex"]))
    cipher = FF1(bytes.fromhex(str(sample["key_hex"])), int(sample["radix"]))
    plain, secret = (
        np.array([[alphabet.index(one) for one in str(sample[name])]] * 3, np.uint8)
        for name in ("plaintext", "ciphertext")
    )
    assert cipher.encrypt(plain, tweak).tolist() == secret.tolist()
    assert cipher.decrypt(secret, tweak).tolist() == plain.tolist()


def by_the_standard(key: bytes, radix: int, numerals: list[int], tweak: bytes) -> list[int]:
    """Algorithm 7 of SP 800-38G, step by step, one value at a time."""
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()

    def xor(one: bytes, other: bytes) -> bytes:
        return bytes(a ^ b for a, b in zip(one, other, strict=True))

    n, t = len(numerals), len(tweak)
    u, v = n // 2, n - n // 2
    left, right = numerals[:u], numerals[u:]
    b = ((radix**v - 1).bit_length() + 7) // 8
    d = 4 * -(-b // 4) + 4
    p = bytes([1, 2, 1, *radix.to_bytes(3, "big"), 10, u % 256])
    p += n.to_bytes(4, "big") + t.to_bytes(4, "big")
    for i in range(10):
        number = 0
        for digit in right:
            number = number * radix + digit
        q = tweak + bytes((-t - b - 1) % 16) + bytes([i]) + number.to_bytes(b, "big")
        r = bytes(16)
        for at in range(0, len(p + q), 16):
            r = aes.update(xor(r, (p + q)[at : at + 16]))
        s, j = r, 1
        while len(s) < d:
            s, j = s + aes.update(xor(r, j.to_bytes(16, "big"))), j + 1
        m = u if i % 2 == 0 else v
        c = 0
        for digit in left:
            c = c * radix + digit
        c = (c + int.from_bytes(s[:d], "big")) % radix**m
        digits = []
        for _ in range(m):
            c, digit = divmod(c, radix)
            digits.append(digit)
        left, right = right, digits[::-1]
    return left + right


@settings(max_examples=150)
@given(st.data())
def test_any_radix_length_and_tweak_equals_the_standard(data: st.DataObject) -> None:
    radix = data.draw(st.sampled_from([2, 3, 10, 26, 36, 62, 255, 256, 1000, 65536]))
    least = next(length for length in range(2, 8) if radix**length >= 100)
    length = data.draw(st.integers(least, 64))
    numerals = st.lists(st.integers(0, radix - 1), min_size=length, max_size=length)
    rows = data.draw(st.lists(numerals, min_size=1, max_size=3))
    width = data.draw(st.integers(0, 40))
    tweaks = [data.draw(st.binary(min_size=width, max_size=width)) for _ in rows]
    key = data.draw(st.binary(min_size=32, max_size=32))
    cipher, plain = FF1(key, radix), np.array(rows, np.uint16)
    matrix = np.array([list(tweak) for tweak in tweaks], np.uint8).reshape(len(rows), width)
    secret = cipher.encrypt(plain, matrix)
    expected = [by_the_standard(key, radix, *pair) for pair in zip(rows, tweaks, strict=True)]
    assert secret.tolist() == expected
    assert cipher.decrypt(secret, matrix).tolist() == rows
    assert cipher.encrypt(plain, tweaks[0])[0].tolist() == expected[0]


def test_many_values_are_a_permutation_whatever_the_chunks() -> None:
    plain = np.array([list(f"{number:06}") for number in range(0, 1_000_000, 50)]).astype(np.uint8)
    cipher = FF1(bytes(32), 10)
    secret = cipher.encrypt(plain)
    assert len(np.unique(secret, axis=0)) == len(plain)
    assert (cipher.decrypt(secret) == plain).all()
    assert (cipher.encrypt(plain[-3:]) == secret[-3:]).all()
    # Of these 20,000 of a million values 0.02 stay what they are on average; more than 4 would
    # happen once in 10^10 tests.
    assert (secret == plain).all(axis=1).sum() <= 4


def test_no_rows_are_no_rows() -> None:
    assert FF1(bytes(16), 10).encrypt(np.empty((0, 8), np.uint8)).shape == (0, 8)


@pytest.mark.parametrize(("radix", "length"), [(10, 1), (2, 6), (9, 2)])
def test_too_small_a_domain_is_an_error(radix: int, length: int) -> None:
    with pytest.raises(ValueError, match="100 values"):
        FF1(bytes(16), radix).encrypt(np.zeros((1, length), np.uint8))


@pytest.mark.parametrize("radix", [0, 1, 65_537])
def test_a_radix_that_the_standard_lacks_is_an_error(radix: int) -> None:
    with pytest.raises(ValueError, match="radix"):
        FF1(bytes(16), radix)
