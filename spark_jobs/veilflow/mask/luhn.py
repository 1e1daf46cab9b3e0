"""The check digit of card numbers: ISO/IEC 7812-1, annex B (Luhn)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["check_digits"]

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def check_digits(digits: NDArray[Any]) -> NDArray[np.uint8]:
    """The digit that makes each row (its number without the check digit) valid."""
    import numpy as np

    doubled = np.array(_DOUBLED, np.uint8)[digits[:, ::-2]].sum(axis=1, dtype=np.int64)
    plain = digits[:, -2::-2].sum(axis=1, dtype=np.int64)
    check: NDArray[np.uint8] = ((-(doubled + plain)) % 10).astype(np.uint8)
    return check
