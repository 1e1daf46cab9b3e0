"""Check digits against published examples, each with a near miss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.classify import checksums

# (function, text, passes): the passing ones are published examples of the issuing bodies or of
# the standards' texts.
CASES = [
    ("is_luhn", "79927398713", True),
    ("is_luhn", "79927398710", False),
    ("is_luhn", "0000000000", False),
    ("is_luhn", "7992739871a", False),
    ("is_luhn", "5", False),
    ("is_payment_card", "4111 1111 1111 1111", True),
    ("is_payment_card", "5555-5555-5555-4444", True),
    ("is_payment_card", "378282246310005", True),
    ("is_payment_card", "6011111111111117", True),
    ("is_payment_card", "3530111333300000", True),
    ("is_payment_card", "4111111111111112", False),
    ("is_payment_card", "1234567812345670", False),  # passes Luhn, no scheme's first digits
    ("is_payment_card", "41111111111111", False),
    ("is_imei", "490154203237518", True),
    ("is_imei", "490154203237519", False),
    ("is_imei", "49015420323751", False),
    ("is_iban", "GB82 WEST 1234 5698 7654 32", True),
    ("is_iban", "DE89370400440532013000", True),
    ("is_iban", "FR1420041010050500013M02606", True),
    ("is_iban", "NO9386011117947", True),
    ("is_iban", "MT84MALT011000012345MTLCAST001S", True),
    ("is_iban", "GB82 WEST 1234 5698 7654 23", False),
    ("is_iban", "DE8937040044053201300", False),
    ("is_iban", "ZZ89370400440532013000", False),
    ("is_iban", "DE", False),
    ("is_vin", "1M8GDM9AXKP042788", True),
    ("is_vin", "5GZCZ43D13S812715", True),
    ("is_vin", "1M8GDM9A1KP042788", False),
    ("is_vin", "1M8GDM9AXKP04278O", False),
    ("is_vin", "11111111111111111", False),
    ("is_ssn", "219-09-9999", True),
    ("is_ssn", "219099999", True),
    ("is_ssn", "000-12-3456", False),
    ("is_ssn", "666-12-3456", False),
    ("is_ssn", "900-12-3456", False),
    ("is_ssn", "219-00-9999", False),
    ("is_ssn", "219-09-0000", False),
    ("is_nhs_number", "943 476 5919", True),
    ("is_nhs_number", "943 476 5918", False),
    ("is_nhs_number", "0000000000", False),
    ("is_aba_routing_number", "021000021", True),
    ("is_aba_routing_number", "111000025", True),
    ("is_aba_routing_number", "021000022", False),
    ("is_aba_routing_number", "991000021", False),
]


@pytest.mark.parametrize(("function", "text", "passes"), CASES)
def test_published_examples_pass_and_near_misses_fail(
    function: str, text: str, passes: bool
) -> None:
    assert getattr(checksums, function)(text) is passes


@given(st.from_regex(r"[1-9][0-9]{5,17}", fullmatch=True), st.data())
def test_luhn_notices_every_single_wrong_digit(body: str, data: st.DataObject) -> None:
    full = next(body + digit for digit in "0123456789" if checksums.is_luhn(body + digit))
    place = data.draw(st.integers(0, len(full) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != full[place]]))
    assert not checksums.is_luhn(full[:place] + other + full[place + 1 :])


@given(st.integers(0, 21), st.sampled_from("0123456789"))
def test_iban_notices_every_single_wrong_digit(place: int, digit: str) -> None:
    iban = "DE89370400440532013000"
    if place > 1 and iban[place] != digit:
        assert not checksums.is_iban(iban[:place] + digit + iban[place + 1 :])


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    for function in checksums.__all__:
        assert getattr(checksums, function)(text) in (True, False)
