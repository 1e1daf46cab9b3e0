"""Licences of professionals, device and biometric references: numbers issued for one purpose."""

from __future__ import annotations

from veilflow.classify.check_digits import is_luhn_sum
from veilflow.classify.detector import DIGITS, Detector, pattern
from veilflow.classify.government import is_code

__all__ = ["DETECTORS", "is_dea_number", "is_npi"]

_ten_digits = pattern(r"[12][0-9]{9}")
_dea_shape = pattern(r"[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7}")
_device = pattern(r"[0-9a-f][0-9a-f:_-]{9,63}")
_reference = pattern(r"(?=[^0-9]{0,60}[0-9])[^\s]{4,2040}")


def is_npi(value: str) -> bool:
    """A ten-digit National Provider Identifier: Luhn over 80840 and the number (45 CFR 162.406).

    >>> is_npi("1234567893"), is_npi("1234567890")
    (True, False)
    """
    return _ten_digits(value) and is_luhn_sum("80840" + value)


def is_dea_number(value: str) -> bool:
    """Two letters and seven digits, the last of which is a check digit (21 CFR 1301).

    >>> is_dea_number("AP5836727"), is_dea_number("AP5836728")
    (True, False)
    """
    if not _dea_shape(value):
        return False
    digits = [int(char) for char in value[2:]]
    return (sum(digits[0:5:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def is_professional_license(value: str) -> bool:
    """A provider's NPI or DEA number."""
    return is_npi(value) or is_dea_number(value)


DETECTORS = (
    Detector("professional_license", is_professional_license, 74, alone=0.86, alone_share=0.9,
             chance=0.02, named=is_code, named_share=0.7, hinted=is_code,
             characters=DIGITS, lengths=(5, 25), not_kinds=("date", "decimal"),
             alone_lengths=(9, 10)),
    Detector("device_id", lambda value: False, 60, named=_device, named_share=0.7,
             characters=DIGITS, lengths=(10, 64), not_kinds=("date", "decimal")),
    Detector("biometric_reference", lambda value: False, 60, named=_reference, named_share=0.6,
             characters=DIGITS, lengths=(4, 2048), not_kinds=("date",)),
)  # fmt: skip
