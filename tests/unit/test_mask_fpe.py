"""Format-preserving encryption of columns: forms that stay, values that can't be treated."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import ReleaseRefused
from veilflow.mask import TransformError, create_transform
from veilflow.mask.alphabet import ALPHABETS
from veilflow.mask.fpe import Fpe, KeyedFpe

KEY = bytes(range(32))
FEW = "only internal test data"


def keyed(key: bytes = KEY, **parameters: Any) -> KeyedFpe:
    made = create_transform("fpe", parameters)
    assert isinstance(made, Fpe)
    return made.keyed(key)


def texts(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


def shape(value: str | None, alphabet: str) -> str | None:
    return value and "".join("x" if one in alphabet else one for one in value)


COLUMNS: list[tuple[dict[str, Any], tuple[str | None, ...]]] = [
    ({}, ("1234567890123456", "0000000000000000", "9999999999999999")),
    ({}, ("4111-1111-1111-1111", None, "555 0147 22", "1234567", "12.345/678")),
    ({}, ("9" * 6, "8" * 19, "7" * 40, "6" * 300)),
    ({"alphabet": "letters"}, ("Annabel", "Zoe-Ann.Miller", "abcdefghijklmnopqrstuvwxyz")),
    ({"alphabet": "lower_alphanumerics"}, ("e11abc9", "0a0a-0a0a")),
    ({"alphabet": "hex"}, ("deadbeef", "00-11-22-aa-bb-cc")),
    ({"alphabet": "漢字かなカナ🙂ë"}, ("漢字かなカナ🙂🙂", None, "ë-漢字🙂ë漢字🙂")),
    ({"alphabet": "digits", "separators": "AB"}, ("A1234567B", "1234567")),
    ({"tweak": "wards"}, ("1234567", "7654321")),
    ({"keep_first": 6, "keep_last": 4}, ("4111111111111111", "411111-1111111111")),
    ({"small_domain": FEW}, ("12", "123", "1234")),
]


@pytest.mark.parametrize(("parameters", "values"), COLUMNS)
def test_the_form_stays_and_the_key_brings_the_value_back(
    parameters: dict[str, Any], values: tuple[str | None, ...]
) -> None:
    transform = keyed(**parameters)
    made = transform.apply(texts(*values))
    assert made.type == pa.string()
    named = str(parameters.get("alphabet", "digits"))
    alphabet = ALPHABETS.get(named, named)
    for value, masked in zip(values, made.to_pylist(), strict=True):
        assert shape(masked, alphabet) == shape(value, alphabet)
    assert made.to_pylist() != list(values)
    assert transform.reveal(made).to_pylist() == list(values)
    one_by_one = [transform.apply(texts(value)).to_pylist()[0] for value in values]
    assert made.to_pylist() == one_by_one, "how a column is cut into batches changes nothing"


# (parameters, value, reason): refused with it, and nulled or redacted where that is asked for.
UNTREATABLE: list[tuple[dict[str, Any], str, str]] = [
    ({}, "12345", "too few values"),
    ({}, "", "too short"),
    ({}, "1", "too short"),
    ({}, "123456x", "outside the alphabet"),
    ({}, "１２３４５６７", "outside the alphabet"),  # full-width digits
    ({}, "1234567\n", "outside the alphabet"),
    ({"separators": ""}, "123-4567", "outside the alphabet"),
    ({"alphabet": "upper"}, "ANNABELe", "outside the alphabet"),
    ({"keep_first": 6}, "12345678901", "too few values"),
    ({"small_domain": FEW}, "1", "too short"),
    ({"small_domain": FEW, "alphabet": "01"}, "010101", "too few values"),
    ({"luhn": True}, "4111111111111112", "check digit"),
    ({"luhn": True}, "411111", "too few values"),
]


@pytest.mark.parametrize(("parameters", "value", "reason"), UNTREATABLE)
def test_what_cannot_be_treated_is_never_passed_through(
    parameters: dict[str, Any], value: str, reason: str
) -> None:
    fit = "ABCDEFGH" if parameters.get("alphabet") == "upper" else "0" * 16
    column = texts(fit, value, None, fit)
    with pytest.raises(ReleaseRefused, match=f"fpe can't treat a value: .*{reason}"):
        keyed(**parameters).apply(column)
    for on_invalid, put in (("nullify", None), ("redact", "[REDACTED]")):
        done = keyed(**parameters, on_invalid=on_invalid).apply_counted(column)
        good, bad, null, again = done.values.to_pylist()
        assert (bad, null, done.invalid_count) == (put, None, 1)
        assert good == again != fit


def luhn_sum(text: str) -> int:
    digits = [int(one) for one in text if one.isdigit()][::-1]
    return sum(sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(digits))


def test_cards_keep_their_check_and_their_bank() -> None:
    # Test numbers of Visa, Mastercard, American Express and Discover.
    cards = ("4111111111111111", "5555-5555-5555-4444", "378282246310005", "6011 0009 9013 9424")
    transform = keyed(luhn=True, keep_first=6)
    made = transform.apply(texts(*cards)).to_pylist()
    for card, masked in zip(cards, made, strict=True):
        assert luhn_sum(masked) % 10 == 0
        assert shape(masked, "0123456789") == shape(card, "0123456789")
        assert masked != card
        digits = [one for one in masked if one.isdigit()]
        assert digits[:6] == [one for one in card if one.isdigit()][:6]
    assert transform.reveal(texts(*made)).to_pylist() == list(cards)


def test_what_cannot_have_been_made_here_has_no_value_behind_it() -> None:
    shown = texts("4111111111111112", "a card", "[REDACTED]", None, "")
    assert keyed(luhn=True).reveal(shown).to_pylist() == [None] * 5


def test_what_is_kept_changes_what_is_made_of_the_rest() -> None:
    made = keyed(keep_first=4).apply(texts("11112345678", "22222345678")).to_pylist()
    assert made[0][4:] != made[1][4:]


def test_another_key_or_tweak_makes_other_values() -> None:
    column = texts("1234567890")
    made = {keyed(key, tweak=tweak).apply(column)[0].as_py() for key in (KEY, bytes(32))
            for tweak in ("", "x", "xx")}  # fmt: skip
    assert len(made) == 6


def test_no_repr_shows_the_key() -> None:
    assert KEY.hex() not in repr(keyed())
    assert str(KEY) not in repr(keyed())


def test_slices_of_a_column_and_no_rows() -> None:
    column = texts("x", None, "1234567", "12-34567", None, "7654321")
    whole = keyed(on_invalid="nullify").apply(column)
    for start in range(6):
        for length in range(7 - start):
            part = keyed(on_invalid="nullify").apply(column.slice(start, length))
            assert part.equals(whole.slice(start, length))


def test_numbers_are_encrypted_as_they_are_written() -> None:
    made = keyed().apply(pa.array([12345678, -12345678, None]))
    assert made[1].as_py() == "-" + made[0].as_py()


@settings(max_examples=300)
@given(st.lists(st.text(alphabet="0123456789-. a", max_size=12) | st.none(), max_size=12))
def test_a_column_is_encrypted_and_revealed_or_marked(values: list[str | None]) -> None:
    transform = keyed(on_invalid="nullify")
    done = transform.apply_counted(texts(*values))
    marked = [False] * len(values) if done.invalid is None else done.invalid.to_pylist()
    for value, masked, is_invalid in zip(values, done.values.to_pylist(), marked, strict=True):
        fit = value is not None and "a" not in value and sum(c.isdigit() for c in value) >= 6
        assert is_invalid == (value is not None and not fit)
        assert (masked is not None) == fit
        assert shape(masked, "0123456789") == (shape(value, "0123456789") if fit else None)
    fit_ones = [one for one in done.values.to_pylist() if one is not None]
    back = [v for v, m in zip(values, done.values.to_pylist(), strict=True) if m is not None]
    assert transform.reveal(texts(*fit_ones)).to_pylist() == back


BAD: list[tuple[dict[str, Any], str]] = [
    ({"alphabet": "a"}, "2 to 65,535"),
    ({"alphabet": "digitss"}, "twice"),
    ({"alphabet": "a\ud800"}, "surrogate"),
    ({"keep_first": -1}, "0 or more"),
    ({"luhn": True, "keep_last": 4}, "no keep_last"),
    ({"luhn": True, "alphabet": "hex"}, "needs digits"),
    ({"small_domain": "yes"}, "in words"),
    ({"tweak": "x" * 1025}, "1024"),
    ({"on_invalid": "keep"}, "refuse, nullify, redact"),
    ({"method": "ff3"}, "no parameter method"),
]


@pytest.mark.parametrize(("parameters", "said"), BAD)
def test_bad_parameters_are_named(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(TransformError, match=said):
        create_transform("fpe", parameters)
