"""The arithmetic behind check digits, without any country's rules.

Every function takes digits (or letters and digits) that were cleaned before, and promises nothing
about other text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

__all__ = ["date_exists", "is_luhn_sum", "iso_11_10", "iso_11_2", "verhoeff", "weighted"]


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of the products of the first digits with the weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def is_luhn_sum(digits: str) -> bool:
    """Whether the Luhn sum is a multiple of ten (ISO/IEC 7812-1, annex B)."""
    doubled = sum(2 * int(digit) - (9 if digit > "4" else 0) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def iso_11_10(digits: str) -> bool:
    """ISO 7064 MOD 11,10, the check digit last."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (product + int(digits[-1])) % 10 == 1


def iso_11_2(text: str) -> bool:
    """ISO 7064 MOD 11-2, the check character last; X is ten."""
    total = 0
    for char in text:
        total = (2 * total + (10 if char == "X" else int(char))) % 11
    return total == 1


_PERMUTED = [list(range(10))]
for _ in range(7):
    _PERMUTED.append([(1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[value] for value in _PERMUTED[-1]])


def _dihedral(a: int, b: int) -> int:
    """The product of two elements of the dihedral group of order ten."""
    turned = (a % 5 + b % 5) % 5 if a < 5 else (a % 5 - b % 5) % 5
    return turned if (a < 5) == (b < 5) else turned + 5


def verhoeff(digits: str) -> bool:
    """Verhoeff's check digit, last (J. Verhoeff, Error Detecting Decimal Codes, 1969)."""
    check = 0
    for position, digit in enumerate(reversed(digits)):
        check = _dihedral(check, _PERMUTED[position % 8][int(digit)])
    return check == 0


def date_exists(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
